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
        /// On a message's first frame: the message is compressed.
        var isCompressed = false
    }

    var start: Start
    var payloadBytes: Int
    /// Nil on a frame from a server.
    var mask: WebSocketMask?
    /// Bytes that the header itself took.
    var headerBytes: Int

    /// The reserved bit that marks a compressed message.
    private static let rsv1: UInt8 = 0x40

    /// Reads the first byte.
    ///
    /// - Parameter mayBeCompressed: permessage-deflate was agreed on. It gives RSV1 a meaning on
    ///   the first frame of a message, and on no other.
    static func readStart(
        _ byte: UInt8, mayBeCompressed: Bool
    ) throws(WebSocketFailure) -> Start {
        let reserved = byte & 0x70
        guard reserved == 0 || reserved == rsv1 && mayBeCompressed else {
            throw .protocolError("reserved bits are set and no extension was agreed on")
        }
        guard let opcode = WebSocketOpcode(rawValue: byte & 0x0f) else {
            throw .protocolError("unknown opcode")
        }
        let isFinal = byte & 0x80 != 0
        guard isFinal || !opcode.isControl else {
            throw .protocolError("a close, ping or pong must not be fragmented")
        }
        guard reserved == 0 || opcode == .text || opcode == .binary else {
            throw .protocolError("only the first frame of a message says that it is compressed")
        }
        return Start(isFinal: isFinal, opcode: opcode, isCompressed: reserved != 0)
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
            throw .tooBig
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
    static let tooBig = Self(code: .tooBig, why: "the message is larger than the limit")

    init(code: CloseCode, why: String) {
        self.code = code
        self.why = why
    }

    init(_ failure: InflateFailure) {
        switch failure {
        case .tooLarge: self = .tooBig
        case .corrupt: self.init(code: .notUTF8, why: "the compressed data is damaged")
        case .outOfMemory: self.init(code: .internalError, why: "no memory to decompress with")
        }
    }
}
