import NIOCore
import WireProtocol

/// What a frame is, RFC 6455 section 5.2. The other eleven values are reserved.
enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xa

    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// Writes frames, with their lengths in the shortest form.
///
/// Does not check what a sequence of frames means: whoever writes a control frame keeps it at
/// 125 bytes, and whoever fragments keeps the order.
enum WebSocketFrame {
    /// The largest payload of a close, ping or pong.
    static let controlPayloadMax = 125
    /// The largest reason of a close: two bytes are the code's.
    static let closeReasonMax = 123
    /// The longest header, with the masking key.
    static let headerBytesMax = 14

    /// Appends an unmasked frame, as a server sends it.
    static func write(
        _ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>, isFinal: Bool = true,
        into buffer: inout ByteBuffer
    ) {
        writeHeader(
            opcode, payloadBytes: payload.count, isFinal: isFinal, mask: nil, into: &buffer)
        buffer.writeBytes(payload)
    }

    /// As above, for a payload that is a buffer.
    static func write(
        _ opcode: WebSocketOpcode, _ payload: ByteBuffer, isFinal: Bool = true,
        into buffer: inout ByteBuffer
    ) {
        write(opcode, payload.readableBytesView, isFinal: isFinal, into: &buffer)
    }

    /// An unmasked frame in a buffer of its own, of just its size: encode a broadcast once and
    /// write the same buffer to every watcher.
    static func encode(
        _ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>,
        allocator: ByteBufferAllocator = ByteBufferAllocator()
    ) -> ByteBuffer {
        let header = headerBytes(payloadBytes: payload.count, isMasked: false)
        var buffer = allocator.buffer(capacity: header + payload.count)
        write(opcode, payload, into: &buffer)
        return buffer
    }

    /// As above, compressed if that was agreed on and makes it smaller.
    ///
    /// - Parameter deflater: of the event loop that this is called on.
    static func encode(
        _ opcode: WebSocketOpcode, _ message: some Collection<UInt8>,
        compression: WireForm.Compression, with deflater: Deflater
    ) -> ByteBuffer {
        guard case .deflate(let windowBits) = compression,
            let payload = deflater.deflate(message, windowBits: windowBits)
        else { return encode(opcode, message) }
        var buffer = ByteBuffer()
        writeHeader(
            opcode, payloadBytes: payload.readableBytes, isCompressed: true, into: &buffer)
        buffer.writeImmutableBuffer(payload)
        return buffer
    }

    /// Appends a text frame whose payload is written straight to where it goes.
    ///
    /// - Parameters:
    ///   - bytesMax: how long the payload is at most; less than 64 KiB.
    ///   - body: writes the payload, and says how long it is; nil: there is none, and no frame.
    /// - Returns: whether there is a frame.
    static func writeText(
        upTo bytesMax: Int, into buffer: inout ByteBuffer,
        _ body: (UnsafeMutablePointer<UInt8>) -> Int?
    ) -> Bool {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 4 + bytesMax) { room in
            // Room for the longer header and the payload was asked for, so there is a base address.
            guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self),
                let count = body(start + 4)
            else { return 0 }
            start[0] = 0x80 | WebSocketOpcode.text.rawValue
            guard count > 125 else {
                start[1] = UInt8(truncatingIfNeeded: count)
                (start + 2).update(from: start + 4, count: count)
                return 2 + count
            }
            start[1] = 126
            start[2] = UInt8(truncatingIfNeeded: count >> 8)
            start[3] = UInt8(truncatingIfNeeded: count)
            return 4 + count
        } > 0
    }

    /// Appends a masked frame, as a client sends it.
    static func write(
        _ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>, isFinal: Bool = true,
        maskedWith mask: WebSocketMask, into buffer: inout ByteBuffer
    ) {
        writeHeader(
            opcode, payloadBytes: payload.count, isFinal: isFinal, mask: mask, into: &buffer)
        let start = buffer.writerIndex
        let count = buffer.writeBytes(payload)
        buffer.withVeryUnsafeMutableBytes { bytes in
            let region = bytes[start..<start + count]
            mask.apply(to: UnsafeMutableRawBufferPointer(rebasing: region), startingAt: 0)
        }
    }

    /// A close frame. No code means an empty body, which is how a close without one is answered.
    /// The reason is cut at a character's border to what fits.
    static func close(
        _ code: CloseCode?, reason: String = "", mask: WebSocketMask? = nil
    ) -> ByteBuffer {
        var body = ByteBuffer()
        if let code {
            precondition(code.isValidOnWire, "close code \(code) is never sent")
            body.writeInteger(code.rawValue)
            body.writeBytes(trimmed(reason))
        }
        var buffer = ByteBuffer()
        if let mask {
            write(.close, body.readableBytesView, maskedWith: mask, into: &buffer)
        } else {
            write(.close, body, into: &buffer)
        }
        return buffer
    }

    /// Appends a frame's header only, for a payload that is written by other means.
    ///
    /// - Parameter isCompressed: marks the message's first frame as permessage-deflate wants it.
    static func writeHeader(
        _ opcode: WebSocketOpcode, payloadBytes: Int, isFinal: Bool = true,
        isCompressed: Bool = false, mask: WebSocketMask? = nil, into buffer: inout ByteBuffer
    ) {
        let header = headerBytes(payloadBytes: payloadBytes, isMasked: mask != nil)
        buffer.reserveCapacity(minimumWritableBytes: header + payloadBytes)
        buffer.writeInteger(
            (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        switch payloadBytes {
        case ...125: buffer.writeInteger(maskBit | UInt8(payloadBytes))
        case ...0xffff:
            buffer.writeInteger(maskBit | 126)
            buffer.writeInteger(UInt16(payloadBytes))
        default:
            buffer.writeInteger(maskBit | 127)
            buffer.writeInteger(UInt64(payloadBytes))
        }
        if let mask { buffer.writeInteger(mask.key) }
    }

    private static func headerBytes(payloadBytes: Int, isMasked: Bool) -> Int {
        let length = payloadBytes <= 125 ? 0 : payloadBytes <= 0xffff ? 2 : 8
        return 2 + length + (isMasked ? 4 : 0)
    }

    /// At most 123 bytes, none of them of a character that would be cut in two.
    static func trimmed(_ reason: String) -> Substring.UTF8View {
        let utf8 = Substring(reason).utf8
        guard
            var end = utf8.index(
                utf8.startIndex, offsetBy: closeReasonMax, limitedBy: utf8.endIndex)
        else { return utf8 }
        while end < utf8.endIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
        return utf8[..<end]
    }
}
