import NIOCore
import NIOEmbedded
import Testing
import WireProtocol

@testable import Gateway

/// Frames over a channel: pongs, the deadline, and what goes out around a close.
@Suite struct FrameHandlerTests {
    /// A channel whose peer reads, or does not.
    private struct Line {
        let channel: EmbeddedChannel
        private let gate: Gate

        init(limits: WebSocketLimits = .init()) throws {
            gate = Gate()
            channel = EmbeddedChannel(handlers: [
                gate, FrameHandler(limits: limits, inflater: nil, closeSecondsMax: 5), Behind(),
            ])
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        /// From then on nothing that is written is taken, until ``takeAll()``.
        func block() { gate.isShut = true }
        func takeAll() { gate.open() }
        var waiting: Int { gate.held.count }

        func say(_ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }

        /// What has gone out, each frame as its opcode's letter and its payload.
        func heard() throws -> [String] {
            var frames: [String] = []
            while let frame = try channel.readOutbound(as: ByteBuffer.self) {
                let bytes = Array(frame.readableBytesView)
                let kind = bytes[0] == 0x8a ? "pong " : bytes[0] == 0x88 ? "close " : ""
                let payload = bytes.dropFirst(bytes[0] == 0x88 && bytes.count > 3 ? 4 : 2)
                frames.append(kind + String(decoding: payload, as: UTF8.self))
            }
            return frames
        }

        func messages() throws -> [WebSocketMessage] {
            var messages: [WebSocketMessage] = []
            while let message = try channel.readInbound(as: WebSocketMessage.self) {
                messages.append(message)
            }
            return messages
        }
    }

    /// Keeps writes back as a socket does whose peer does not read.
    private final class Gate: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        var isShut = false
        private(set) var held: [(NIOAny, EventLoopPromise<Void>?)] = []
        private var context: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }
        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

        func write(
            context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
        ) {
            guard isShut else { return context.write(data, promise: promise) }
            held.append((data, promise))
        }

        func open() {
            isShut = false
            let all = held
            held = []
            for (data, promise) in all { context?.write(data, promise: promise) }
            context?.flush()
        }
    }

    /// Says good-bye when a rule was broken, as a conversation does.
    private final class Behind: ChannelInboundHandler {
        typealias InboundIn = WebSocketMessage
        typealias OutboundOut = ByteBuffer

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            switch event {
            case FrameEvent.failing:
                context.channel.write(
                    WebSocketFrame.encode(.text, Array("bye".utf8)), promise: nil)
            case FrameEvent.ended:
                context.channel.write(
                    WebSocketFrame.encode(.text, Array("too late".utf8)), promise: nil)
            default: break
            }
        }
    }

    @Test func everyPingIsAnsweredWhileThePeerReads() throws {
        let line = try Line()
        try line.say((0..<10).flatMap { Wire.frame(.ping, Array("\($0)".utf8)) })
        #expect(try line.heard() == (0..<10).map { "pong \($0)" })
    }

    @Test func atMostOnePongWaitsForAPeerThatDoesNotRead() throws {
        let line = try Line()
        line.block()
        for number in 0..<9 {
            try line.say(Wire.frame(.ping, Array("\(number)".utf8)))
            #expect(line.waiting == 1)
        }
        line.takeAll()
        #expect(try line.heard() == ["pong 0", "pong 8"])
        // Nothing is owed any more, and the next one is answered at once.
        try line.say(Wire.frame(.ping, Array("x".utf8)))
        #expect(try line.heard() == ["pong x"])
    }

    @Test func noPongFollowsAClose() throws {
        let line = try Line()
        line.block()
        for text in ["a", "b"] { try line.say(Wire.frame(.ping, Array(text.utf8))) }
        try line.say(Wire.close(1000))
        line.takeAll()
        #expect(try line.heard() == ["pong a", "close "])
    }

    @Test func failureIsToldBeforeTheCloseFrameAndNothingAfter() throws {
        let line = try Line()
        try line.say(Wire.text("hello") + [0x83])
        #expect(try line.messages() == [.text(ByteBuffer(string: "hello"))])
        #expect(try line.heard() == ["bye", "close unknown opcode"])
    }

    @Test func nothingGoesOutAfterOurClose() throws {
        let line = try Line()
        line.channel.pipeline.triggerUserOutboundEvent(
            CloseRequest(code: .draining), promise: nil)
        let late = line.channel.writeAndFlush(WebSocketFrame.encode(.text, []))
        #expect(try line.heard() == ["close "])
        #expect(throws: ChannelError.self) { try late.wait() }
        try line.say(Wire.frame(.ping) + Wire.close(4101))
        #expect(try line.heard() == [])
        #expect(!line.channel.isActive)
    }

    @Test func peerThatFallsSilentWithinAMessageIsClosed() throws {
        let line = try Line()
        try line.say(Wire.text("whole") + Wire.text("half", isFinal: false))
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(try line.heard() == [])
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(
            try line.heard() == ["bye", "close the message did not come whole in time"])
    }

    @Test func timeIsCountedFromEachMessagesOwnBeginning() throws {
        let line = try Line()
        let loop = line.channel.embeddedEventLoop
        for _ in 0..<5 {
            try line.say(Wire.text("a", isFinal: false))
            loop.advanceTime(by: .seconds(8))
            try line.say(Wire.frame(.continuation))
        }
        #expect(try line.heard() == [])
        #expect(try line.messages().count == 5)
        try line.say(Wire.text("b", isFinal: false))
        loop.advanceTime(by: .seconds(10))
        #expect(try line.heard().first == "bye")
    }

    @Test func peerThatNeverAnswersOurCloseIsCutOff() throws {
        let line = try Line()
        line.channel.pipeline.triggerUserOutboundEvent(CloseRequest(code: .normal), promise: nil)
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(line.channel.isActive)
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!line.channel.isActive)
    }
}
