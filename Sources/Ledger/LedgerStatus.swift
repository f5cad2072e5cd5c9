public import AuctionRules
import GRDB

/// What a database holds, in numbers.
public struct LedgerStatus: Hashable, Sendable {
    public let path: String
    public let logID: String
    /// The number of the newest migration.
    public let schema: Int
    public let head: LogHead
    /// The time of the newest event; nil when there is none.
    public let newestEventAt: Instant?
    public let heartbeat: Instant?
    /// In bytes.
    public let fileSize: Int64
    /// In bytes: what is committed and not yet moved into the file is in it. A server's has its full length
    /// from the start on.
    public let writeAheadLogSize: Int64
    public let sales: Int
    public let bidders: Int
    public let bids: Int
    public let replies: Int
    /// By status; a status that no lot has is missing.
    public let auctions: [AuctionStatus: Int]

    init(_ database: Database, path: String, disk: any Disk) throws {
        func count(_ table: String) throws -> Int {
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
        self.path = path
        logID =
            try String.fetchOne(database, sql: "SELECT value FROM meta WHERE key = 'log_id'") ?? ""
        schema = try Int.fetchOne(database, sql: "SELECT max(number) FROM migration") ?? 0
        let statement = try Statement(LogReading.headSQL, on: try database.connection())
        defer { statement.finalize() }
        head = try LogReading.head(statement)
        newestEventAt = try Int64.fetchOne(
            database, sql: "SELECT at FROM event ORDER BY position DESC LIMIT 1"
        ).map(Instant.init(milliseconds:))
        heartbeat = try Int64.fetchOne(database, sql: "SELECT at FROM heartbeat")
            .map(Instant.init(milliseconds:))
        fileSize = disk.size(of: path)
        writeAheadLogSize = disk.size(of: path + "-wal")
        sales = try count("sale")
        bidders = try count("bidder")
        let answers = try Row.fetchOne(
            database, sql: "SELECT count(ordinal), count(bid) FROM event")
        bids = answers?[0] ?? 0
        replies = answers?[1] ?? 0
        let rows = try Row.fetchAll(
            database, sql: "SELECT status, count(*) FROM auction GROUP BY status")
        auctions = Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                AuctionStatus(rawValue: row[0]).map { ($0, row[1]) }
            })
    }
}
