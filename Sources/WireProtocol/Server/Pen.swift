import AuctionRules

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
        var text = text
        text.withUTF8 { characters in
            guard let first = characters.baseAddress else { return }
            (start + count).update(from: first, count: characters.count)
            count += characters.count
        }
    }

    mutating func write(_ number: Int64?) {
        guard let number else { return write("null") }
        if number < 0 { write("-") }
        // Its length first, so that no digit is moved; two digits a division.
        var rest = number.magnitude
        var index = count + Self.digitCount(of: rest)
        count = index
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            index -= 2
            write(pair: pair, at: index)
            rest = quotient
        }
        if rest >= 10 {
            write(pair: rest, at: index - 2)
        } else {
            start[index - 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        }
    }

    /// Two digits of a number below 100.
    private func write(pair: UInt64, at index: Int) {
        let tens = UInt8(truncatingIfNeeded: pair / 10)
        start[index] = UInt8(ascii: "0") + tens
        start[index + 1] = UInt8(ascii: "0") + (UInt8(truncatingIfNeeded: pair) - 10 * tens)
    }

    private static func digitCount(of number: UInt64) -> Int {
        var count = 1
        var bound: UInt64 = 10
        while count < 20, number >= bound {
            count += 1
            // The largest number has 20 digits, and there is no bound above it.
            bound = bound.multipliedReportingOverflow(by: 10).partialValue
        }
        return count
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
