import Foundation

/// A file's lines, one after the other, each as bytes without its end. A file that does not end with
/// a line's end was cut off: what is left of it is its last line.
///
/// Of a file that somebody has sent; the ledger's own files are the ``Disk``'s.
final class LineReader {
    /// More than any entry has: a lot with a thousand related parties has some 70,000.
    private static let lineMax = 4 << 20
    private static let chunk = 1 << 18

    let size: Int64
    private let path: String
    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    /// How far the lines given are in the file.
    private(set) var offset: Int64 = 0

    init(path: String) throws(LedgerError) {
        self.path = path
        guard SystemDisk().status(of: path) != nil else {
            throw LedgerError(.fileMissing, "There is no file \(path): check the path.")
        }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw LedgerError(.cannotOpen, "Can't read \(path): look at its permissions.")
        }
        self.file = file
        do {
            size = Int64(clamping: try file.seekToEnd())
            try file.seek(toOffset: 0)
        } catch {
            throw LedgerError(.notADatabase, "\(path) is no file: check the path.")
        }
    }

    /// Nil after the last one.
    func next() throws(LedgerError) -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if let newline = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                line += buffer[start..<newline]
                start = newline + 1
                offset += Int64(line.count) + 1
                return line
            }
            line += buffer[start...]
            guard line.count <= Self.lineMax else {
                throw LedgerError(
                    .notADatabase, "\(path) has a line that is too long for an export.")
            }
            try fill()
            if buffer.isEmpty {
                offset += Int64(line.count)
                return line.isEmpty ? nil : line
            }
        }
    }

    /// Empty at the end of the file.
    private func fill() throws(LedgerError) {
        start = 0
        do {
            buffer = try file.read(upToCount: Self.chunk).map(Array.init) ?? []
        } catch {
            throw LedgerError(.ioError, "Can't read \(path): \(error).")
        }
    }
}
