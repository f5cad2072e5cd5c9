public import AuctionRules
import Foundation
import GRDB

/// Reads a database beside its writer, or alone: for the command line, for status pages, for audits.
///
/// Its connection is read-only and never checkpoints, so that it can't disturb the writer. Every
/// function sees one committed state of the whole database.
public final class LedgerReader: Sendable {
    public let path: String
    private let disk: any Disk
    private let queue: DatabaseQueue

    /// Throws when there is no such database, when it is not ours or damaged, and when its schema is
    /// not the one that this Gavel knows.
    public init(path: String, on disk: any Disk = SystemDisk()) throws(LedgerError) {
        // Before anything else of SQLite.
        _ = SQLiteSettings.countsNoMemory
        self.path = path
        self.disk = disk
        try DatabaseFile(path: path, disk: disk).checkReadable()
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "gavel.ledger.reader"
        configuration.busyMode = .timeout(1)
        do {
            queue = try DatabaseQueue(
                path: disk.sqliteName(of: path), configuration: configuration)
            try queue.read { database in
                let migrator = Migrator()
                let applied = try migrator.check(database)
                guard applied == migrator.migrations.count else {
                    throw LedgerError(
                        .olderSchema(applied),
                        "The database has schema \(applied), this Gavel works with "
                            + "\(migrator.migrations.count): run \"gavel db migrate\".")
                }
            }
        } catch {
            throw LedgerError(any: error, doing: "open the database \(path)")
        }
    }

    // MARK: - The log

    public func head() throws(LedgerError) -> LogHead {
        try read { database in
            let statement = try Statement(LogReading.headSQL, on: try database.connection())
            defer { statement.finalize() }
            return try LogReading.head(statement)
        }
    }

    /// As ``BidLog/entries(after:_:)``.
    public func entries(
        after position: Int64, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        try read { database in
            try LogReading.entries(after: position, on: try database.connection(), body)
        }
    }

    /// Calls `body` with every entry of one lot in order. Each entry's own hash is checked; the chain
    /// runs over all lots.
    ///
    /// - Returns: where the log stood.
    public func entries(
        of auction: AuctionID, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) -> LogHead {
        try read { database in
            let connection = try database.connection()
            let statement = try Statement(LogReading.headSQL, on: connection)
            defer { statement.finalize() }
            let head = try LogReading.head(statement)
            try LogReading.entries(of: auction, upTo: .max, on: connection, body)
            return head
        }
    }

    /// The house as the log tells it, up to a position; nil: all.
    public func rebuild(
        upTo position: Int64? = nil
    ) throws(LedgerError) -> (house: House, head: LogHead) {
        try House.rebuilt(upTo: position) { body throws(LedgerError) in
            try entries(after: 0, body)
        }
    }

    /// A lot as it was right after its public change `seq`, or as it is; nil when there is no such
    /// lot. What followed privately before the next public change is part of it.
    public func auction(
        _ id: AuctionID, atSeq seq: Int64? = nil
    ) throws(LedgerError) -> Auction? {
        try read { database in
            var house = House()
            do {
                let connection = try database.connection()
                try LogReading.entries(of: id, upTo: .max, on: connection) { entry in
                    if let seq, let own = entry.event.seq, own > seq { throw EndOfWalk() }
                    house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
                }
            } catch let error as LedgerError {
                guard error.kind == .stopped else { throw error }
            }
            return house.auctions[id]
        }
    }

    /// A lot's public change `seq` with the lot before it; nil when there is no such lot, or it has
    /// not had so many changes.
    public func change(_ seq: Int64, of id: AuctionID) throws(LedgerError) -> LotChange? {
        try read { database in
            var house = House()
            var found: (before: Auction, at: Instant)?
            var events: [AuctionEvent] = []
            do {
                let connection = try database.connection()
                try LogReading.entries(of: id, upTo: .max, on: connection) { entry in
                    if let own = entry.event.seq, own > seq { throw EndOfWalk() }
                    if entry.event.seq == seq, case .auction(_, let event) = entry.event {
                        if found == nil { found = house.auctions[id].map { ($0, entry.at) } }
                        events.append(event)
                    }
                    house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
                }
            } catch let error as LedgerError {
                guard error.kind == .stopped else { throw error }
            }
            return found.map { LotChange(before: $0.before, events: events, at: $0.at) }
        }
    }

    public func reply(
        to key: BidKey, on auction: AuctionID
    ) throws(LedgerError) -> Reply? {
        try read { database in
            try LogReading.reply(to: key, on: auction, on: try database.connection())
        }
    }

    // MARK: - The views

