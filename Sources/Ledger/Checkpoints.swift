import GRDBSQLite

/// When the write-ahead log is moved into the database; in pages of 4 KiB.
public struct CheckpointLimits: Hashable, Sendable {
    /// How many there may be before an idle moment is used to move all of them.
    public var idlePages = 1_000
    /// How many before all of them are moved, idle or not, and the log begins anew. 16 MiB. Only then: to
    /// write over what is there costs a lone commit half of what it costs to make the file longer (35
    /// instead of 80 µs of CPU, done after 105 instead of 237: a program in C, medians, on ext4).
    public var forcedPages = 4_096
    /// How many new ones are a step's.
    public var stepPages = 256

    public init() {}
}

/// Moves the write-ahead log into the database: a little after each few commits, so that not much is left
/// when the log is to begin anew and everybody has to wait for that.
///
/// SQLite moves all that it may at once, syncs the database, and then begins the log anew. With 16 MiB that
/// kept all bids waiting. What a reader may still need from the log it does not move: so a reader of our
/// own, who reads nothing more, marks how far a step goes, and that step only copies pages. Without a sync,
/// as the log still has them; a crash or a power loss finds them there. Meanwhile the system is told
/// to begin with writing them, so that the sync at the end has little left to do.
///
/// There is one connection that writes and checkpoints, as before. A reader of somebody else's does what
/// ours does: its pages are moved later.
///
/// Not thread-safe: it lives on the ledger's queue, as the writer does.
final class Checkpoints {
    private let path: String
    private let disk: any Disk
    private let limits: CheckpointLimits
    private var mark: ReadMark?
    /// How long the log was when the mark was set; nil: none is set.
    private var markedPages: Int?

    init(of path: String, on disk: any Disk, limits: CheckpointLimits) {
        self.path = path
        self.disk = disk
        self.limits = limits
    }

    /// Moves what is due.
    func move(from writer: Writer, isIdle: Bool) throws(LedgerError) {
        let pages = writer.walPages
        if pages >= (isIdle ? limits.idlePages : limits.forcedPages) {
            clearMark()
            try writer.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
        } else if pages >= (markedPages ?? 0) + limits.stepPages {
            if markedPages != nil {
                try writer.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
                disk.beginWriting(path)
            }
            setMark(at: pages)
        }
    }

    /// Closes the reader; to be called before the connection that it moves pages for is closed.
    func end() {
        clearMark()
        mark?.close()
        mark = nil
    }

    /// Without a mark a step would move everything and sync it: there is none then, and more is left
    /// for the next one.
    private func setMark(at pages: Int) {
        clearMark()
        do {
            let mark = try mark ?? ReadMark(on: disk.sqliteName(of: path))
            self.mark = mark
            try mark.set()
            markedPages = pages
        } catch {
            mark?.clear()
        }
    }

    private func clearMark() {
        mark?.clear()
        markedPages = nil
    }
}

/// A reader that reads nothing: as long as it is set, SQLite keeps the write-ahead log from where it was
/// then.
private struct ReadMark {
    private let connection: OpaquePointer
    private let statement: Statement

    init(on name: String) throws(LedgerError) {
        var connection: OpaquePointer?
        let code = sqlite3_open_v2(
            name, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let connection else {
            sqlite3_close(connection)
            throw LedgerError(sqlite: code, on: nil, doing: "open the database")
        }
        do {
            statement = try Statement("SELECT 1 FROM sqlite_schema", on: connection)
        } catch {
            sqlite3_close(connection)
            throw error
        }
        self.connection = connection
    }

    /// A statement that has given a row, and may give more, keeps its look at the database.
    func set() throws(LedgerError) { _ = try statement.next() }

    func clear() { statement.reset() }

    func close() {
        statement.finalize()
        sqlite3_close(connection)
    }
}
