/// SipHash-1-3 of a name, with a seed of the process's own, so that nobody can choose ids that collide.
/// It is what `Hasher` computes, in line: a call of the standard library for each part of a name costs
/// more than the hash.
@usableFromInline
enum KeyHash {
    /// The longest name, in bytes.
    @usableFromInline
    static var nameLengthMax: Int { 64 }

    /// Taken from `Hasher`, which has the process's randomness.
    private static let seed: SIMD2<UInt64> = {
        func word(_ number: Int) -> UInt64 {
            var hasher = Hasher()
            hasher.combine(number)
            return UInt64(bitPattern: Int64(hasher.finalize()))
        }
        return SIMD2(word(1), word(2))
    }()

    /// The hash of an identifier's text, the same as long as the process lives; nil when the text is none.
    @usableFromInline
    static func hash(ofName text: String) -> UInt64? {
        var text = text
        return text.withUTF8 { bytes in
            guard !bytes.isEmpty, bytes.count <= nameLengthMax, bytes.allSatisfy(isOfName) else {
                return nil
            }
            return hash(UnsafeRawBufferPointer(bytes), seed: seed)
        }
    }

    @inline(__always)
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The hash of two names together, from their own: both are secret, so that this needs no more.
    static func combined(_ first: UInt64, _ second: UInt64) -> UInt64 {
        (first << 32 | first >> 32) ^ second
    }

    /// With a given seed, for the test that compares it with the published vectors.
    static func hash(_ bytes: UnsafeRawBufferPointer, seed: SIMD2<UInt64>) -> UInt64 {
        var state = State(seed)
        var offset = 0
        while offset + 8 <= bytes.count {
            state.compress(
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        let rest = bytes.count - offset
        if rest > 0, offset > 0 {
            // The last eight bytes in one piece; those that have been are shifted out.
            let end = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
            last |= UInt64(littleEndian: end) >> UInt64(64 - 8 * rest)
        } else {
            for index in 0..<rest { last |= UInt64(bytes[index]) << UInt64(8 * index) }
        }
        state.compress(last)
        return state.finish()
    }

    private struct State {
        private var v0, v1, v2, v3: UInt64

        init(_ seed: SIMD2<UInt64>) {
            v0 = seed[0] ^ 0x736f_6d65_7073_6575
            v1 = seed[1] ^ 0x646f_7261_6e64_6f6d
            v2 = seed[0] ^ 0x6c79_6765_6e65_7261
            v3 = seed[1] ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v1 = v1 << 13 | v1 >> 51
            v1 ^= v0
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v3
            v3 = v3 << 16 | v3 >> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 << 21 | v3 >> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 << 17 | v1 >> 47
            v1 ^= v2
            v2 = v2 << 32 | v2 >> 32
        }

        @inline(__always)
        mutating func compress(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func finish() -> UInt64 {
            v2 ^= 0xff
            round()
            round()
            round()
            return v0 ^ v1 ^ v2 ^ v3
        }
    }
}
