import Foundation

/// What can be told of a database's files before SQLite opens them, so that a wrong path or a
/// broken copy gets a clear answer, and nothing is created or changed by looking.
struct DatabaseFile {
    let path: String

    /// "GAVL": marks a database as ours (bytes 68 to 71 of the file, `PRAGMA application_id`).
    static let applicationID: Int32 = 0x4741_564c

    private static let magic = Array("SQLite format 3".utf8) + [0]
    private static let headerLength = 100

    /// Throws unless the file can become, or be, a database of ours that can be written.
    func checkWritable() throws(LedgerError) {
        let directory = (path as NSString).deletingLastPathComponent
        try checkDirectory(directory.isEmpty ? "." : directory)
        guard let status = Self.status(path) else { return }
        try checkFile(status)
        // Asked of the mode itself: for root, access() says yes to everything.
        guard status.st_mode & 0o222 != 0, access(path, W_OK) == 0 else {
            throw LedgerError(
                .readOnly, "\(path) is read-only: make it writable, or check the path.")
        }
    }

    /// Throws unless the file is a database of ours.
    func checkReadable() throws(LedgerError) {
        guard let status = Self.status(path) else {
            throw LedgerError(
                .fileMissing,
                "There is no database \(path): check the path, or create it with \"gavel db "
                    + "migrate\".")
        }
        try checkFile(status)
        guard status.st_size > 0 else {
            throw LedgerError(.notADatabase, "\(path) is empty: it is no database yet.")
        }
    }

    private func checkDirectory(_ directory: String) throws(LedgerError) {
        guard let status = Self.status(directory), status.st_mode & S_IFMT == S_IFDIR else {
            throw LedgerError(
                .directoryMissing,
                "There is no directory \(directory): create it first, or check the path.")
        }
        guard status.st_mode & 0o222 != 0, access(directory, W_OK) == 0 else {
            throw LedgerError(
                .readOnly,
                "The directory \(directory) is read-only: SQLite must be able to write beside the "
                    + "database.")
        }
    }

    private func checkFile(_ status: stat) throws(LedgerError) {
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw LedgerError(.notADatabase, "\(path) is no file: check the path.")
        }
        guard status.st_size > 0 else {
            // What is in the write-ahead log has lost the file that it belongs to.
            if let log = Self.status(path + "-wal"), log.st_size > 0 {
                throw LedgerError(
                    .corrupt(position: nil),
                    "\(path) is empty, but \(path)-wal is not: the file was truncated. Restore a "
                        + "backup.")
            }
            return
        }
        let header = try readHeader()
        guard header.starts(with: Self.magic.prefix(header.count)) else {
            throw LedgerError(
                .notADatabase, "\(path) is no SQLite database: check the path.")
        }
        guard header.count == Self.headerLength else {
            throw LedgerError(
                .corrupt(position: nil),
                "\(path) ends within its header: the file was truncated. Restore a backup.")
        }
        let id = header[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        // A database that was never written to has no mark yet; what is in it is looked at later.
        guard id == 0 || Int32(bitPattern: id) == Self.applicationID else {
            throw LedgerError(
                .foreign,
                "\(path) is a database of another application (application id \(id)): check the "
                    + "path.")
        }
    }

    private func readHeader() throws(LedgerError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw LedgerError(
                .cannotOpen, "Can't read \(path): \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: Self.headerLength)
        let count = pread(descriptor, &header, header.count, 0)
        return Array(header.prefix(max(0, count)))
    }

    static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    /// Makes a file, or a directory's entries, durable.
    static func sync(_ path: String) throws(LedgerError) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw LedgerError(
                .ioError, "Can't make \(path) durable: \(String(cString: strerror(errno))).")
        }
    }

    /// The length in bytes; 0 when there is no such file.
    static func size(_ path: String) -> Int64 {
        Int64(status(path)?.st_size ?? 0)
    }
}
