import AuctionRules
import Foundation
import GavelClient
import StrictJSON
import Testing
import WireProtocol

@Suite("What an auditor does: verify, export, explain, back up and restore")
struct AuditTests {
    /// A server with a lot that three bidders have bid on.
    static func saleroom() async throws -> TestServer {
        let server = try await TestServer.start(arguments: ["--min-reopen", "0s"])
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "10", "--closes", "+1h",
            "--reserve", "77.77")
        for (index, (bidder, amount)) in [("anna", 6543), ("ben", 2000), ("cleo", 9999)]
            .enumerated()
        {
            let connection = try await server.connect(token: server.bidder(bidder))
            _ = try await connection.bid("lot", Int64(amount), id: "\(index)")
        }
        return server
    }

    static func object(_ line: String) throws -> JSONObject {
        try #require(try JSONValue(parsing: line).asObject)
    }

    @Test("The log is verified and exported beside the server, and the export without it")
    func verifyAndExport() async throws {
        let server = try await Self.saleroom()
        defer { server.removeFolder() }
        let report = try Self.object(try await server.must("log", "verify", "--json").lines[0])
        #expect(try report.integer("lots") == 1)
        #expect(try report.integer("bids") == 3)
        #expect(report["fault"] == .null)
        let words = try await server.must("log", "verify")
        #expect(words.output.hasPrefix("sound: "))
        #expect(words.errors.isEmpty)

        let export = server.folder.appendingPathComponent("export.jsonl")
        let redacted = try await server.must("log", "export", "--redacted")
        #expect(redacted.errors.isEmpty)
        for secret in ["6543", "9999", "anna", "ben", "cleo"] {
            // Not as a value: a hash or a time may have the same digits.
            for value in [":\(secret),", ":\(secret)}", ":\(secret)]", "\"\(secret)\""] {
                #expect(!redacted.output.contains(value))
            }
        }
        try Data(redacted.output.utf8).write(to: export)
        let checked = try await Gavel.run(["log", "verify", "--export", export.path, "--json"])
        #expect(checked.status == 0)
        #expect(try Self.object(checked.lines[0]).integer("bids") == 3)
        let full = try await server.must("log", "export", "--auction", "lot")
        #expect(full.errors.contains("every secret"))
        #expect(full.output.contains("6543"))

        // One digit of one price.
        let changed = redacted.output.replacingOccurrences(
            of: "\"price\":1000", with: "\"price\":1001")
        #expect(changed != redacted.output)
        try Data(changed.utf8).write(to: export)
        let found = try await Gavel.run(["log", "verify", "--export", export.path])
        #expect(found.status == 5)
        #expect(found.errors.contains("entry "))
        #expect(found.output.isEmpty)
        let none = try await server.gavel("log", "export", "--redacted", "--auction", "nothing")
        #expect(none.status == 3)
        #expect(await server.stop() == 0)
    }

    @Test("Damage ends with 5, and says where it is")
    func damage() async throws {
        let server = try await Self.saleroom()
        defer { server.removeFolder() }
        #expect(await server.stop() == 0)
        // Flipped in the file itself, in the middle of a payload.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: server.database))
        let place = try #require(bytes.range(of: Data(#""amount":6543"#.utf8)))
        bytes[place.upperBound - 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: server.database))
        let found = try await server.gavel("log", "verify", "--json")
        #expect(found.status == 5)
        let fault = try Self.object(found.lines[0]).object("fault")
        #expect(try fault.string("auction") == "lot")
        #expect(try fault.integer("position") > 1)
        let backup = try await server.gavel("db", "backup", server.database + ".copy")
        #expect(backup.status != 0)
        #expect(!FileManager.default.fileExists(atPath: server.database + ".copy"))
    }

    @Test("A price is explained in the same words on the command line and over HTTP")
    func explain() async throws {
        let server = try await Self.saleroom()
        defer { server.removeFolder() }
        let line = try await server.must("auction", "explain", "lot", "4", "--json").lines[0]
        let answer = try await GavelHTTP(server.endpoint)
            .request("GET", "/v1/auctions/lot/explain?seq=4")
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == line)
        let rules = try Self.object(line).array("steps").compactMap { step in
            try step.asObject?.string("rule")
        }
        #expect(rules == ["minimum", "lead_taken", "reserve_met"])
        #expect(!line.contains("65.43") && !line.contains("99.99"))
        let words = try await server.must("auction", "explain", "lot", "4", "--reveal")
        #expect(words.output.contains("the maximum of anna was 65.43 USD"))
        #expect(try await server.gavel("auction", "explain", "lot", "5").status == 2)
        #expect(try await server.gavel("auction", "explain", "nothing", "1").status == 3)
        for (query, status) in [("?seq=5", 400), ("?seq=0", 400), ("", 400)] {
            let answer = try await GavelHTTP(server.endpoint)
                .request("GET", "/v1/auctions/lot/explain\(query)")
            #expect(answer.status == status, "\(query)")
        }
        let none = try await GavelHTTP(server.endpoint)
            .request("GET", "/v1/auctions/nothing/explain?seq=1")
        #expect(none.status == 404)
        #expect(await server.stop() == 0)
    }

    @Test("A backup taken under load comes back, and nobody resumes on it falsely")
    func backupAndRestore() async throws {
        let server = try await TestServer.start(arguments: ["--min-reopen", "0s"])
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h")
        let bidders = try await [1, 2].asyncMap { number in
            WindowedBidder(
                number, try await server.connect(token: server.bidder("bidder-\(number)")))
        }
        for bidder in bidders { bidder.start(window: 4) }
        let watcher = try await Follower.watch("lot", on: server)
        await watcher.wait(forSeq: 50)
        let backup = server.folder.appendingPathComponent("backup.db").path
        try await server.must("db", "backup", backup)
        let checked = try await Gavel.run(["log", "verify", "--database", backup, "--json"])
        #expect(checked.status == 0)
        let report = try Self.object(checked.lines[0])
        #expect(try report.integer("bids") >= 50)
        // The bidding went on, beyond what the backup has.
        let seen = watcher.seqs.count
        await watcher.wait { $0.count > seen + 200 }
        let refused = try await server.gavel("db", "restore", backup, "--replace")
        #expect(refused.status == 4)
        #expect(await server.stop() == 0)
        for bidder in bidders { await bidder.wait() }
        let last = try #require(watcher.seqs.last)
        let log = try #require(
            watcher.messages.compactMap { message -> String? in
                if case .snapshot(let snapshot) = message { snapshot.log } else { nil }
            }.first)

        #expect(try await server.gavel("db", "restore", backup).status == 2)
        let restored = try Self.object(
            try await server.must("db", "restore", backup, "--replace", "--json").lines[0])
        let aside = try restored.string("moved_aside")
        #expect(try await Gavel.run(["log", "verify", "--database", aside]).status == 0)
        #expect(try restored.string("log") != log)

        let again = try await TestServer.start(
            in: server.folder, arguments: ["--min-reopen", "0s"])
        let follower = try await Follower.watch(
            "lot", on: again, resume: ResumePoint(after: last, log: log))
        await follower.wait { $0.contains { $0.snapshotSeq != nil } }
        let snapshot = try #require(follower.messages.compactMap(\.snapshotSeq).first)
        #expect(snapshot < last)
        #expect(follower.seqs.isEmpty)
        #expect(await again.stop() == 0)
        #expect(try await again.gavel("log", "verify").status == 0)
    }
}

extension Sequence {
    /// One after the other.
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var results: [T] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