    /// Every lot as everybody may see it, by id.
    public func board(sale: SaleID? = nil) throws(LedgerError) -> [BoardRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM auction_board WHERE sale IS ?1 OR ?1 IS NULL ORDER BY auction",
                arguments: [sale?.text]
            ).map(BoardRow.init)
        }
    }

    public func boardRow(_ auction: AuctionID) throws(LedgerError) -> BoardRow? {
        try read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM auction_board WHERE auction = ?",
                arguments: [auction.text]
            ).map(BoardRow.init)
        }
    }

    /// The public bids of a lot in order, by alias.
    public func bidHistory(of auction: AuctionID) throws(LedgerError) -> [BidHistoryRow] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM bid_history WHERE auction = ?",
                arguments: [auction.text]
            ).map(BidHistoryRow.init)
        }
    }

    /// What is wrong with the database, by the rules that SQL can check; empty when it is sound.
    public func integrityFaults() throws(LedgerError) -> [IntegrityFault] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM integrity_faults")
                .map(IntegrityFault.init)
        }
    }

    /// The schema as SQLite has it, comments included: one statement after the other.
    public func schemaText() throws(LedgerError) -> String {
        try read { database in
            try String.fetchAll(
                database,
                sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
            ).map { $0 + ";\n" }.joined(separator: "\n")
        }
    }

    public func status() throws(LedgerError) -> LedgerStatus {
        try read { database in try LedgerStatus(database, path: path, disk: disk) }
    }

    // MARK: - Backup

    /// Copies the database as it stands into a new file, while the server may go on writing.
    ///
    /// The copy has a log id of its own: whoever followed the original must not believe that the
    /// copy's later positions are the same events. It is complete, on disk and verified when this
    /// returns; until then the path does not exist.
    ///
    /// - Parameter onProgress: how far it is; called often, from several threads.
    /// - Returns: what the verification of the copy has looked at.
    /// - Throws: `corrupt` when the copy, and so the database itself, is not sound.
    @discardableResult
    public func backup(
        to destination: String,
        onProgress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) throws(LedgerError) -> LogReport {
        guard disk.status(of: destination) == nil else {
            throw LedgerError(
                .cannotOpen, "\(destination) exists: a backup never overwrites, take another name.")
        }
        let partial = destination + ".partial"
        do {
            try DatabaseFile(path: destination, disk: disk).checkWritable()
            disk.remove(partial)
            let copy = try DatabaseQueue(path: disk.sqliteName(of: partial))
            try queue.read { database in
                // Reading begins here and ends with the copy. Without that each step would look at the
                // database anew, and start anew whenever the server has committed.
                try database.execute(sql: "SELECT count(*) FROM sqlite_schema")
                try copy.writeWithoutTransaction { target in
                    try database.backup(to: target, pagesPerStep: Self.backupStep) { step in
                        onProgress(
                            BackupProgress(
                                step: .copying, done: Int64(step.completedPageCount),
                                total: Int64(step.totalPageCount)))
                    }
                }
            }
            try copy.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try Migrator.setNewLogID(database)
            }
            try copy.close()
            try disk.sync(partial)
            let report = try LogVerifier(path: partial, on: disk).verify { done, total in
                onProgress(BackupProgress(step: .verifying, done: done, total: total))
            }
            if let fault = report.fault {
                throw LedgerError(
                    .corrupt(position: fault.position),
                    "The database is damaged, and was not copied: \(fault). Verify it with \"gavel "
                        + "log verify\", and restore an earlier backup.")
            }
            try disk.move(partial, to: destination)
            try disk.sync((destination as NSString).deletingLastPathComponent)
            return report
        } catch {
            disk.remove(partial)
            throw LedgerError(any: error, doing: "back up to \(destination)")
        }
    }

    /// Pages between two reports: 256 KiB.
    private static let backupStep: CInt = 64

    public func close() throws(LedgerError) {
        do {
            try queue.close()
        } catch {
            throw LedgerError(any: error, doing: "close the database")
        }
    }

    /// Any query's rows as text, with the columns' names: for the projection check and the tests.
    func table(_ sql: String) throws(LedgerError) -> (columns: [String], rows: [[SQLValue]]) {
        try read { database in
            let statement = try Statement(sql, on: try database.connection())
            defer { statement.finalize() }
            var rows: [[SQLValue]] = []
            while try statement.next() {
                rows.append((0..<statement.columnCount).map(statement.value))
            }
            return ((0..<statement.columnCount).map(statement.name), rows)
        }
    }

    func read<T>(_ body: (Database) throws -> T) throws(LedgerError) -> T {
        do {
            return try queue.read(body)
        } catch {
            throw LedgerError(any: error, doing: "read the database")
        }
    }
}

extension Database {
    func connection() throws(LedgerError) -> OpaquePointer {
        guard let sqliteConnection else { throw .closed }
        return sqliteConnection
    }
}
