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
        var next = bytes + count
        while rest > 0x7f {
            next.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
            next += 1
            rest >>= 7
        }
        next.pointee = UInt8(truncatingIfNeeded: rest)
        count = next + 1 - bytes
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

    mutating func write(word: UInt64) { store(word.bigEndian, then: 8) }

    /// In as few bytes as it fits into, the lowest first; eight are stored over.
    ///
    /// - Returns: how many bytes after the first.
    @inline(__always)
    mutating func write(shortest integer: Int64) -> UInt64 {
        let bits = UInt64(bitPattern: integer)
        let more = (63 &- (bits | 1).leadingZeroBitCount) &>> 3
        store(bits.littleEndian, then: more &+ 1)
        return UInt64(truncatingIfNeeded: more)
    }

    /// Leaves room for what is written at last.
    mutating func skip(_ length: Int) { count += length }

    /// Writes seven bytes, the lowest first, into the room that was left at the beginning. An eighth has
    /// been written behind it.
    @inline(__always)
    mutating func begin(withSeven head: UInt64) {
        let word = head | UInt64(bytes[7]) << 56
        UnsafeMutableRawPointer(bytes).storeBytes(of: word.littleEndian, as: UInt64.self)
    }

    /// At most 64 bytes: one byte says how many.
    mutating func write<Subject>(_ id: Identifier<Subject>) {
        write(text: id.text, lengthAs: UInt8(truncatingIfNeeded: id.text.utf8.count))
    }

    mutating func write(text: String, lengthAs length: UInt8) {
        write(byte: length)
        _ = write(characters: text)
    }

    /// The characters alone.
    ///
    /// - Returns: how many bytes.
    @inline(__always)
    mutating func write(characters text: String) -> UInt64 {
        let start = bytes + count
        let length = text.utf8.withContiguousStorageIfAvailable { characters in
            Self.copy(characters, to: start)
            return characters.count
        }
        guard let length else {
            for character in text.utf8 { write(byte: character) }
            return UInt64(bytes + count - start)
        }
        count += length
        return UInt64(length)
    }

    /// In steps of eight bytes: names are short, and a call that copies takes longer to find out how.
    @inline(__always)
    private static func copy(
        _ characters: UnsafeBufferPointer<UInt8>, to start: UnsafeMutablePointer<UInt8>
    ) {
        let (from, to) = (UnsafeRawBufferPointer(characters), UnsafeMutableRawPointer(start))
        var done = 0
        while done + 8 <= from.count {
            to.storeBytes(
                of: from.loadUnaligned(fromByteOffset: done, as: UInt64.self), toByteOffset: done,
                as: UInt64.self)
            done += 8
        }
        while done < from.count {
            to.storeBytes(of: from[done], toByteOffset: done, as: UInt8.self)
            done += 1
        }
    }

    @inline(__always)
    private mutating func store(_ word: UInt64, then length: Int) {
        UnsafeMutableRawPointer(bytes + count).storeBytes(of: word, as: UInt64.self)
        count += length
    }
}
