import Foundation
import Gateway
import Testing
import Webhooks

@testable import GavelCommand

@Suite("The settings of webhooks")
struct WebhookSettingsTests {
    private func settings(_ arguments: [String], file: String = "") -> ServeSettings {
        ServeSettings(
            options: ServeSource(arguments: arguments), environment: [:],
            file: ServeFile.settings(in: file, path: "g.yaml"))
    }

    @Test("Receivers, secrets, waits and networks come from options and from the file")
    func read() throws {
        let configuration = try settings(
            [
                "--webhook", "a=https://a.example/x?key=1", "--webhook", "b=http://127.0.0.1:9",
                "--webhook-secrets", "s", "--webhook-retries", "1s,2m",
                "--webhook-events", "b=lot.closed", "--webhook-events", "b=bid.voided",
            ],
            file: "webhook-networks: [10.0.0.0/8]\nlimits:\n  webhook-seconds-max: 3\n"
        ).checked()
        #expect(configuration.webhooks.map(\.name) == ["a", "b"])
        #expect(configuration.webhooks[0].url.text == "https://a.example/x?key=1")
        #expect(configuration.webhookRetries == [1000, 120_000])
        #expect(configuration.webhookNetworks.map(\.description) == ["10.0.0.0/8"])
        #expect(configuration.webhookLimits.timeoutSeconds == 3)
        #expect(ServeConfiguration().webhookRetries.count == 10)
        #expect(
            configuration.endpointsWithInterests.map(\.types) == [
                nil, ["lot.closed", "bid.voided"],
            ])
    }

    @Test(
        "What is wrong is said, and no URL's key with it",
        arguments: [
            (["--webhook", "a=https://a.example/?hush"], "needs webhook-secrets"),
            (["--webhook-secrets", "s"], "needs webhook"),
            (["--webhook", "a=http://a.example/?hush", "--webhook-secrets", "s"], "https"),
            (["--webhook", "https://a.example/?hush", "--webhook-secrets", "s"], "is no webhook"),
            (["--webhook", "a=ftp://a/?hush", "--webhook-secrets", "s"], "https"),
            (
                [
                    "--webhook", "a=https://a.example", "--webhook", "a=https://b.example",
                    "--webhook-secrets", "s",
                ], "two named a"
            ),
            (
                [
                    "--webhook", "a=https://a.example", "--webhook-secrets", "s",
                    "--webhook-events", "b=lot.closed",
                ], "no webhook named b"
            ),
            (
                [
                    "--webhook", "a=https://a.example", "--webhook-secrets", "s",
                    "--webhook-events", "a=lot.sold",
                ], "lot.closed, lot.reopened"
            ),
        ])
    func faults(arguments: [String], words: String) {
        let failure = #expect(throws: CommandFailure.self) { try settings(arguments).checked() }
        #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("hush") == false)
    }

    @Test("A URL is shown without what may be a key")
    func shown() throws {
        let settings = settings([
            "--webhook", "a=https://a.example/path?hush", "--webhook-secrets", "s",
        ])
        let effective = EffectiveConfiguration(try settings.checked(), origins: settings.origins)
        let text = String(decoding: effective.json, as: UTF8.self)
        #expect(text.contains(#""value":"a=https://a.example","#))
        #expect(!text.contains("hush") && !text.contains("/path"))
    }

    @Test("The file of secrets is for its owner alone")
    func secrets() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-secrets-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("secrets").path
        let file = WebhookSecretsFile(path: path)
        #expect(throws: CommandFailure.self) { try file.read() }
        try "office \(WebhookSecret.random())\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let open = #expect(throws: CommandFailure.self) { try file.read() }
        #expect(open?.message.contains("chmod 600") == true)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try file.read()["office"].count == 1)
    }
}
