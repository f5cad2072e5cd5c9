import GRDBSQLite
import Synchronization

/// The syncs of a write-ahead log: SQLite's, and those of somebody who makes commits durable on another
/// thread while the next one is being written.
///
/// Only the sync at the end of a commit is ever held back, and only where whoever commits takes it upon
/// themselves (``holdsBack``). SQLite does the same with `synchronous=NORMAL`, and for that case its log is
/// whole after a power loss: what it needs are the other syncs, and those are real ones:
/// - that of a new header, when the log begins anew, before any page follows it;
/// - that of the log before a checkpoint, which covers all commits so far, so that no page is in the
///   database that is not on disk in the log, and the log begins anew over nothing that is not on disk.
///
/// One sync at a time, and none succeeds after one that has failed: the system tells of pages that could not be
/// written once for each open file, and takes them for written from then on. If two threads synced at
/// once, one of them could be told of the failure and the other one that all is well.
final class LogSync: @unchecked Sendable {
    // Sendable: `state` is a mutex's. `holdsBack`, `hasNewHeader` and `hasSynced` are used only by whoever
    // uses the connection, with the ledger locked.

    /// The file, as long as it is open, and what its first failed sync said.
    private struct State: @unchecked Sendable {
        // Sendable: the pointers are used only while the mutex is locked, and until the file is closed.
        var file: UnsafeMutablePointer<sqlite3_file>?
        let methods: UnsafePointer<sqlite3_io_methods>
        var failure = SQLITE_OK
    }

    private let state: Mutex<State>
    /// Whether commits leave their sync to ``sync()``.
    var holdsBack = false
    private var hasNewHeader = false
    private var hasSynced = false

    /// The length of the log's header, in bytes.
    private static let headerSize: Int64 = 32

    init(of file: WriteAheadLogFile) {
        state = Mutex(State(file: file.pointer, methods: file.methods))
    }

    /// No commit can be made durable any more.
    var hasFailed: Bool { state.withLock { $0.failure != SQLITE_OK } }

    // MARK: - For SQLite, with the ledger locked

    /// Something is written to the file.
    func noteWrite(at offset: Int64) {
        if offset < Self.headerSize { hasNewHeader = true }
    }

    /// Syncs the file, unless it is the sync of a commit that is held back.
    ///
    /// The first one never is: by it SQLite's own VFS makes the file's name durable, and notes that in the file.
    func syncOrHoldBack(_ flags: CInt) -> CInt {
        if holdsBack, hasSynced, !hasNewHeader { return SQLITE_OK }
        hasNewHeader = false
        let code = sync(flags)
        if code == SQLITE_OK { hasSynced = true }
        return code
    }

    /// The file is about to be closed.
    func end() { state.withLock { $0.file = nil } }

    // MARK: - For whoever releases what was committed, on any thread

    /// Makes durable what was committed before the call.
    ///
    /// It may run beside the next commit. The system syncs what had been written when it was asked. SQLite's own VFS
    /// takes from the file for it no more than the descriptor, which never changes, and changes
    /// nothing after the first sync but the number of the last error (`unixSync` and `unixWrite` in
    /// `os_unix.c`, 3.31 to 3.49): should a write fail at the same moment, it may be told as
    /// another kind of error, and stays one.
    func sync() throws(LedgerError) {
        let code = sync(SQLITE_SYNC_NORMAL)
        guard code != SQLITE_OK else { return }
        throw LedgerError(sqlite: code, on: nil, doing: "sync the write-ahead log")
    }

    private func sync(_ flags: CInt) -> CInt {
        state.withLock { state in
            guard state.failure == SQLITE_OK else { return state.failure }
            guard let file = state.file else { return SQLITE_MISUSE }
            state.failure = state.methods.pointee.xSync(file, flags)
            return state.failure
        }
    }
}
