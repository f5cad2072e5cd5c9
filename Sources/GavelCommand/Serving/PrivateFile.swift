import Foundation

/// A file that holds a secret: nobody but its owner may read it.
enum PrivateFile {
    /// Its bytes; nil where there is no file.
    ///
    /// - Parameter failure: the complaint, from words that follow the file's name.
    static func read(
        _ path: String, bytesMax: Int, failure: (String) -> CommandFailure
    ) throws(CommandFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure("can't be read: \(reason)") }
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw failure("is no file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw failure("may be read by other users of this machine: chmod 600 it")
        }
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw failure("can't be read: \(reason)") }
        guard count <= bytesMax else { throw failure("has more than \(bytesMax) bytes") }
        return Array(bytes.prefix(count))
    }

    static var reason: String { String(cString: strerror(errno)) }
}
