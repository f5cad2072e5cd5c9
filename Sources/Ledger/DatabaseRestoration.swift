import Foundation
import GRDB

/// Puts a backup in the place of a database.
///
/// The backup is verified whole before anything is touched, and its copy again before it gets the
/// database's name. The copy has a log id of its own: whoever followed the old log starts from a
/// snapshot, instead of taking other events for those that he knows.
public struct DatabaseRestoration: Sendable {
    /// What was done.
    public struct Result: Hashable, Sendable {
        /// Of the new database.
        public let report: LogReport
        /// Where the old database is now; nil when there was none.
        public let movedAside: String?
    }

    private let path: String
    private let disk: any Disk
    /// The files that make up a database.
    private static let suffixes = ["", "-wal", "-shm"]

    /// - Parameter path: the database's, whether or not there is one.
    public init(to path: String, on disk: any Disk = SystemDisk()) {
        self.path = path
        self.disk = disk
    }

    /// - Parameters:
    ///   - backup: the path of a database, as ``LedgerReader/backup(to:)`` writes it.
    ///   - aside: where a database that is there now is moved to; nil: it must not be there. Nothing
    ///     is ever overwritten.
    ///   - onProgress: how far it is; called often, from several threads.
    /// - Throws: `locked` while somebody has the database; `corrupt` when the backup is damaged,
    ///   with the first fault.
    public func restore(
        from backup: String, movingAsideTo aside: String?,
        onProgress: @escaping @Sendable (BackupProgress) -> Void = { _ in }
    ) throws(LedgerError) -> Result {
        try DatabaseFile(path: backup, disk: disk).checkReadable()
        try DatabaseFile(path: path, disk: disk).checkWritable()
        let lock = try disk.lock(beside: path)
        defer { lock.release() }
        // Also a write-ahead log alone: it must not lie beside another database.
        let isThere = Self.suffixes.contains { disk.status(of: path + $0) != nil }
        if isThere {
            guard let aside else {
                throw LedgerError(
                    .cannotOpen,
                    "\(path) exists, and a restore never overwrites: say --replace to have it "
                        + "moved aside.")
            }
            guard disk.status(of: aside) == nil else {
                throw LedgerError(
                    .cannotOpen, "\(aside) exists, too: move it away, or wait a second.")
            }
        }
        // The copy is written and verified beside the database first.
        let copy = path + ".restored"
        for suffix in Self.suffixes { disk.remove(copy + suffix) }
        let reader = try LedgerReader(path: backup, on: disk)
        let report = try reader.backup(to: copy, onProgress: onProgress)
        try reader.close()
        if isThere, let aside {
            fold()
            try move(path, to: aside)
        }
        try move(copy, to: path)
        try disk.sync((path as NSString).deletingLastPathComponent)
        return Result(report: report, movedAside: isThere ? aside : nil)
    }

    /// Moves what is in the old database's write-ahead log into its file, so that it is one file and
    /// moves in one step. A database that is too damaged for that moves as it is.
    private func fold() {
        guard let old = try? DatabaseQueue(path: disk.sqliteName(of: path)) else { return }
        try? old.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try? old.close()
    }

    private func move(_ source: String, to target: String) throws(LedgerError) {
        for suffix in Self.suffixes where disk.status(of: source + suffix) != nil {
            try disk.move(source + suffix, to: target + suffix)
        }
    }
}
