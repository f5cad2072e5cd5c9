import NIOCore
import WireProtocol

@testable import Gateway

/// The first byte says how the rest is taken: as a stream of bytes, or as the script of a stream of
/// well-formed frames; with compression or without. The second says how the stream is cut.
enum FramesSubject {
    private static let limits = WebSocketLimits(
        messageBytesMax: 2000, fragmentsMax: 8, pingBurst: 20)

    static func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        let options = reader.byte()
        let cut = Int(reader.byte())
        let compresses = options & 1 != 0
        let stream = options & 2 != 0 ? frames(from: &reader) : Array(reader.rest)
        let whole = actions(on: stream, pieces: .max, compresses: compresses)
        check(whole)
        for size in [1, 1 + cut] {
            demand(
                actions(on: stream, pieces: size, compresses: compresses) == whole,
                "cut into \(size), the stream means something else")
        }
    }

    private static func actions(
        on stream: [UInt8], pieces size: Int, compresses: Bool
    ) -> [WebSocketAction] {
        var session = WebSocketSession(
            limits: limits, inflater: compresses ? Inflater() : nil)
        var found: [WebSocketAction] = []
        var rest = stream[...]
        while !rest.isEmpty {
            var bytes = ByteBuffer(bytes: rest.prefix(size))
            rest = rest.dropFirst(size)
            session.receive(&bytes)
            demand(bytes.readableBytes == 0, "bytes were left over")
            while true {
                let action = session.nextAction(at: 0)
                if action == .needMoreData { break }
                found.append(action)
            }
        }
        let late = session.nextAction(at: limits.messageNanosecondsMax)
        demand(session.deadline == nil || late != .needMoreData, "a message is never too late")
        return found
    }

    private static func check(_ actions: [WebSocketAction]) {
        for (index, action) in actions.enumerated() {
            let isLast = index == actions.count - 1
            switch action {
            case .needMoreData: break
            case .message(.text(let text)):
                demand(text.readableBytes <= limits.messageBytesMax, "a text is too long")
                demand(
                    String(validating: text.readableBytesView, as: UTF8.self) != nil,
                    "a text is no UTF-8")
            case .message(.binary(let bytes)):
                demand(bytes.readableBytes <= limits.messageBytesMax, "a message is too long")
            case .sendPong(let payload), .pong(let payload):
                demand(payload.readableBytes <= 125, "a ping is too long")
            case .peerClosed(_, let frame), .fail(_, let frame):
                demand(isLast, "something comes after the end")
                demand(frame.map(isGoodClose) ?? true, "we close in a way that is forbidden")
            }
        }
    }

    /// Whether a client that is as strict as we are takes it.
    private static func isGoodClose(_ frame: ByteBuffer) -> Bool {
        var client = WebSocketSession(role: .client)
        var bytes = frame
        client.receive(&bytes)
        guard case .peerClosed = client.nextAction(at: 0) else { return false }
        return true
    }

    /// A frame for each first byte, length and payload of the script; the first byte's lowest bit
    /// above the opcode is taken as it is, right or wrong.
    private static func frames(from script: inout InputReader) -> [UInt8] {
        var stream: [UInt8] = []
        while !script.isAtEnd, stream.count < 8192 {
            let first = script.byte()
            let payload = script.bytes(Int(script.byte()))
            var frame = ByteBuffer()
            WebSocketFrame.write(
                .binary, payload, maskedWith: WebSocketMask(0x0102_0304), into: &frame)
            frame.setInteger(first, at: frame.readerIndex)
            stream += frame.readableBytesView
        }
        return stream
    }
}
