import WireProtocol

/// The header of one frame, RFC 6455 section 5.2, read byte by byte in the order of the wire.
///
/// The reading is split at the points where a refusal becomes possible, so that a session
/// refuses at the first wrong byte, and the same way however the bytes are cut.
struct WebSocketFrameHeader: Sendable, Equatable {
    /// The first byte.
    struct Start: Sendable, Equatable {
        var isFinal: Bool
        var opcode: WebSocketOpcode
    }

    var start: Start
    var payloadBytes: Int
    /// Nil on a frame from a server.
    var mask: WebSocketMask?
    /// Bytes that the header itself took.
    var headerBytes: Int

    /// The reserved bits that a negotiated extension gives a meaning. None is negotiated yet:
    /// permessage-deflate would allow 0x40 here, on the first frame of a message only, and
    /// would check UTF-8 after inflating instead of as the bytes arrive.
    private static let reservedBitsAllowed: UInt8 = 0

    /// Reads the first byte.
    static func readStart(_ byte: UInt8) throws(WebSocketFailure) -> Start {
        guard byte & 0x70 & ~reservedBitsAllowed == 0 else {
            throw .protocolError("reserved bits are set and no extension was agreed on")
        }
        guard let opcode = WebSocketOpcode(rawValue: byte & 0x0f) else {
            throw .protocolError("unknown opcode")
        }
        let isFinal = byte & 0x80 != 0
        guard isFinal || !opcode.isControl else {
            throw .protocolError("a close, ping or pong must not be fragmented")
        }
        return Start(isFinal: isFinal, opcode: opcode)
    }

    /// Reads what follows the first byte; nil when more bytes are needed. `payloadBytesMax`
    /// applies to data frames.
    static func readRest(
        _ bytes: UnsafeRawBufferPointer, start: Start, isMasked: Bool, payloadBytesMax: Int
    ) throws(WebSocketFailure) -> WebSocketFrameHeader? {
        guard bytes.count >= 2 else { return nil }
        guard bytes[1] & 0x80 != 0 || !isMasked else {
            throw .protocolError("a client must mask its frames")
        }
        guard bytes[1] & 0x80 == 0 || isMasked else {
            throw .protocolError("a server must not mask its frames")
        }
        let short = bytes[1] & 0x7f
        guard short <= 125 || !start.opcode.isControl else {
            throw .protocolError("a close, ping or pong carries at most 125 bytes")
        }

        var headerBytes = 2
        var payloadBytes = Int(short)
        if short == 126 {
            headerBytes = 4
            guard bytes.count >= headerBytes else { return nil }
            let length = bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
            payloadBytes = Int(UInt16(bigEndian: length))
            guard payloadBytes > 125 else { throw .lengthNotMinimal }
        } else if short == 127 {
            headerBytes = 10
            // The first byte alone shows the forbidden top bit.
            guard bytes.count < 3 || bytes[2] & 0x80 == 0 else {
                throw .protocolError("the top bit of a 64-bit length must be 0")
            }
            guard bytes.count >= headerBytes else { return nil }
            let length = bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self)
            payloadBytes = Int(UInt64(bigEndian: length))
            guard payloadBytes > 0xffff else { throw .lengthNotMinimal }
        }
        guard start.opcode.isControl || payloadBytes <= payloadBytesMax else {
            throw WebSocketFailure(code: .tooBig, why: "the message is larger than the limit")
        }

        guard isMasked else {
            return Self(
                start: start, payloadBytes: payloadBytes, mask: nil, headerBytes: headerBytes)
        }
        guard bytes.count >= headerBytes + 4 else { return nil }
        let mask = WebSocketMask(bytes: bytes, at: headerBytes)
        return Self(
            start: start, payloadBytes: payloadBytes, mask: mask, headerBytes: headerBytes + 4)
    }
}

/// The peer broke a rule, and the connection ends with this code.
struct WebSocketFailure: Error, Sendable, Equatable {
    var code: CloseCode
    /// For the close frame's reason and the log; never holds what the peer sent.
    var why: String

    static func protocolError(_ why: String) -> Self {
        Self(code: .protocolError, why: why)
    }

    static let lengthNotMinimal = protocolError("a length must be written in its shortest form")
    static let invalidUTF8 = Self(code: .notUTF8, why: "text must be valid UTF-8")
}
