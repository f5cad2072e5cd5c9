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
        guard let bytes = try PrivateFile.read(path, bytesMax: Self.bytesMax, failure: failure)
        else { return nil }
        do {
            return try SigningKey(pem: String(decoding: bytes, as: UTF8.self))
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
        guard descriptor >= 0 else { throw failure("can't be made: \(PrivateFile.reason)") }
        defer { close(descriptor) }
        let bytes = Array(key.pem.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(partial, path) == 0, syncFolder()
        else { throw failure("can't be made: \(PrivateFile.reason)") }
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

    private func failure(_ what: String) -> CommandFailure {
        .usage("The signing key \(path) \(what).")
    }
}
