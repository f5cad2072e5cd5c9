import GRDBSQLite

/// Makes the write-ahead log as long as it becomes, before anything is committed to it.
///
/// A commit that makes the file longer has the file system write down where its new blocks are, too:
/// alone it costs 80 µs of CPU and is done after 237, and one that writes over what is there 35 and 105
/// (a program in C; medians, in turn, ext4). Only zeroes that were written do: to blocks that were
/// merely set aside (`fallocate`) the first write costs the same as to none. 17 MiB take 13 to 22 ms.
///
/// Safe, as nothing is ever written over:
/// - It begins where the file ends, and the file is of the only connection that writes. What a crash has
///   left there SQLite has moved into the database before; should that not have been possible, it stays
///   where it is, and counts.
/// - To SQLite a header of zeroes is an empty log, and a page with a header of zeroes the log's end. So
///   that is what is found after a crash or a power loss, however much of it got through.
/// - Nothing is promised on the strength of it: a commit writes all that it needs and syncs it, whether or
///   not the file had its length before.
public enum LogReservation: Hashable, Sendable {
    /// It was not asked for.
    case unwanted
    /// The file has its length.
    case made
    /// The file is as it was: commits take longer until it has grown. Why, for the server's log.
    case leftOut(String)

    /// How many times as much must be free as is written: where there is less, bids need it more. A server
    /// that watches the space has paused its lots by then.
    private static let timesFree: Int64 = 8
    /// How many bytes are written at once. SQLite's own VFS takes no more than 131,071.
    private static let step = 64 << 10
    /// Of the file and of each page, in bytes.
    private static let headerSize = 32
    private static let pageHeaderSize = 24

    /// Writes zeroes from the end of the connection's write-ahead log on.
    ///
    /// - Parameters:
    ///   - pages: how many it is to have room for.
    ///   - freeSpace: how many bytes can still be written; nil: not known.
    /// - Throws: when what was written can't be synced, or the file can't be looked at. That it can't be
    ///   written only leaves it as it was.
    static func make(
        pages: Int, pageSize: Int, freeSpace: Int64?, on connection: OpaquePointer
    ) throws(LedgerError) -> LogReservation {
        guard pages > 0 else { return .unwanted }
        let file = try WriteAheadLogFile(of: connection)
        let end = Int64(headerSize + pages * (pageSize + pageHeaderSize))
        let start = try file.size()
        guard start < end else { return .made }
        if let freeSpace, freeSpace / timesFree < end - start {
            return .leftOut("\(end - start) bytes are wanted, and \(freeSpace) are free.")
        }
        let zeroes = [UInt8](repeating: 0, count: step)
        var place = start
        while place < end {
            do {
                try file.write(zeroes.prefix(Int(min(Int64(step), end - place))), at: place)
            } catch {
                // What got through does no harm; but who has no room wants that back.
                try? file.truncate(to: start)
                return .leftOut(error.message)
            }
            place += Int64(step)
        }
        try file.sync()
        return .made
    }
}

/// The file of a connection's write-ahead log, by the methods that the VFS has for it.
struct WriteAheadLogFile {
    let pointer: UnsafeMutablePointer<sqlite3_file>
    let methods: UnsafePointer<sqlite3_io_methods>

    /// - Precondition: `journal_mode` is `WAL`, and the log is open.
    init(of connection: OpaquePointer) throws(LedgerError) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(
            connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
        guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods else {
            throw LedgerError(sqlite: code, on: connection, doing: "find the write-ahead log")
        }
        pointer = file
        self.methods = methods
    }

    func size() throws(LedgerError) -> Int64 {
        var size: Int64 = 0
        try check(methods.pointee.xFileSize(pointer, &size), doing: "look at")
        return size
    }

    func write(_ bytes: ArraySlice<UInt8>, at place: Int64) throws(LedgerError) {
        let code = bytes.withUnsafeBytes {
            methods.pointee.xWrite(pointer, $0.baseAddress, CInt($0.count), place)
        }
        try check(code, doing: "write")
    }

    func truncate(to size: Int64) throws(LedgerError) {
        try check(methods.pointee.xTruncate(pointer, size), doing: "shorten")
    }

    func sync() throws(LedgerError) {
        try check(methods.pointee.xSync(pointer, SQLITE_SYNC_NORMAL), doing: "sync")
    }

    /// The file's methods don't tell the connection of an error: the code is all that there is.
    private func check(_ code: CInt, doing what: String) throws(LedgerError) {
        guard code != SQLITE_OK else { return }
        throw LedgerError(sqlite: code, on: nil, doing: "\(what) the write-ahead log")
    }
}
