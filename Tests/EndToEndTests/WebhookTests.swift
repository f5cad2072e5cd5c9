import Foundation
import StrictJSON
import Testing

/// A real server, and back offices on real sockets.
@Suite(.onThreadsOfItsOwn)
struct WebhookTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private static func arguments(
        _ folder: URL, _ urls: [String: String], retries: String = "1ms,1ms"
    ) throws -> [String] {
        let file = folder.appendingPathComponent("webhooks.secrets")
        try urls.keys.map { "\($0) \(secret)\n" }.joined()
            .write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: file.path)
        return urls.flatMap { ["--webhook", "\($0.key)=\($0.value)"] }
            + ["--webhook-secrets", file.path, "--webhook-retries", retries]
    }

    @Test("A kill between delivery and cursor repeats the event, and loses none")
    func kill() async throws {
        let folder = try TestServer.temporaryFolder()
        let office = try HookOffice()
        office.answers = { _ in nil }
        let arguments = try Self.arguments(folder, ["office": office.url])
        var server = try await TestServer.start(in: folder, arguments: arguments)
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "10", "--closes", "+1h")
        let first = office.wait(for: 1)
        #expect(first[0].type == "lot.opened")
        // It has come there, and the server does not know.
        await server.kill()
        office.answers = { _ in 200 }
        server = try await TestServer.start(in: folder, arguments: arguments)
        try await server.must("auction", "close", "vase")
        let all = office.wait(for: 3)
        #expect(all.map(\.type) == ["lot.opened", "lot.opened", "lot.closed"])
        #expect(all[0].id == all[1].id && all[0].body == all[1].body)
        #expect(await server.stop() == 0)
        // An orderly stop knows what was delivered.
        server = try await TestServer.start(in: folder, arguments: arguments)
        try await server.must(
            "auction", "create", "Chair", "--id", "chair", "--start", "10", "--closes", "+1h")
        #expect(office.wait(for: 4).last?.body.contains(#""auction":"chair""#) == true)
        #expect(await server.stop() == 0)
        #expect(
            try await Database.query("SELECT count(*) FROM integrity_faults", in: server.database)
                == "0")
        let log = try String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)
        #expect(!log.contains("whsec") && !log.contains(String(Self.secret.dropFirst(6))))
    }

    @Test(
        "A lot that is put on the block again is told of: what was said of its end counts no more")
    func reopened() async throws {
        let folder = try TestServer.temporaryFolder()
        let (office, shop) = (try HookOffice(), try HookOffice())
        var arguments = try Self.arguments(folder, ["office": office.url, "shop": shop.url])
        arguments += ["--webhook-events", "shop=lot.reopened"]
        let server = try await TestServer.start(in: folder, arguments: arguments)
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Clock", "--id", "clock", "--start", "10", "--format",
            "live")
        try await server.must("auction", "ask", "clock")
        try await server.must("auction", "pass", "clock")
        try await server.must("auction", "reopen", "clock", "--reason", "A hand was overlooked")
        try await server.must("auction", "pass", "clock")
        let told = office.wait(for: 4)
        #expect(told.map(\.type) == ["lot.opened", "lot.closed", "lot.reopened", "lot.closed"])
        #expect(told[2].body.contains(#""reason":"A hand was overlooked""#))
        #expect(told[1].body.contains(#""outcome":"passed""#))
        // The other one wants to hear of nothing else.
        #expect(shop.wait(for: 1).map(\.type) == ["lot.reopened"])
        #expect(await server.stop() == 0)
        #expect(shop.requests.count == 1)
    }

    @Test("A receiver that hangs holds up neither bids nor watchers nor other receivers")
    func hanging() async throws {
        let folder = try TestServer.temporaryFolder()
        let (hanging, good) = (try HookOffice(), try HookOffice())
        hanging.answers = { _ in nil }
        let server = try await TestServer.start(
            in: folder,
            // As long as nobody gives up, it hangs.
            arguments: try Self.arguments(folder, ["hanging": hanging.url, "good": good.url])
                + ["--limit", "webhook-seconds-max=120"])
        defer { server.removeFolder() }
        let bidder = try await server.connect(token: server.bidder("anna"))
        for number in 0..<6 {
            try await server.must(
                "auction", "create", "Lot", "--id", "l\(number)", "--start", "10", "--closes", "+1h"
            )
        }
        _ = hanging.wait(for: 4)
        let watcher = try await Follower.watch("l0", on: server)
        _ = try await bidder.bid("l0", 2000, id: "b1")
        await watcher.wait(forSeq: 2)
        _ = good.wait(for: 6)
        let metrics = try await server.metrics()
        #expect(metrics.contains("gavel_webhook_waiting{endpoint=\"hanging\"} 6"))
        #expect(
            metrics.contains(
                "gavel_webhook_deliveries_total{endpoint=\"good\",result=\"delivered\"} "))
        #expect(await server.stop() == 0)
    }

    @Test("The command line lists receivers and dead letters, tries again, forgets and tests")
    func commandLine() async throws {
        let folder = try TestServer.temporaryFolder()
        let office = try HookOffice()
        office.answers = { _ in 500 }
        let arguments = try Self.arguments(folder, ["office": office.url])
        let server = try await TestServer.start(in: folder, arguments: arguments)
        defer { server.removeFolder() }
        for lot in ["one", "two", "three"] {
            try await server.must(
                "auction", "create", "Lot", "--id", lot, "--start", "10", "--closes", "+1h")
        }
        // Three attempts each, and then no more.
        _ = office.wait(for: 9)
        let test = try await server.gavel("webhook", "test", "office")
        #expect(test.status == 1 && test.errors.contains("500"), "\(test)")
        var events: [String] = []
        while events.count < 3 {
            events = try await server.must("webhook", "dead", "office", "--json").lines.map {
                try JSONValue(parsing: $0).object("event")
            }
        }
        let table = try await server.must("webhook", "show", "office")
        #expect(table.output.contains("dead") && table.output.contains("lot.opened"))
        office.answers = { _ in 200 }
        try await server.must("webhook", "retry", "office", "--event", events[1])
        #expect(office.wait(for: 11).last?.id == events[1])
        try await server.must("webhook", "discard", "office", "--event", events[0])
        // A second secret, while the server runs.
        let file = folder.appendingPathComponent("webhooks.secrets").path
        let secret = try await Gavel.run(["webhook", "secret"]).output
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("office \(secret)".utf8))
        try handle.close()
        server.hangUp()
        repeat {
            try await server.must("webhook", "test", "office")
        } while office.requests.last?.signatures.count != 2
        let soFar = office.requests.count
        #expect(await server.stop() == 0)
        // Without a server on the database itself: the next one goes on from there.
        let list = try await server.must("webhook", "list", "--json")
        #expect(list.output.contains(#""dead_letters":1"#), "\(list)")
        #expect(try await server.must("webhook", "retry", "office").output == "Events: 1\n")
        #expect(try await server.gavel("webhook", "retry", "nobody").status == 3)
        #expect(try await server.gavel("webhook", "test", "office").status == 4)
        let again = try await TestServer.start(in: folder, arguments: arguments)
        #expect(office.wait(for: soFar + 1).last?.id == events[2])
        try await again.must("webhook", "test", "office")
        #expect(office.wait(for: soFar + 2).last?.type == "webhook.test")
        #expect(try await again.gavel("webhook", "discard", "office", "--event", "x").status == 3)
        #expect(await again.stop() == 0)
    }

    @Test("A backup that is put in place goes on from its own cursor, with the same ids")
    func restored() async throws {
        let folder = try TestServer.temporaryFolder()
        let office = try HookOffice()
        let arguments = try Self.arguments(folder, ["office": office.url])
        let server = try await TestServer.start(in: folder, arguments: arguments)
        defer { server.removeFolder() }
        office.answers = { _ in nil }
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "10", "--closes", "+1h")
        let first = office.wait(for: 1)
        let backup = folder.appendingPathComponent("backup.db").path
        try await server.must("db", "backup", backup)
        office.answers = { _ in 200 }
        #expect(await server.stop() == 0)
        let before = office.requests.count
        try await server.must("db", "restore", backup, "--replace")
        let again = try await TestServer.start(in: folder, arguments: arguments)
        // Whatever became of it there: the backup does not know, and the receiver can tell by the id.
        let all = office.wait(for: before + 1)
        #expect(all.last?.id == first[0].id)
        #expect(await again.stop() == 0)
    }
}

extension JSONValue {
    fileprivate func object(_ key: String) throws -> String {
        guard let asObject else { throw Failure("no object") }
        return try asObject.string(key)
    }
}
