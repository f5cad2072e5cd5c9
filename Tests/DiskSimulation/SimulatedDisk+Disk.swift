internal import CSimulatedDisk
public import Ledger
internal import Synchronization

/// What the ledger asks of a disk beside what SQLite asks of it.
extension SimulatedDisk {
    public func sqliteName(of path: String) -> String { "file:\(path)?vfs=\(name)" }

    public func status(of path: String) -> FileStatus? {
        let size = disk_file_size(pointer, path)
        guard size >= 0 else {
            // Its only directory: databases on it have names, not paths.
            return path == "." ? FileStatus(.directory, size: 0, isWritable: true) : nil
        }
        return FileStatus(.file, size: size, isWritable: true)
    }

    public func lock(beside path: String) throws(LedgerError) -> any DatabaseLock {
        var generation: UInt64 = 0
        guard disk_lock(pointer, path + ".lock", &generation) != 0 else {
            throw LedgerError(.locked(by: nil), "The database \(path) is in use.")
        }
        return SimulatedLock(disk: self, path: path + ".lock", generation: generation)
    }

    public func sync(_ path: String) throws(LedgerError) {
        guard !isDown else {
            throw LedgerError(.ioError, "Can't make \(path) durable: the simulated disk is down.")
        }
    }

    public func rewrite(_ path: String) throws(LedgerError) {
        guard disk_file_rewrite(pointer, path) == 0 else {
            throw LedgerError(.ioError, "Can't write \(path) again: the simulated disk fails.")
        }
    }

    public func move(_ path: String, to target: String) throws(LedgerError) {
        guard disk_file_rename(pointer, path, target) == 0 else {
            throw LedgerError(.ioError, "Can't name \(target): the simulated disk fails.")
        }
    }

    public func remove(_ path: String) { _ = disk_file_remove(pointer, path) }

    public func freeSpace(beside path: String) -> Int64? {
        isDown ? nil : capacity.map { max(0, $0 - used) }
    }

    /// The number in the last disk's name: SQLite must be able to tell them apart.
    static let lastNumber = Mutex(0)
}

/// The right to write to a simulated database. Ends at a reboot, too.
private final class SimulatedLock: DatabaseLock {
    private let disk: SimulatedDisk
    private let path: String
    private let generation: UInt64

    init(disk: SimulatedDisk, path: String, generation: UInt64) {
        self.disk = disk
        self.path = path
        self.generation = generation
    }

    func release() { disk_unlock(disk.pointer, path, generation) }

    deinit { release() }
}
