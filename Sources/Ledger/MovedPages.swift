import GRDBSQLite

/// How much of the write-ahead log SQLite takes for moved into the database.
///
/// It keeps that number in the log's index, which all connections share, and which lives as long as any of
/// them. A checkpoint that stops at a page that a reader still needs counts what it has copied up to there,
/// and syncs the database only once it has copied everything (`walCheckpoint` in SQLite's `wal.c`). Should
/// that sync fail, Linux takes all pages that it was for for written. A connection that is opened then, while a
/// reader keeps the index, would copy the later pages alone, sync those with success, and let the log begin anew: after
/// a loss of power the earlier ones would be nowhere (seed 20,316 of the simulation).
///
/// So whoever opens a database sets the number to none, and all of the log is written once more and synced
/// before it may begin anew. Always: it may be another process whose sync has failed.
///
/// Safe beside others, and SQLite does the same when it makes the index anew (`walIndexRecover`):
/// - The number is raised by who holds the lock for checkpoints, which is taken here. A writer sets it to
///   none, too, when the log begins anew; there is none beside us.
/// - Who reads by the log finds more of it there, and the same. Of the database it reads what is not in the
///   log up to its mark. No mark in use is below the number, so that what is copied again, up to the lowest
///   of them, is what is there already, or is past what such a reader takes from the database.
/// - Who reads by the database alone holds a lock without which no page is copied.
/// - What a checkpoint may have tried to copy (`nBackfillAttempted`) stays as it is: it was tried.
enum MovedPages {
    /// Where the numbers are in the index: after two copies of its header, of 48 bytes each. The layout is
    /// that of SQLite 3.7.0 and all since (sqlite.org/walformat.html); `iVersion` would be another one
    /// with another.
    private static let version: UInt32 = 3_007_000
    private static let secondHeader = 48
    private static let moved = 96
    /// Of one part of the index, in bytes.
    private static let partSize: CInt = 32 << 10
    /// Which of the index's locks is the one for checkpoints.
    private static let checkpointLock: CInt = 1
    /// For how many milliseconds somebody else's checkpoint is waited for.
    private static let patience = 250

    /// Has the next checkpoint move all of the log, whatever was moved before.
    ///
    /// - Precondition: `journal_mode` is `WAL`, and the connection is reading or writing nothing.
    /// - Throws: `notDurable` when the index is none that is known; `busy` when somebody else goes on moving.
    static func forget(on connection: OpaquePointer) throws(LedgerError) {
        // Only who has read a database has its index.
        let read = sqlite3_exec(connection, "PRAGMA schema_version", nil, nil, nil)
        guard read == SQLITE_OK else {
            throw LedgerError(sqlite: read, on: connection, doing: "read the database")
        }
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(
            connection, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods,
            methods.pointee.iVersion >= 2
        else { throw LedgerError(sqlite: code, on: connection, doing: "find the database's file") }
        try lock(file, methods)
        defer {
            _ = methods.pointee.xShmLock(
                file, checkpointLock, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE)
        }
        var index: UnsafeMutableRawPointer?
        let mapped = methods.pointee.xShmMap(file, 0, partSize, 0, &index)
        guard mapped == SQLITE_OK, let index else {
            throw LedgerError(
                sqlite: mapped, on: nil, doing: "read the index of the write-ahead log")
        }
        let versions = [0, secondHeader].map { index.load(fromByteOffset: $0, as: UInt32.self) }
        guard versions == [version, version] else {
            throw LedgerError(
                .notDurable,
                "SQLite keeps the index of its write-ahead log in a form (\(versions[0])) that this "
                    + "Gavel does not know: an acknowledged bid could be lost. Use another SQLite.")
        }
        // 32 bits at once, as SQLite itself reads and writes them.
        index.storeBytes(of: 0, toByteOffset: moved, as: UInt32.self)
        methods.pointee.xShmBarrier(file)
    }

    private static func lock(
        _ file: UnsafeMutablePointer<sqlite3_file>,
        _ methods: UnsafePointer<sqlite3_io_methods>
    ) throws(LedgerError) {
        var code = SQLITE_BUSY
        for _ in 0..<patience {
            code = methods.pointee.xShmLock(
                file, checkpointLock, 1, SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE)
            guard code == SQLITE_BUSY else { break }
            sqlite3_sleep(1)
        }
        guard code == SQLITE_OK else {
            throw LedgerError(
                sqlite: code, on: nil, doing: "lock the index of the write-ahead log")
        }
    }
}
