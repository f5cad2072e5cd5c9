/// Writes values as an ``ImageWriter`` does, the same bytes, in memory of the stack: an array would be asked
/// with every byte whether it is nobody else's and has room.
///
/// For records with a longest form, which whoever writes one knows.
struct StackRecord {
    /// Never past the capacity: what is written has a longest form, which fits.
    private let bytes: UnsafeMutablePointer<UInt8>
    private var count = 0

    /// Calls `body` with an empty record.
    ///
    /// - Parameter capacity: the most bytes that `body` writes.
    static func withSpace<R>(of capacity: Int, _ body: (inout StackRecord) -> R) -> R {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { space in
            guard let start = space.baseAddress else {
                preconditionFailure("There is room on the stack")
            }
            var record = StackRecord(bytes: start)
            return body(&record)
        }
    }

    private init(bytes: UnsafeMutablePointer<UInt8>) { self.bytes = bytes }

    var written: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes, count: count)
    }

    // MARK: - Values, as the writer has them

    mutating func write(byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    mutating func write(_ flag: Bool) { write(byte: flag ? 1 : 0) }

    mutating func write(_ integer: Int64) {
        var rest = UInt64(bitPattern: integer << 1 ^ integer >> 63)
        while rest > 0x7f {
            write(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(byte: UInt8(truncatingIfNeeded: rest))
    }

    mutating func write(optional integer: Int64?) {
        write(integer != nil)
        if let integer { write(integer) }
    }

    /// The number of the case.
    mutating func write(_ reserve: ReserveState) {
        switch reserve {
        case .none: write(0 as Int64)
        case .unmet: write(1 as Int64)
        case .met: write(2 as Int64)
        }
    }

    mutating func write(word: UInt64) {
        UnsafeMutableRawPointer(bytes + count).storeBytes(of: word.bigEndian, as: UInt64.self)
        count += 8
    }

    /// At most 64 bytes: one byte says how many.
    mutating func write<Subject>(_ id: Identifier<Subject>) {
        write(text: id.text, lengthAs: UInt8(truncatingIfNeeded: id.text.utf8.count))
    }

    mutating func write(text: String, lengthAs length: UInt8) {
        write(byte: length)
        var text = text
        count += text.withUTF8 { characters in
            UnsafeMutableRawPointer(bytes + count).copyMemory(
                from: UnsafeRawPointer(characters.baseAddress ?? UnsafePointer(bytes)),
                byteCount: characters.count)
            return characters.count
        }
    }
}
