import AuctionRules
import Foundation
import GavelClient
import StrictJSON
import Testing
import WireProtocol

@Suite("The command line, beside a server, from afar and without one")
struct AdministrationTests {
    @Test("One command, three ways in: on the database, by the socket, over HTTP with a token")
    func threeWaysIn() async throws {
        let folder = try TestServer.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = folder.appendingPathComponent("gavel.db").path
        // Without a server, on the database itself.
        let first = try await Gavel.run([
            "auction", "create", "First", "--id", "first", "--start", "1", "--closes", "+1h",
            "--database", database,
        ])
        #expect(first.status == 0)
        #expect(first.output == "first\n")

        let server = try await TestServer.start(in: folder)
        // By the socket beside the database.
        try await server.must(
            "auction", "create", "Second", "--id", "second", "--start", "1", "--closes", "+1h")
        let issued = try await server.must("admin", "token", "office", "--json")
        let token = try #require(
            try JSONValue(parsing: issued.lines[0]).asObject
        ).string("token")
        let address = server.endpoint.description
        // From afar.
        let afar = ["--server", address, "--token", token]
        let third = try await Gavel.run(
            ["auction", "create", "Third", "--id", "third", "--start", "1", "--closes", "+1h"]
                + afar)
        #expect(third.status == 0, "\(third)")
        let list = try await Gavel.run(["auction", "list", "--json"] + afar)
        let ids = try list.lines.map { try #require(try JSONValue(parsing: $0).asObject) }
            .map { try $0.string("auction") }
        #expect(ids == ["first", "second", "third"])
        // The secrets of a token are good for nothing else.
        let wrong = try await Gavel.run(
            ["auction", "list", "--server", address, "--token", token + "x"])
        #expect(wrong.status == 1)
        let bidder = try await server.bidder("anna")
        let notHis = try await Gavel.run(
            ["auction", "close", "first", "--server", address, "--token", bidder])
        #expect(notHis.status == 1)
        #expect(await server.stop() == 0)

        // The server has left: the database is there for the next command.
        let after = try await Gavel.run(["auction", "list", "--json", "--database", database])
        #expect(after.lines.count == 3)
    }

    @Test("A bid from a script, and a watcher on a terminal, from the first bid to the close")
    func bidAndWatch() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "10", "--closes", "+1h")
        let token = try await server.bidder("anna")
        async let watching = server.gavel("auction", "watch", "vase", "--full", "--json")
        // The watcher is there when the server counts two connections: its own and this one's.
        let probe = try await Follower.watch("vase", on: server)
        await probe.wait(forSeq: 1)
        var connections = 0
        while connections < 2 {
            let metrics = try await GavelHTTP(server.endpoint).request("GET", "/metrics")
            let text = String(decoding: metrics.body, as: UTF8.self)
            let line = text.split(separator: "\n").first {
                $0.hasPrefix("gavel_connections{state=\"websocket\"}")
            }
            let number = try #require(line, "\(text)").split(separator: " ").last
            connections = try #require(number.flatMap { Int($0) })
        }
        let bid = try await server.gavel(
            "bid", "vase", "--amount", "25.50", "--id", "b1", "--token", token, "--json")
        #expect(bid.status == 0, "\(bid)")
        let reply = try #require(try JSONValue(parsing: bid.lines[0]).asObject)
        #expect(try reply.string("type") == "bid_accepted")
        #expect(try reply.integer("your_max") == 2550)
        let low = try await server.gavel("bid", "vase", "--amount", "1", "--token", token)
        #expect(low.status == 1)
        #expect(low.errors.contains("max_not_higher"))
        try await server.must("auction", "close", "vase")
        let seen = try await watching
        #expect(seen.status == 0)
        let types = try seen.lines.map { line in
            try #require(try JSONValue(parsing: line).asObject).string("type")
        }
        #expect(types.suffix(2) == ["price", "status"], "\(types)")
        #expect(await server.stop() == 0)
    }

    @Test("A backup while the server runs is sound, and is another log")
    func backup() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "10", "--closes", "+1h")
        let anna = try await server.connect(token: server.bidder("anna"))
        _ = try await anna.bid("vase", 2000, id: "b1")
        let copy = server.folder.appendingPathComponent("copy.db").path
        try await server.must("db", "backup", copy)
        #expect(try await Database.query("PRAGMA integrity_check", in: copy) == "ok")
        #expect(try await Database.query("SELECT count(*) FROM integrity_faults", in: copy) == "0")
        #expect(try await Database.query("SELECT price FROM auction", in: copy) == "1000")
        let again = try await server.gavel("db", "backup", copy)
        #expect(again.status != 0)
        let status = try await server.must("db", "status", "--json")
        #expect(status.output.contains("\"synchronous\":\"FULL\""))
        #expect(await server.stop() == 0)
    }

    @Test("A catalogue comes in whole, or not at all with every fault by its line")
    func importing() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        let file = server.folder.appendingPathComponent("lots.csv")
        try """
        id,title,start,closes
        one,First,10.00,+1h
        two,Second,ten,+1h
        one,Third,10.00,+1h
        four,Fourth,10.001,+1h
        """.write(to: file, atomically: true, encoding: .utf8)
        let refused = try await server.gavel("auction", "import", file.path)
        #expect(refused.status == 2)
        for line in ["lots.csv:3", "lots.csv:5"] { #expect(refused.errors.contains(line)) }
        #expect(
            try await Database.query("SELECT count(*) FROM auction", in: server.database) == "0")
        try """
        id,title,start,closes
        one,First,10.00,+1h
        two,Second,20.00,+1h
        """.write(to: file, atomically: true, encoding: .utf8)
        try await server.must("auction", "import", file.path)
        #expect(
            try await Database.query("SELECT count(*) FROM auction", in: server.database) == "2")
        #expect(await server.stop() == 0)
    }
}
