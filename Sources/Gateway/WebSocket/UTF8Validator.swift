/// Checks UTF-8 that arrives in pieces, and refuses the first byte after which no continuation
/// could make the text valid (Table 3-7 of the Unicode standard). That is earlier than a decoder
/// of whole characters would, and is what lets a session fail while a frame is still arriving.
struct UTF8Validator: Sendable, Equatable {
    /// Bytes still missing of the character that has begun.
    private var missing: UInt8 = 0
    /// The range for the next one of them.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xbf

    /// True between characters: the text may end here.
    var isAtBoundary: Bool { missing == 0 }

    /// Returns the offset of the first byte that makes the text invalid, or nil.
    /// Once it has returned an offset, the validator is of no further use.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        while index < bytes.count {
            if missing == 0 {
                index = Self.skipASCII(bytes, from: index)
                guard index < bytes.count else { return nil }
                guard begin(bytes[index]) else { return index }
            } else {
                let byte = bytes[index]
                guard byte >= lower && byte <= upper else { return index }
                missing -= 1
                lower = 0x80
                upper = 0xbf
            }
            index += 1
        }
        return nil
    }

    /// Takes the first byte of a character of two to four bytes.
    private mutating func begin(_ lead: UInt8) -> Bool {
        switch lead {
        case 0xc2...0xdf: missing = 1
        case 0xe0...0xef:
            missing = 2
            if lead == 0xe0 { lower = 0xa0 }  // no overlong forms
            if lead == 0xed { upper = 0x9f }  // no surrogates
        case 0xf0...0xf4:
            missing = 3
            if lead == 0xf0 { lower = 0x90 }  // no overlong forms
            if lead == 0xf4 { upper = 0x8f }  // nothing above U+10FFFF
        default: return false
        }
        return true
    }

    /// The offset of the first byte that is not ASCII, looking at eight at a time.
    @inline(__always)
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word & 0x8080_8080_8080_8080 == 0 else { break }
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index
    }
}
