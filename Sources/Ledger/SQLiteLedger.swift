public import AuctionRules
import Foundation
import GRDB
import GRDBSQLite

/// The log in a SQLite file, and the only connection that writes or checkpoints it.
///
/// Guarantees: when ``append(_:)`` returns, the batch's events, replies and state rows are on disk
/// together (WAL, `synchronous=FULL`, one fdatasync); after ``write(_:)`` they are there once ``sync()``
/// has returned. At most one ledger has a file open: the system's
/// SQLite is of a range of versions in which two connections that write and checkpoint at once can
/// damage a WAL database. Readers open it read-only.
/// Does not guarantee anything against a disk that lies about fdatasync.
public final class SQLiteLedger: BidLog {
    public let description: LedgerDescription
    /// The database's path.
    public var path: String { description.path }
    public var logID: String { description.logID }

    /// Not private: a test takes the durability away.
    let queue: DatabaseQueue
    private let options: Options
    /// Whoever has locked it uses the connection, and nobody else. The queue is for opening and closing: to go
    /// through it for each call was a sixteenth of a lone bid's instructions (callgrind).
    private let writer: Locked<Writer?>
    private let lock: any DatabaseLock
    /// Nil: SQLite alone syncs.
    private let logSync: LogSync?

    /// How the ledger treats its file. The defaults are right for a server.
    public struct Options: Sendable {
        /// Where the file is.
        public var disk: any Disk = SystemDisk()
        /// Whether a missing database is made. Not by whoever has had one open: it is lost then.
        public var createsMissing = true
        /// When the write-ahead log is moved into the database.
        public var checkpoints = CheckpointLimits()
        /// How many pages the write-ahead log has room for from the start on; 0: it grows as it is
        /// written. For who has bids to commit.
        public var reservedPages = 0
        /// The most pages that the database may have; nil: as many as the disk holds. For tests of
        /// a full disk.
        public var pagesMax: Int?
        /// Whether a commit's pages are handed to the disk at once. Not: for comparison.
        var gathersWrites = true
        /// What entries' salts are made from; tests may want the same ones each time.
        public var newSaltKey: @Sendable () -> SaltKey = { .random() }
        /// The clock that migrations are dated by.
        public var now: @Sendable () -> Instant = {
            Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }

        public init() {}

        /// A server's. As many pages as the write-ahead log may have, and those of the commit that makes
        /// it too long: some 250 when it is as large as can be, on a few lots. One that needs more makes the file
        /// longer, once.
        public static var server: Options {
            var options = Options()
            options.reservedPages = options.checkpoints.forcedPages + 256
            return options
        }
    }

    /// Opens or creates the database, takes its lock, and brings its schema up to date.
    ///
    /// Throws when another process has it, when it is no database of ours or a newer one, when it is
    /// damaged where that can be seen quickly, when it can't be written, and when SQLite does not
    /// take the settings that durability rests on.
    public init(path: String, options: Options = Options()) throws(LedgerError) {
        // Before anything else of SQLite.
        _ = SQLiteSettings.countsNoMemory
        let file = DatabaseFile(path: path, disk: options.disk)
        if !options.createsMissing { try file.checkReadable() }
        try file.checkWritable()
        lock = try options.disk.lock(beside: path)
        // Again under the lock: only now nobody else can change it.
        try file.checkWritable()
        // What is read from it may be told, and must not be lost any more: a server before this one
        // may have ended with a failed sync.
        try options.disk.rewrite(path + "-wal")
        self.options = options
        let doing = "open the database \(path)"
        do {
            var configuration = Configuration()
            configuration.label = "gavel.ledger.writer"
            configuration.busyMode = .timeout(0.25)
            queue = try DatabaseQueue(
                path: options.disk.sqliteName(of: path), configuration: configuration)
            let opened = try queue.writeWithoutTransaction { database in
                try Self.setUp(database, file: file, options: options)
            }
            writer = Locked(opened.writer)
            logSync = opened.sync
            description = opened.description
        } catch {
            throw LedgerError(any: error, doing: doing)
        }
    }

    /// A ledger that is dropped without ``close()`` leaves its file as it is; but SQLite keeps a
    /// connection, and its cache, for as long as there are statements of it.
    deinit { writer.withLock { $0?.abandon() } }

    public func newSaltKey() -> SaltKey { options.newSaltKey() }

    public var freeSpace: Int64? { options.disk.freeSpace(beside: path) }

    public func append(_ batch: LogBatch) throws(LedgerError) {
        guard batch.hasRows else { return }
        precondition(batch.isSealed, "Seal the batch before it is appended")
        try write { writer throws(LedgerError) in try writer.append(batch) }
    }

    /// The batch's pages are with the system when it returns, and readers see it.
    public func write(_ batch: LogBatch) throws(LedgerError) {
        guard batch.hasRows else { return }
        precondition(batch.isSealed, "Seal the batch before it is written")
        try write { writer throws(LedgerError) in try writer.append(batch, holdingBack: true) }
    }

    public func sync() throws(LedgerError) { try logSync?.sync() }

    public func entries(
        after position: Int64, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        try write { writer throws(LedgerError) in
            try LogReading.entries(after: position, on: writer.connection, body)
        }
    }

    public func snapshot() throws(LedgerError) -> SnapshotFinding {
        try write { writer throws(LedgerError) in
            let (finding, canBeRenewed) = try SnapshotReading(on: writer.connection).find()
            writer.keepsSnapshot = canBeRenewed
            return finding
        }
    }

    public func reply(
        to key: BidKey, on auction: AuctionID
    ) throws(LedgerError) -> Reply? {
        try write { writer throws(LedgerError) in
            try LogReading.reply(to: key, on: auction, on: writer.connection)
        }
    }

