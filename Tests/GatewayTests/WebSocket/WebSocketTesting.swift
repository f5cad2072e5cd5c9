import NIOCore
import WireProtocol

@testable import Gateway

/// Bytes as a client would send them, right or wrong.
enum Wire {
    static let mask: UInt32 = 0x37fa_213d

    /// A masked frame.
    static func frame(
        _ opcode: WebSocketOpcode, _ payload: [UInt8] = [], isFinal: Bool = true,
        mask: UInt32 = Wire.mask
    ) -> [UInt8] {
        var buffer = ByteBuffer()
        WebSocketFrame.write(
            opcode, payload, isFinal: isFinal, maskedWith: WebSocketMask(mask), into: &buffer)
        return Array(buffer.readableBytesView)
    }

    /// A masked frame that begins a compressed message; `payload` is compressed already.
    static func compressed(
        _ payload: [UInt8], as opcode: WebSocketOpcode = .text, isFinal: Bool = true
    ) -> [UInt8] {
        var bytes = frame(opcode, payload, isFinal: isFinal)
        bytes[0] |= 0x40
        return bytes
    }

    /// A message's compressed form; as stored blocks when it does not shrink.
    static func deflated(_ message: [UInt8], windowBits: Int = 15) -> [UInt8] {
        let payload = message.withUnsafeBytes {
            Deflater(bytesMin: 0).deflate($0, windowBits: windowBits)
        }
        if let payload { return Array(payload.readableBytesView) }
        var stored: [UInt8] = []
        var rest = message[...]
        while !rest.isEmpty {
            let block = rest.prefix(65_535)
            let (low, high) = (UInt8(block.count & 0xff), UInt8(block.count >> 8))
            stored += [0, low, high, ~low, ~high] + block
            rest = rest.dropFirst(block.count)
        }
        return stored + [0]
    }

    static func text(_ text: String, isFinal: Bool = true) -> [UInt8] {
        frame(.text, Array(text.utf8), isFinal: isFinal)
    }

    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
        frame(.close, [UInt8(code >> 8), UInt8(code & 0xff)] + reason)
    }

    /// Header bytes as given, then a masking key and a payload that is all key, so zeros.
    static func raw(_ header: UInt8...) -> [UInt8] {
        header + [0x37, 0xfa, 0x21, 0x3d]
    }
}

extension ByteBuffer {
    /// What a server's text frame holds; nil when this is none.
    var textPayload: ArraySlice<UInt8>? { payload(after: 0x81) }

    /// The message that a frame of the encoding's kind holds; nil when this is none.
    func serverFrame(as encoding: WireEncoding = .json) throws -> ServerFrame? {
        try payload(after: encoding == .json ? 0x81 : 0x82).map {
            try ServerFrame.decode($0, as: encoding)
        }
    }

    private func payload(after start: UInt8) -> ArraySlice<UInt8>? {
        let bytes = Array(readableBytesView)
        guard bytes.count >= 2, bytes[0] == start else { return nil }
        return bytes.dropFirst(bytes[1] == 127 ? 10 : bytes[1] == 126 ? 4 : 2)
    }
}

/// Gives a fresh session the bytes in pieces of the given sizes (the last size repeats), and
/// collects everything it wants done.
func actions(
    on bytes: [UInt8], sizes: [Int] = [.max], limits: WebSocketLimits = .init(),
    role: WebSocketSession.Role = .server, inflater: Inflater? = nil
) -> [WebSocketAction] {
    var session = WebSocketSession(role: role, limits: limits, inflater: inflater)
    return actions(of: &session, on: bytes, sizes: sizes).map(\.action)
}

/// As above, on a session of the caller's, with the number of bytes that had been given.
func actions(
    of session: inout WebSocketSession, on bytes: [UInt8], sizes: [Int] = [.max], at now: Int64 = 0
) -> [(action: WebSocketAction, after: Int)] {
    var collected: [(action: WebSocketAction, after: Int)] = []
    var start = 0
    var piece = 0
    while start < bytes.count {
        let end = start + min(sizes[min(piece, sizes.count - 1)], bytes.count - start)
        var buffer = ByteBuffer(bytes: bytes[start..<end])
        session.receive(&buffer)
        precondition(buffer.readableBytes == 0)
        while true {
            let action = session.nextAction(at: now)
            if action == .needMoreData { break }
            collected.append((action, end))
        }
        start = end
        piece += 1
    }
    return collected
}

extension WebSocketAction {
    static func text(_ text: String) -> Self { .message(.text(ByteBuffer(string: text))) }
    static func binary(_ bytes: [UInt8]) -> Self { .message(.binary(ByteBuffer(bytes: bytes))) }
    static func sendPong(_ text: String) -> Self { .sendPong(ByteBuffer(string: text)) }

    /// The code of a failure; nil for everything else.
    var failureCode: UInt16? {
        guard case .fail(let failure, _) = self else { return nil }
        return failure.code.rawValue
    }
}

/// Steele, Lea and Flood's SplitMix64: the same seed gives the same run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
