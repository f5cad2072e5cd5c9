import GRDBSQLite

/// When the write-ahead log is moved into the database; in pages of 4 KiB.
///
/// All of it at once, unless somebody reads who still needs a part of it. What happens to pages that were moved
/// in part, and in vain, is ``MovedPages``'s.
public struct CheckpointLimits: Hashable, Sendable {
    /// How many there may be before an idle moment is used for it.
    public var idlePages = 1_000
    /// How many before it is done, idle or not, and the log begins anew. 16 MiB. Only then: to write over
    /// what is there costs a lone commit half of what it costs to make the file longer (35 instead of 80
    /// µs of CPU, done after 105 instead of 237: a program in C, medians, on ext4).
    public var forcedPages = 4_096

    public init() {}

    /// Whether that many pages are to be moved.
    func isDue(_ pages: Int, isIdle: Bool) -> Bool { pages >= (isIdle ? idlePages : forcedPages) }

    /// Moves what is due.
    func move(from writer: Writer, isIdle: Bool) throws(LedgerError) {
        guard isDue(writer.walPages, isIdle: isIdle) else { return }
        try writer.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    }
}
