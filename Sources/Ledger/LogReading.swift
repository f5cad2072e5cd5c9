import AuctionRules
import GRDB
import GRDBSQLite

/// Reading the log and its replies from a connection; the writer's and the readers' alike.
enum LogReading {
    static let headSQL = "SELECT position, hash FROM event ORDER BY position DESC LIMIT 1"

    /// The log's id and where it stands.
    static func identity(_ database: Database) throws -> (logID: String, head: LogHead) {
        let logID = try String.fetchOne(
            database, sql: "SELECT value FROM meta WHERE key = 'log_id'")
        let statement = try Statement(headSQL, on: try database.connection())
        defer { statement.finalize() }
        return (logID ?? "", try head(statement))
    }

    /// Where the log stands, by the statement of ``headSQL``.
    static func head(_ statement: Statement) throws(LedgerError) -> LogHead {
        defer { statement.reset() }
        guard try statement.next() else { return .empty }
        guard let hash = statement.hash(1) else {
            throw LedgerError(
                .corrupt(position: statement.integer(0)),
                "The hash of the log's last entry is not 32 bytes long: restore a backup.")
        }
        return LogHead(position: statement.integer(0), hash: hash)
    }

    private static let columns =
        "position, at, kind, auction, payload, public_payload, salt, previous_hash, hash"

    /// Every entry after a position in order, each checked against the one before it.
    static func entries(
        after position: Int64, on connection: OpaquePointer, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        var head: LogHead? = position <= 0 ? .empty : nil
        if position > 0 {
            let before = try Statement(
                "SELECT position, hash FROM event WHERE position = ?", on: connection)
            defer { before.finalize() }
            before.bind(position, at: 1)
            head = try Self.head(before)
        }
        let statement = try Statement(
            "SELECT \(columns) FROM event WHERE position > ? ORDER BY position", on: connection)
        defer { statement.finalize() }
        statement.bind(position, at: 1)
        var space: [UInt8] = []
        while try statement.next() {
            let entry = try entry(statement).verified(after: head, workingIn: &space)
            head = entry.head
            try LedgerError.wrapping { try body(entry) }
        }
    }

    /// One lot's entries in order, each with its own hash checked (the chain runs over all lots).
    static func entries(
        of auction: AuctionID, upTo position: Int64, on connection: OpaquePointer,
        _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        let statement = try Statement(
            "SELECT \(columns) FROM event WHERE auction = ? AND position <= ? ORDER BY position",
            on: connection)
        defer { statement.finalize() }
        statement.bind(auction.text, at: 1)
        statement.bind(position, at: 2)
        var space: [UInt8] = []
        while try statement.next() {
            let entry = try entry(statement).verified(after: nil, workingIn: &space)
            try LedgerError.wrapping { try body(entry) }
        }
    }

    /// The stored reply to a request: its row says where it was given, and the lot replayed up to
    /// there gives it again.
    static func reply(
        to key: BidKey, on auction: AuctionID, on connection: OpaquePointer
    ) throws(LedgerError) -> Reply? {
        let statement = try Statement(
            "SELECT position FROM reply WHERE auction = ? AND bidder = ? AND bid = ?",
            on: connection)
        defer { statement.finalize() }
        statement.bind(auction.text, at: 1)
        statement.bind(key.bidder.text, at: 2)
        statement.bind(key.id.text, at: 3)
        guard try statement.next() else { return nil }
        var house = House()
        try entries(of: auction, upTo: statement.integer(0), on: connection) { entry in
            house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
        }
        return house.auctions[auction]?.reply(to: key)
    }

    private static func entry(_ statement: Statement) -> StoredEntry {
        StoredEntry(
            position: statement.integer(0), at: statement.integer(1), kind: statement.text(2),
            auction: statement.optionalText(3), payload: statement.bytes(4),
            publicPayload: statement.bytes(5), salt: statement.bytes(6),
            previousHash: statement.hash(7), hash: statement.hash(8))
    }
}