    public func unsignedCertificates(max: Int) throws(LedgerError) -> [Certificate] {
        try write { writer throws(LedgerError) in
            try CertificateReading(on: writer.connection).unsigned(max: max)
        }
    }

    public func beat(at t: Instant) throws(LedgerError) {
        try write { writer throws(LedgerError) in try writer.beat(at: t) }
    }

    public func lastHeartbeat() throws(LedgerError) -> Instant? {
        try write { writer throws(LedgerError) in try writer.lastHeartbeat() }
    }

    public func checkpoint(isIdle: Bool) throws(LedgerError) {
        try write { writer throws(LedgerError) in
            try options.checkpoints.move(from: writer, isIdle: isIdle)
        }
    }

    public var isCheckpointDue: Bool {
        writer.withLock { options.checkpoints.isDue($0?.walPages ?? 0, isIdle: false) }
    }

    /// Checkpoints, closes the connection and gives the lock back.
    public func close() throws(LedgerError) {
        let result = Result { () throws(LedgerError) in
            try writer.withLock { writer throws(LedgerError) in try writer.take()?.finish() }
        }
        let closing = Result { try queue.close() }
        lock.release()
        try result.get()
        if case .failure(let error) = closing {
            throw LedgerError(any: error, doing: "close the database")
        }
    }

    /// Runs alone, with the writer.
    private func write<T>(
        _ body: (Writer) throws(LedgerError) -> T
    ) throws(LedgerError) -> T {
        try writer.withLock { writer throws(LedgerError) in
            guard let writer else { throw .closed }
            return try body(writer)
        }
    }

    // MARK: - Opening

    private static func setUp(
        _ database: Database, file: DatabaseFile, options: Options
    ) throws -> (writer: Writer, sync: LogSync?, description: LedgerDescription) {
        let migrator = Migrator()
        // Before anything is written: a database that is not ours stays as it is.
        try migrator.check(database)
        try setDurable(database)
        // So that the pages that bids go to need not be read again, in a large database either. Up to
        // 100,000 bids on 1,000 lots it made no difference: the system holds the file, too.
        try database.execute(sql: "PRAGMA cache_size = -65536")
        // What a statement would have to take back, should it fail half-way, is kept in memory: SQLite would
        // make a file for more than 64 KiB of it, somewhere else, and a commit could fail for want of that.
        try database.execute(sql: "PRAGMA temp_store = MEMORY")
        if let pagesMax = options.pagesMax {
            try database.execute(sql: "PRAGMA max_page_count = \(pagesMax)")
        }
        // What a crash left in the write-ahead log, so that the file below is whole.
        try MovedPages.forget(on: try database.connection())
        try database.checkpoint(.passive)
        try checkLength(database, file: file)
        try migrator.migrate(database, at: options.now())
        try database.checkpoint(.passive)
        guard let connection = database.sqliteConnection else { throw LedgerError.closed }
        let pageSize: Int = try pragma("page_size", database)
        let reservation = try LogReservation.make(
            pages: options.reservedPages, pageSize: pageSize,
            freeSpace: file.disk.freeSpace(beside: file.path), on: connection)
        let sync = options.gathersWrites ? try GatheredWrites.begin(on: connection) : nil
        let writer = try Writer(connection, sync: sync)
        do {
            let description = LedgerDescription(
                path: file.path, sqliteVersion: String(cString: sqlite3_libversion()),
                journalMode: try pragma("journal_mode", database),
                synchronous: try pragma("synchronous", database),
                pageSize: pageSize, reservation: reservation, schema: migrator.migrations.count,
                logID: try String.fetchOne(
                    database, sql: "SELECT value FROM meta WHERE key = 'log_id'") ?? "",
                head: writer.head)
            return (writer, sync, description)
        } catch {
            writer.abandon()
            throw error
        }
    }

    /// Sets what durability rests on and reads it back: SQLite answers a setting that it does not
    /// take with silence.
    private static func setDurable(_ database: Database) throws {
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        try database.execute(sql: "PRAGMA synchronous = FULL")
        try database.execute(sql: "PRAGMA foreign_keys = ON")
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        // The write-ahead log keeps its length when it begins anew: that is SQLite's default, but how it is
        // built may say otherwise.
        try database.execute(sql: "PRAGMA journal_size_limit = -1")
        let journalMode: String = try pragma("journal_mode", database)
        let synchronous: Int = try pragma("synchronous", database)
        let foreignKeys: Int = try pragma("foreign_keys", database)
        guard journalMode == "wal", synchronous == 2, foreignKeys == 1 else {
            throw LedgerError(
                .notDurable,
                "SQLite runs with journal_mode=\(journalMode), synchronous=\(synchronous) and "
                    + "foreign_keys=\(foreignKeys) here: an acknowledged bid could be lost. Use "
                    + "another file system.")
        }
    }

    private static func pragma<T: DatabaseValueConvertible>(
        _ name: String, _ database: Database
    ) throws -> T {
        guard let value = try T.fetchOne(database, sql: "PRAGMA \(name)") else {
            throw LedgerError(.notDurable, "SQLite does not know PRAGMA \(name).")
        }
        return value
    }

    /// A file that was cut off can look healthy until the missing page is needed.
    private static func checkLength(_ database: Database, file: DatabaseFile) throws {
        guard file.disk.size(of: file.path + "-wal") == 0 else { return }
        let pages: Int64 = try pragma("page_count", database)
        let pageSize: Int64 = try pragma("page_size", database)
        guard file.disk.size(of: file.path) >= pages * pageSize else {
            throw LedgerError(
                .corrupt(position: nil),
                "\(file.path) should have \(pages) pages and is shorter: the file was truncated. "
                    + "Restore a backup.")
        }
    }
}
