public import NIOCore

/// One WebSocket frame.
public struct LoadFrame: Sendable {
    public let opcode: UInt8
    /// The payload is one of permessage-deflate.
    public let isCompressed: Bool
    public let payload: ByteBuffer

    static let close: UInt8 = 8
    static let ping: UInt8 = 9
    static let pong: UInt8 = 10

    var isControl: Bool { opcode >= Self.close }

    /// A client's frame, masked with zeros.
    ///
    /// - Parameter first: the first byte: FIN, the reserved bits and the opcode.
    public static func encode(first: UInt8, _ payload: some Collection<UInt8>) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger(first)
        switch payload.count {
        case ...125: frame.writeInteger(0x80 | UInt8(payload.count))
        case ...0xffff:
            frame.writeInteger(UInt8(0x80 | 126))
            frame.writeInteger(UInt16(payload.count))
        default:
            frame.writeInteger(UInt8(0x80 | 127))
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeInteger(UInt32(0))
        frame.writeBytes(payload)
        return frame
    }

    public static func text(_ text: String) -> ByteBuffer { encode(first: 0x81, text.utf8) }
}
