/// A server's frame at the beginning of some bytes.
struct PollFrame {
    /// No server's message is longer.
    static let payloadBytesMax = 16 << 20

    let opcode: UInt8
    /// In one piece, not masked, without reserved bits, and not too long.
    let isSound: Bool
    let payload: Range<Int>

    var length: Int { payload.upperBound }

    /// Nil while it has not come whole.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return nil }
        var (head, length) = (2, Int(bytes[1] & 0x7f))
        if length == 126 {
            guard bytes.count >= 4 else { return nil }
            (head, length) = (4, Int(bytes[2]) << 8 | Int(bytes[3]))
        } else if length == 127 {
            guard bytes.count >= 10 else { return nil }
            // Seven bytes of it, so that no number overflows; the eighth is zero in a sound frame.
            (head, length) = (10, bytes[3..<10].reduce(0) { $0 << 8 | Int($1) })
        }
        opcode = bytes[0] & 0x0f
        let isLong = bytes[1] & 0x7f == 127 && bytes.count >= 3 && bytes[2] != 0
        isSound =
            bytes[0] & 0xf0 == 0x80 && bytes[1] & 0x80 == 0 && !isLong
            && length <= Self.payloadBytesMax
        guard bytes.count - head >= length || !isSound else { return nil }
        payload = head..<(head + min(length, bytes.count - head))
    }
}
