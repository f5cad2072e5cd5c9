/// Where the databases are: all that the ledger does with a disk goes through here, either by itself
/// or through SQLite, which is told by ``sqliteName(of:)`` how to get at it. What is in a database that
/// may be open is read through SQLite alone (``DatabaseFile`` says why).
///
/// Behind a protocol, so that a test can put a disk in its place that fails. ``SystemDisk`` is the
/// real one.
public protocol Disk: Sendable {
    /// What SQLite is to open for a database: its path, or a URI that names a VFS.
    func sqliteName(of path: String) -> String

    /// What there is at a path; nil when there is nothing, or it can't be looked at.
    func status(of path: String) -> FileStatus?

    /// Takes the right to write to a database. Throws `locked` at once when somebody else has it;
    /// this process counts as somebody else.
    func lock(beside path: String) throws(LedgerError) -> any DatabaseLock

    /// Makes a file, or a directory's entries, durable.
    func sync(_ path: String) throws(LedgerError)

    /// Writes a file's bytes once more and makes them durable, and its name; does nothing when there is
    /// no such file.
    ///
    /// After a failed sync the system takes for written what is not, and a later sync does nothing
    /// about it: only what is written again is.
    func rewrite(_ path: String) throws(LedgerError)

    /// Gives a file another name, in place of any file that has it.
    func move(_ path: String, to target: String) throws(LedgerError)

    /// Removes a file, if there is one.
    func remove(_ path: String)

    /// How many bytes can still be written beside a database; nil when that is not known.
    func freeSpace(beside path: String) -> Int64?
}

extension Disk {
    /// The length of a file in bytes; 0 when there is no such file.
    func size(of path: String) -> Int64 { status(of: path)?.size ?? 0 }
}

/// What there is at a path.
public struct FileStatus: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case file, directory, other }

    public let kind: Kind
    /// In bytes.
    public let size: Int64
    /// Whether this process may write there.
    public let isWritable: Bool

    public init(_ kind: Kind, size: Int64, isWritable: Bool) {
        self.kind = kind
        self.size = size
        self.isWritable = isWritable
    }
}

/// The right to write to a database; ends at the latest with the process.
public protocol DatabaseLock: AnyObject, Sendable {
    /// Gives it back; twice does nothing.
    func release()
}
