import AuctionRules
import GRDB
import GRDBSQLite
import Testing

@testable import Ledger

/// Somebody who opens a large database gets an answer.
struct IntegrityEffortTests {
    @Test("Of a log twice as long the views of faults ask twice as much, and no more")
    func growsWithTheLog() throws {
        let short = try Self.steps(withBids: 1000)
        let long = try Self.steps(withBids: 2000)
        // A look back through the log at each bid would be nearly four times as much.
        #expect(Double(long) / Double(short) < 2.5, "\(short), \(long)")
    }

    /// The steps of SQLite's machine that `integrity_faults` takes, which are the same on a busy machine.
    private static func steps(withBids count: Int) throws -> CInt {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = Scene(ledger)
        try scene.commit(
            .addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)),
            .createAuction(
                "vase", Terms.english(start: 1000, opensAt: scene.now, lasting: 600_000)))
        let bids = try (1...count).map { number in
            Command.bid(
                number.isMultiple(of: 2) ? .anna : .ben, try BidID("\(number)"), on: "vase",
                try #require(Amount(minorUnits: Int64(number) * 100_000)))
        }
        let answers = try scene.commit(bids)
        try #require(answers.count == count)
        try ledger.close()
        let queue = try DatabaseQueue(path: directory.file())
        defer { try? queue.close() }
        return try queue.read { database in
            let statement = try database.makeStatement(sql: "SELECT * FROM integrity_faults")
            #expect(try Row.fetchAll(statement).isEmpty)
            return sqlite3_stmt_status(
                statement.sqliteStatement, SQLITE_STMTSTATUS_VM_STEP, 0)
        }
    }
}
