import Foundation

/// One WebSocket of a ``PollLoop``. For its loop's thread only.
public final class PollLine {
    enum Phase {
        case connecting
        case upgrading
        case open
        case closed
    }

    /// What the load calls it; its own choice.
    public let number: Int
    let descriptor: Int32
    let slot: Int
    let upgrade: [UInt8]
    var phase = Phase.connecting
    /// The beginning of a message whose rest has not come.
    var rest: [UInt8] = []
    /// What the socket had no room for.
    var unsent: [UInt8] = []
    var wantsWritable = true
    /// The loop is closing it, or the server has said close.
    var closeCode: UInt16?

    public var isOpen: Bool { phase == .open }

    init(number: Int, descriptor: Int32, slot: Int, upgrade: [UInt8]) {
        self.number = number
        self.descriptor = descriptor
        self.slot = slot
        self.upgrade = upgrade
    }

    /// The request that makes a WebSocket of a connection.
    ///
    /// - Parameter token: a bearer token; nil: nobody in particular.
    public static func upgrade(
        host: String, path: String = "/v1/ws", token: String? = nil, protocolName: String? = nil
    ) -> [UInt8] {
        var request = """
            GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\n\
            Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Sec-WebSocket-Version: 13\r\n
            """
        if let token { request += "Authorization: Bearer \(token)\r\n" }
        if let protocolName { request += "Sec-WebSocket-Protocol: \(protocolName)\r\n" }
        return Array((request + "\r\n").utf8)
    }

    /// A client's text frame, masked with zeros.
    public static func frame(_ text: some Collection<UInt8>, opcode: UInt8 = 1) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(text.count + 8)
        append(text, opcode: opcode, to: &frame)
        return frame
    }

    /// The same at the end of other bytes.
    public static func append(
        _ text: some Collection<UInt8>, opcode: UInt8 = 1, to frame: inout [UInt8]
    ) {
        frame.append(0x80 | opcode)
        let count = text.count
        if count <= 125 {
            frame.append(0x80 | UInt8(count))
        } else {
            precondition(count <= 0xffff, "A load's messages are short")
            frame.append(0x80 | 126)
            frame.append(UInt8(count >> 8))
            frame.append(UInt8(count & 0xff))
        }
        frame.append(contentsOf: [0, 0, 0, 0])
        frame.append(contentsOf: text)
    }
}

@available(*, unavailable)
extension PollLine: Sendable {}
