import ArgumentParser
import BidService
import Foundation
import Gateway
import Webhooks

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server.",
        discussion: """
            Says on start where it listens, which database it has, and which settings make its \
            commits durable. SIGTERM or Ctrl-C ends it in order: connections get a good-bye, what \
            was accepted is committed. A second one ends it at once.

            Each setting is also a variable of the environment (GAVEL_LISTEN, GAVEL_MIN_REOPEN, \
            GAVEL_LIMITS_WATCHES_MAX …) and a key of the configuration file, YAML with the options' \
            names. Options go before the environment, and that before the file. What is unknown or \
            malformed stops the start; --check-config says so without one.

            Example: gavel serve --database auctions.db --listen 127.0.0.1:8080 --config gavel.yaml, \
            with
              listen: 127.0.0.1:8080
              origin: [https://auctions.example]
              min-reopen: 10m
              limits:
                watches-max: 50

            \(ServeOptions.help)
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: ServeOptions

    func run() async throws {
        guard global.server == nil else {
            throw CommandFailure.usage("--server is for commands to a server, not for one")
        }
        let settings = try options.given(database: global.database)
        let configuration = try settings.checked()
        if options.checkConfig {
            return try await configuration.check(origins: settings.origins, isJSON: global.json)
        }
        let server = try await RunningServer.start(
            configuration,
            logger: EventLog.logger(
                format: configuration.logFormat, level: configuration.logLevel))
        server.warnOfOpenness()
        let console = Console.standardOutput()
        let message = StartMessage(server: server)
        if global.json { console.print(json: message.json) } else { message.print(on: console) }
        try await server.runUntilStopped()
    }
}

extension ServeConfiguration {
    /// `--check-config`: looks at the files that the settings name, as far as that can be done without
    /// a server, and prints the settings.
    ///
    /// - Parameter origins: where each of them was given.
    func check(origins: [String: String], isJSON: Bool) async throws(CommandFailure) {
        var warnings: [String] = []
        _ = try SigningKeyFile(path: signingKeyPath).read()
        if let file = webhookSecretsFile() {
            let secrets = try file.read()
            for webhook in webhooks where secrets[webhook.name].isEmpty {
                throw file.failure("has no secret for \(webhook.name)")
            }
        }
        do { warnings += try tls?.check(at: SystemClock().now()) ?? [] } catch {
            throw .usage(error.message)
        }
        do { warnings += try await jwt?.check() ?? [] } catch {
            throw .usage(error.message)
        }
        for warning in warnings { Console.complain("gavel: warning: \(warning)") }
        let console = Console.standardOutput()
        let effective = EffectiveConfiguration(self, origins: origins)
        if isJSON { console.print(json: effective.json) } else { effective.print(on: console) }
    }
}
