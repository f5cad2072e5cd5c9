import AuctionRules
import GRDBSQLite

/// The writer's end of the connection: its prepared statements, and what it knows of the log.
///
/// Not thread-safe: whoever has locked the ledger uses it.
final class Writer {
    let connection: OpaquePointer
    private(set) var head: LogHead
    /// What the database's state was after the last commit of a batch.
    private var stateAtHead: UInt32?
    /// An append failed, and its outcome is unknown.
    var isPoisoned: Bool { hasFailed || sync?.hasFailed == true }
    private var hasFailed = false
    /// What syncs the write-ahead log; nil: SQLite alone.
    private let sync: LogSync?
    /// False while the snapshot's tables can't be written: a commit that tried would fail, and with it
    /// the bids that it holds.
    var keepsSnapshot = true
    private let statements: WriterStatements
    /// How many pages the write-ahead log had after the last commit, 0 once all of them are in the
    /// database; SQLite's hook keeps it.
    private let walPageCount: UnsafeMutablePointer<CInt>

    init(_ connection: OpaquePointer, sync: LogSync? = nil) throws(LedgerError) {
        self.connection = connection
        self.sync = sync
        let statements = try WriterStatements(on: connection)
        do { head = try LogReading.head(statements.head) } catch {
            statements.finalize()
            throw error
        }
        self.statements = statements
        // GRDB's, for observers of the database, which there are none of; they ask for its queue.
        sqlite3_commit_hook(connection, nil, nil)
        sqlite3_rollback_hook(connection, nil, nil)
        walPageCount = .allocate(capacity: 1)
        walPageCount.initialize(to: 0)
        sqlite3_wal_hook(
            connection,
            { context, _, _, pages in
                context?.storeBytes(of: pages, as: CInt.self)
                return SQLITE_OK
            }, walPageCount)
    }

    deinit {
        walPageCount.deallocate()
    }

    var walPages: Int { Int(walPageCount.pointee) }

    // MARK: - Appending

    /// - Parameter holdingBack: the commit is durable only once somebody has synced the log; if there is
    ///   nobody who does that beside SQLite, it is so at once.
    func append(_ batch: LogBatch, holdingBack: Bool = false) throws(LedgerError) {
        guard !isPoisoned else { throw .poisoned }
        guard head == batch.expected else {
            throw .headMoved(expected: batch.expected, actual: head)
        }
        do {
            sync?.holdsBack = holdingBack
            defer { sync?.holdsBack = false }
            try write(batch)
        } catch {
            if case .headMoved = error.kind { throw error }
            // Whether the commit is on disk is not known, and to try it again could make lost pages
            // look written. This connection is done.
            hasFailed = true
            if sqlite3_get_autocommit(connection) == 0 { try? statements.rollback.run() }
            throw error
        }
        head = batch.head
    }

    private func write(_ batch: LogBatch) throws(LedgerError) {
        try statements.begin.run()
        if stateAtHead == nil || stateAtHead != databaseState { try checkHead(for: batch) }
        try statements.write(batch, withSnapshot: keepsSnapshot)
        try statements.commit.run()
        stateAtHead = databaseState
    }

    /// Looks where the log stands. Only a hand with a tool of its own can have moved it: the lock is ours.
    private func checkHead(for batch: LogBatch) throws(LedgerError) {
        let actual = try LogReading.head(statements.head)
        guard actual == head else {
            try statements.rollback.run()
            head = actual
            throw .headMoved(expected: batch.expected, actual: actual)
        }
    }

    /// SQLite's number for what the database holds, another one after each commit, whoever makes it; nil when it has
    /// none. To ask for it needs no statement, as to look for the newest entry does.
    private var databaseState: UInt32? {
        var version: UInt32 = 0
        let code = sqlite3_file_control(
            connection, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        return code == SQLITE_OK ? version : nil
    }

    /// Moves pages from the write-ahead log into the database. A reader may keep some of them back.
    func checkpoint(_ mode: CInt) throws(LedgerError) {
        guard !isPoisoned else { throw .poisoned }
        var left: CInt = 0
        var moved: CInt = 0
        let code = sqlite3_wal_checkpoint_v2(connection, nil, mode, &left, &moved)
        guard code == SQLITE_OK || code == SQLITE_BUSY else {
            hasFailed = true
            throw LedgerError(sqlite: code, on: connection, doing: "checkpoint the database")
        }
        // The next commit starts the file anew if all was moved; until then there is nothing to do.
        if left == moved { walPageCount.pointee = 0 }
    }

    // MARK: - Heartbeat

    func beat(at t: Instant) throws(LedgerError) {
        guard !isPoisoned else { throw .poisoned }
        do {
            try statements.beat.run([SQLValue(t)])
        } catch {
            hasFailed = true
            throw error
        }
    }

    func lastHeartbeat() throws(LedgerError) -> Instant? {
        defer { statements.heartbeat.reset() }
        guard try statements.heartbeat.next() else { return nil }
        return Instant(milliseconds: statements.heartbeat.integer(0))
    }

    /// Leaves a database that is whole without its write-ahead log, and ends the statements.
    func finish() throws(LedgerError) {
        defer { abandon() }
        guard !isPoisoned else { return }
        try checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
    }

    /// Ends the statements, and leaves the files as they are.
    func abandon() {
        sqlite3_wal_hook(connection, nil, nil)
        statements.finalize()
    }
}
