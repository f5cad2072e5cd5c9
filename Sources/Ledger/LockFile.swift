import Foundation

/// The right to write to a database: an exclusive lock on a file beside it, held while this lives.
///
/// The lock is the kernel's (flock), so it ends with the process, however that ends. The file stays
/// and says whose it was: to delete it would let two others lock two files of the same name.
struct LockFile: ~Copyable {
    private let descriptor: CInt

    /// Throws `locked` at once when somebody else has it; this process counts as somebody else.
    init(beside path: String) throws(LedgerError) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LedgerError(openingLock: lockPath, errno: errno)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = Self.owner(in: descriptor)
            close(descriptor)
            let who = owner.map { "process \($0)" } ?? "another process"
            throw LedgerError(
                .locked(by: owner),
                "The database \(path) is in use by \(who): stop it, or talk to it through its "
                    + "socket.")
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    deinit {
        // Not by closing alone: a child that is just being started has the file open, too, until it runs its
        // own program, and would have the lock for as long.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func owner(in descriptor: CInt) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer.prefix(count).prefix { $0 != 10 }, as: UTF8.self))
    }
}

extension LedgerError {
    fileprivate init(openingLock path: String, errno: CInt) {
        let reason = String(cString: strerror(errno))
        switch errno {
        case ENOENT, ENOTDIR:
            self.init(
                .directoryMissing,
                "Can't create \(path): \(reason). Create the directory first, or check the path.")
        case EACCES, EPERM, EROFS:
            self.init(
                .readOnly,
                "Can't create \(path): \(reason). The database's directory must be writable.")
        case ENOSPC, EDQUOT:
            self.init(
                .diskFull,
                "Can't create \(path): \(reason). Make room on the disk and start again.")
        default: self.init(.cannotOpen, "Can't create \(path): \(reason).")
        }
    }
}
