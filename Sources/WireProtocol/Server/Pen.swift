import AuctionRules
import StrictJSON

/// Writes bytes one after the other, into memory that is known to be large enough.
struct Pen {
    private let start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0

    init(_ start: UnsafeMutablePointer<UInt8>) { self.start = start }

    mutating func write(_ text: StaticString) {
        (start + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        count += text.utf8CodeUnitCount
    }

    mutating func write(_ text: String) {
        // Not by `withUTF8`, which changes the text if it has to, and for that takes hold of it.
        let room = UnsafeMutableBufferPointer(start: start + count, count: text.utf8.count)
        count += room.initialize(fromContentsOf: text.utf8)
    }

    mutating func write(_ number: Int64?) {
        guard let number else { return write("null") }
        count += DecimalDigits.write(number, to: start + count)
    }

    /// As 64 digits, eight of them at once: a nibble in each byte of a word, and to each what makes a digit
    /// of it.
    mutating func write(_ hash: EntryHash) {
        for index in 0..<4 {
            let word = hash.words[index]
            write(digitsOf: UInt32(truncatingIfNeeded: word >> 32))
            write(digitsOf: UInt32(truncatingIfNeeded: word))
        }
    }

    private mutating func write(digitsOf half: UInt32) {
        var nibbles = UInt64(half)
        nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff
        nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
        nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f
        // 1 in each byte whose nibble is a letter: 6 more is 16 at least there.
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let digits = nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
        UnsafeMutableRawPointer(start + count).storeBytes(of: digits.bigEndian, as: UInt64.self)
        count += 8
    }
}
