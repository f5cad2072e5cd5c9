import Foundation
import Synchronization

/// The machine's own file systems.
public struct SystemDisk: Disk {
    public init() {}

    public func sqliteName(of path: String) -> String { path }

    public func status(of path: String) -> FileStatus? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let kind: FileStatus.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        return FileStatus(
            kind, size: Int64(status.st_size),
            // Asked of the mode itself, too: for root, access() says yes to everything.
            isWritable: status.st_mode & 0o222 != 0 && access(path, W_OK) == 0)
    }

    public func lock(beside path: String) throws(LedgerError) -> any DatabaseLock {
        HeldLock(try LockFile(beside: path))
    }

    public func sync(_ path: String) throws(LedgerError) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw LedgerError(
                .ioError, "Can't make \(path) durable: \(String(cString: strerror(errno))).")
        }
    }

    public func rewrite(_ path: String) throws(LedgerError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw Self.failed("write \(path) again")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, &bytes, bytes.count, offset)
            if count == 0 { break }
            guard count > 0, pwrite(descriptor, bytes, count, offset) == count else {
                throw Self.failed("write \(path) again")
            }
            offset += off_t(count)
        }
        guard fsync(descriptor) == 0 else { throw Self.failed("make \(path) durable") }
        try sync((path as NSString).deletingLastPathComponent)
    }

    private static func failed(_ what: String) -> LedgerError {
        let reason = String(cString: strerror(errno))
        return LedgerError(errno == ENOSPC ? .diskFull : .ioError, "Can't \(what): \(reason).")
    }

    public func move(_ path: String, to target: String) throws(LedgerError) {
        guard rename(path, target) == 0 else {
            throw LedgerError(
                .ioError, "Can't give \(path) its name: \(String(cString: strerror(errno))).")
        }
    }

    public func remove(_ path: String) { unlink(path) }

    public func freeSpace(beside path: String) -> Int64? {
        let directory = (path as NSString).deletingLastPathComponent
        var status = statvfs()
        guard statvfs(directory.isEmpty ? "." : directory, &status) == 0 else { return nil }
        // What those who are not root can have.
        let (bytes, isTooMuch) = UInt64(status.f_bavail)
            .multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return isTooMuch ? .max : Int64(clamping: bytes)
    }
}

/// A lock file that can be given back before its owner ends.
private final class HeldLock: DatabaseLock {
    private let file: Mutex<LockFile?>

    init(_ file: consuming LockFile) { self.file = Mutex(file) }

    func release() { file.withLock { $0 = nil } }
}
