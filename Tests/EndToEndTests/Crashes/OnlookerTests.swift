import Foundation
import GavelClient
import Testing
import WireProtocol

/// People open the database of a running server, and not all of them read-only.
@Suite("Onlookers at a live database", .timeLimit(.minutes(5)))
struct OnlookerTests {
    /// The last one to close a database that it may write to empties and deletes the write-ahead log. By
    /// SQLite's locks the onlooker knows that it is not the last one.
    @Test("Who looks with sqlite3, without -readonly, takes nothing from what is acknowledged")
    func looksAndCloses() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h",
            "--increments", "0.01")
        let bidder = try await server.connect(token: server.bidder("anna"))
        #expect(try await bidder.bid("lot", 1000, id: "before").finalVerdictID == "before")
        let log = server.database + "-wal"
        let file = try identity(of: log)

        let seen = try await run(
            "sqlite3", ["-batch", server.database, "SELECT count(*) FROM event"],
            environment: ProcessInfo.processInfo.environment)
        #expect(seen.status == 0)
        #expect(try identity(of: log) == file)

        #expect(try await bidder.bid("lot", 2000, id: "after").finalVerdictID == "after")
        await server.kill()
        let again = try await TestServer.start(in: server.folder)
        let bids = try await Database.query(
            "SELECT count(*) FROM event WHERE kind = 'bid_accepted'", in: again.database)
        #expect(bids == "2")
        #expect(await again.stop() == 0)
    }

    /// Which file it is, whatever its name.
    private func identity(of path: String) throws -> UInt64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Failure("There is no \(path)") }
        return UInt64(status.st_ino)
    }
}
