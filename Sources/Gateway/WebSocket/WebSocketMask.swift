/// The masking key of RFC 6455 section 5.3, as its four bytes in the order of the wire.
struct WebSocketMask: Sendable, Equatable {
    /// The first byte of the wire is the lowest.
    private let littleEndian: UInt32

    /// `key` as written in hexadecimal on the wire: its highest byte comes first.
    init(_ key: UInt32) {
        littleEndian = key.byteSwapped
    }

    /// The four bytes at `offset`, which must be there.
    init(bytes: UnsafeRawBufferPointer, at offset: Int) {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        littleEndian = UInt32(littleEndian: word)
    }

    /// The key as it is written in hexadecimal.
    var key: UInt32 { littleEndian.byteSwapped }

    /// Masks or unmasks (it is the same) bytes that start `offset` bytes into the payload.
    func apply(to bytes: UnsafeMutableRawBufferPointer, startingAt offset: Int) {
        let turn = UInt32(truncatingIfNeeded: offset & 3) * 8
        let turned =
            turn == 0
            ? littleEndian
            : littleEndian >> turn | littleEndian << (32 - turn)
        let word = UInt64(turned) << 32 | UInt64(turned)

        var index = 0
        while index + 8 <= bytes.count {
            let masked = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(of: masked ^ word.littleEndian, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            bytes[index] ^= UInt8(truncatingIfNeeded: turned >> (UInt32(index & 3) * 8))
            index += 1
        }
    }
}
