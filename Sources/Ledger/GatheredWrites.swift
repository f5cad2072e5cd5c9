import GRDBSQLite

/// Gathers what SQLite writes to its write-ahead log, and hands over at once what follows on itself.
///
/// For each page of a commit SQLite makes two writes, of 24 bytes and of 4 KiB. As one, the 60 pages of
/// a commit of some 250 bids cost 90 µs of CPU with their fdatasync, where they cost 185, and are on disk
/// after 190 µs instead of 300 (a program in C; medians, in turn, ext4). The two pages of a lone bid cost
/// 34 µs instead of 36.
///
/// Safe, as nothing that was held back is missed by anybody:
/// - The log is written through this one file, of the only connection that writes and checkpoints. With
///   `synchronous=FULL` it syncs each commit before it tells others, by the log's index, that the commit's
///   pages are there; and a sync writes first what was gathered, also one that is held back (``LogSync``).
/// - So does everything else that is done with the file, reading above all: SQLite reads back pages of a
///   transaction that were too many for its cache.
/// - A write that fails is told by whatever brought it about, at the latest by the commit's sync, and what
///   was gathered is dropped. SQLite takes the transaction back, and the ledger does not use that
///   connection again (`Writer.isPoisoned`). A process that dies loses pages of a commit that nobody
///   knows of.
///
/// It stands between SQLite and the file that the VFS has opened, whatever VFS that is, in place of the
/// file's methods; and goes with the file.
enum GatheredWrites {
    /// 29 pages with their headers. SQLite's own VFS writes at most 131,071 bytes at once: of more it takes
    /// the remainder, and says that the disk is full.
    private static let capacity = 120 << 10

    /// Gathers from now on what the connection writes to its write-ahead log.
    ///
    /// - Precondition: `journal_mode` is `WAL` and `synchronous` is `FULL`, and the log is open.
    /// - Returns: what syncs the log from now on.
    static func begin(on connection: OpaquePointer) throws(LedgerError) -> LogSync {
        let file = try WriteAheadLogFile(of: connection)
        let sync = LogSync(of: file)
        let gathered = UnsafeMutablePointer<Gathered>.allocate(capacity: 1)
        gathered.initialize(
            to: Gathered(
                methods: methods, own: file.methods, sync: sync,
                bytes: .allocate(byteCount: capacity, alignment: 16)))
        // The methods are the first field, so that their address is that of the whole.
        file.pointer.pointee.pMethods = UnsafeRawPointer(gathered)
            .assumingMemoryBound(to: sqlite3_io_methods.self)
        return sync
    }

    private typealias File = UnsafeMutablePointer<sqlite3_file>

    private struct Gathered {
        /// What SQLite calls. First: by its address the rest is found.
        let methods: sqlite3_io_methods
        /// The file's own methods.
        let own: UnsafePointer<sqlite3_io_methods>
        let sync: LogSync
        let bytes: UnsafeMutableRawPointer
        /// Where in the file the bytes belong, and how many there are.
        var start: Int64 = 0
        var count = 0

        /// Takes bytes that follow on those that are there; false when they don't, or are too many.
        mutating func take(_ source: UnsafeRawPointer, count: Int, at offset: Int64) -> Bool {
            if self.count == 0 { start = offset }
            guard offset == start + Int64(self.count), count <= capacity - self.count else {
                return false
            }
            (bytes + self.count).copyMemory(from: source, byteCount: count)
            self.count += count
            return true
        }

        /// Writes what was gathered; whether that went well or not, it is gathered no more.
        mutating func write(to file: File) -> CInt {
            guard count > 0 else { return SQLITE_OK }
            defer { count = 0 }
            return own.pointee.xWrite(file, bytes, CInt(count), start)
        }
    }

    private static func gathered(_ file: File?) -> UnsafeMutablePointer<Gathered> {
        guard let methods = file?.pointee.pMethods else {
            preconditionFailure("SQLite calls a file that is open")
        }
        // SQLite calls these functions by the methods that `begin` has allocated, and they are the first
        // field of what was allocated there.
        return UnsafeMutableRawPointer(mutating: methods).assumingMemoryBound(to: Gathered.self)
    }

    /// Does something with the file as it would be if nothing were held back.
    private static func afterWriting(
        _ file: File?, _ body: (UnsafePointer<sqlite3_io_methods>) -> CInt
    ) -> CInt {
        guard let file else { return SQLITE_MISUSE }
        let gathered = gathered(file)
        let code = gathered.pointee.write(to: file)
        return code == SQLITE_OK ? body(gathered.pointee.own) : code
    }

    private static var methods: sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        // What a write-ahead log needs: no shared memory, which is the database's, and no mapping.
        methods.iVersion = 1
        methods.xClose = { file in
            guard let file else { return SQLITE_MISUSE }
            let gathered = GatheredWrites.gathered(file)
            let written = gathered.pointee.write(to: file)
            let own = gathered.pointee.own
            gathered.pointee.sync.end()
            file.pointee.pMethods = own
            gathered.pointee.bytes.deallocate()
            gathered.deinitialize(count: 1)
            gathered.deallocate()
            let closed = own.pointee.xClose(file)
            return written == SQLITE_OK ? closed : written
        }
        methods.xRead = { file, bytes, count, offset in
            GatheredWrites.afterWriting(file) { $0.pointee.xRead(file, bytes, count, offset) }
        }
        methods.xWrite = { file, bytes, count, offset in
            guard let bytes else { return SQLITE_MISUSE }
            GatheredWrites.gathered(file).pointee.sync.noteWrite(at: offset)
            if GatheredWrites.gathered(file).pointee.take(bytes, count: Int(count), at: offset) {
                return SQLITE_OK
            }
            return GatheredWrites.afterWriting(file) { own in
                if GatheredWrites.gathered(file).pointee.take(bytes, count: Int(count), at: offset)
                {
                    return SQLITE_OK
                }
                return own.pointee.xWrite(file, bytes, count, offset)
            }
        }
        methods.xTruncate = { file, size in
            GatheredWrites.afterWriting(file) { $0.pointee.xTruncate(file, size) }
        }
        methods.xSync = { file, flags in
            GatheredWrites.afterWriting(file) { _ in
                GatheredWrites.gathered(file).pointee.sync.syncOrHoldBack(flags)
            }
        }
        methods.xFileSize = { file, size in
            GatheredWrites.afterWriting(file) { $0.pointee.xFileSize(file, size) }
        }
        methods.xLock = { file, lock in
            GatheredWrites.afterWriting(file) { $0.pointee.xLock(file, lock) }
        }
        methods.xUnlock = { file, lock in
            GatheredWrites.afterWriting(file) { $0.pointee.xUnlock(file, lock) }
        }
        methods.xCheckReservedLock = { file, found in
            GatheredWrites.afterWriting(file) { $0.pointee.xCheckReservedLock(file, found) }
        }
        methods.xFileControl = { file, operation, argument in
            GatheredWrites.afterWriting(file) { $0.pointee.xFileControl(file, operation, argument) }
        }
        // These two only tell what the disk is like.
        methods.xSectorSize = { file in
            GatheredWrites.gathered(file).pointee.own.pointee.xSectorSize(file)
        }
        methods.xDeviceCharacteristics = { file in
            GatheredWrites.gathered(file).pointee.own.pointee.xDeviceCharacteristics(file)
        }
        return methods
    }
}
