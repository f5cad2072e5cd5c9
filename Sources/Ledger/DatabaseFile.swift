import Foundation
import GRDBSQLite

/// What can be told of a database's files before SQLite opens them, so that a wrong path or a
/// broken copy gets a clear answer, and nothing is created or changed by looking.
struct DatabaseFile {
    let path: String
    let disk: any Disk

    /// "GAVL": marks a database as ours (bytes 68 to 71 of the file, `PRAGMA application_id`).
    static let applicationID: Int32 = 0x4741_564c

    private static let magic = Array("SQLite format 3".utf8) + [0]
    private static let headerLength = 100

    /// Throws unless the file can become, or be, a database of ours that can be written.
    func checkWritable() throws(LedgerError) {
        let directory = (path as NSString).deletingLastPathComponent
        try checkDirectory(directory.isEmpty ? "." : directory)
        guard let status = disk.status(of: path) else { return }
        try checkFile(status)
        guard status.isWritable else {
            throw LedgerError(
                .readOnly, "\(path) is read-only: make it writable, or check the path.")
        }
    }

    /// Throws unless the file is a database of ours.
    func checkReadable() throws(LedgerError) {
        guard let status = disk.status(of: path) else {
            throw LedgerError(
                .fileMissing,
                "There is no database \(path): check the path, or create it with \"gavel db "
                    + "migrate\".")
        }
        try checkFile(status)
        guard status.size > 0 else {
            throw LedgerError(.notADatabase, "\(path) is empty: it is no database yet.")
        }
    }

    private func checkDirectory(_ directory: String) throws(LedgerError) {
        guard let status = disk.status(of: directory), status.kind == .directory else {
            throw LedgerError(
                .directoryMissing,
                "There is no directory \(directory): create it first, or check the path.")
        }
        guard status.isWritable else {
            throw LedgerError(
                .readOnly,
                "The directory \(directory) is read-only: SQLite must be able to write beside the "
                    + "database.")
        }
    }

    private func checkFile(_ status: FileStatus) throws(LedgerError) {
        guard status.kind == .file else {
            throw LedgerError(.notADatabase, "\(path) is no file: check the path.")
        }
        guard status.size > 0 else {
            // What is in the write-ahead log has lost the file that it belongs to.
            if disk.size(of: path + "-wal") > 0 {
                throw LedgerError(
                    .corrupt(position: nil),
                    "\(path) is empty, but \(path)-wal is not: the file was truncated. Restore a "
                        + "backup.")
            }
            return
        }
        let header = try header(of: min(Self.headerLength, Int(clamping: status.size)))
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

    /// The file's first bytes, as SQLite reads them.
    ///
    /// Not by a descriptor of our own: with any descriptor that it closes, a process loses all its locks
    /// on the file (POSIX has it so), SQLite's among them. Whoever then has a look with a tool of their
    /// own takes the database for one that nobody uses, and deletes the write-ahead log in which the
    /// server goes on to write bids.
    private func header(of count: Int) throws(LedgerError) -> [UInt8] {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        let opened = sqlite3_open_v2(
            disk.sqliteName(of: path), &connection, SQLITE_OPEN_READONLY, nil)
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard opened == SQLITE_OK, let connection,
            sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let file, let methods = file.pointee.pMethods
        else {
            let reason = String(cString: sqlite3_errmsg(connection))
            throw LedgerError(.cannotOpen, "Can't read \(path): \(reason).")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        let code = methods.pointee.xRead(file, &bytes, CInt(count), 0)
        guard code == SQLITE_OK else {
            let reason = String(cString: sqlite3_errstr(code))
            throw LedgerError(.cannotOpen, "Can't read \(path): \(reason).")
        }
        return bytes
    }
}
