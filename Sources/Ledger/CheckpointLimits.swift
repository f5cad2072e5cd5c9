import GRDBSQLite

/// When the write-ahead log is moved into the database, all of it at once; in pages of 4 KiB.
///
/// Not in part, which SQLite can do beside a reader: it then counts pages as moved that no sync has covered.
/// Should one fail later, Linux takes them for written, the next checkpoint does not write them again, and
/// a loss of power leaves a database without them (seed 20,316 of the simulation).
public struct CheckpointLimits: Hashable, Sendable {
    /// How many there may be before an idle moment is used for it.
    public var idlePages = 1_000
    /// How many before it is done, idle or not, and the log begins anew. 16 MiB. Only then: to write over
    /// what is there costs a lone commit half of what it costs to make the file longer (35 instead of 80
    /// µs of CPU, done after 105 instead of 237: a program in C, medians, on ext4).
    public var forcedPages = 4_096

    public init() {}

    /// Moves what is due.
    func move(from writer: Writer, isIdle: Bool) throws(LedgerError) {
        guard writer.walPages >= (isIdle ? idlePages : forcedPages) else { return }
        try writer.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    }
}
