import Foundation
import Proof

/// The file with the server's private key. Whoever can read it can sign in the server's name.
struct SigningKeyFile: Sendable {
    let path: String

    /// A key in PEM takes some 120 bytes.
    private static let bytesMax = 4096

    /// Reads the key; where there is no file, makes a key and the file. It is on disk then, and no
    /// other user could ever read it.
    ///
    /// - Throws: when it can't be read or made, when others may read it, and when it is no key.
    func readOrMake() throws(CommandFailure) -> SigningKey {
        if let key = try read() { return key }
        return try make()
    }

    /// Reads the key; nil where there is no file.
    ///
    /// - Throws: as ``readOrMake()``.
    func read() throws(CommandFailure) -> SigningKey? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure("can't be read: \(Self.reason)") }
            return nil
        }
        defer { close(descriptor) }
        return try read(descriptor)
    }

    private func read(_ descriptor: Int32) throws(CommandFailure) -> SigningKey {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("is no file: name the file of a private key, or one that is to be made")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw failure("may be read by other users of this machine: chmod 600 it")
        }
        var bytes = [UInt8](repeating: 0, count: Self.bytesMax + 1)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw failure("can't be read: \(Self.reason)") }
        guard count <= Self.bytesMax else {
            throw failure("has more than \(Self.bytesMax) bytes: it is no private key")
        }
        do {
            return try SigningKey(pem: String(decoding: bytes.prefix(count), as: UTF8.self))
        } catch {
            throw failure(
                "can't be used: \(error). Put the right file there, or move it away: then a new key "
                    + "is made")
        }
    }

    /// Under another name first: a crash leaves no half of a key.
    private func make() throws(CommandFailure) -> SigningKey {
        let key = SigningKey()
        let partial = path + ".partial"
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("can't be made: \(Self.reason)") }
        defer { close(descriptor) }
        let bytes = Array(key.pem.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(partial, path) == 0, syncFolder()
        else { throw failure("can't be made: \(Self.reason)") }
        return key
    }

    /// Makes the file's name durable.
    private func syncFolder() -> Bool {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private func failure(_ what: String) -> CommandFailure {
        .usage("The signing key \(path) \(what).")
    }
}
