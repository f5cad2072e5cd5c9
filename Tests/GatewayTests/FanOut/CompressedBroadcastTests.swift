import AuctionRules
import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import WireProtocol

@testable import Gateway

@Suite("What goes out compressed")
struct CompressedBroadcastTests {
    private static func notice(_ text: String) throws -> ServerMessage {
        .notice(.init(.sale(try SaleID("s")), text: text, at: Saleroom.noon))
    }

    private static func long() throws -> ServerMessage {
        try notice(String(repeating: "Lot 12 is withdrawn. ", count: 60))
    }

    private static func broadcast(_ message: SharedMessage) throws -> Gateway.Broadcast {
        Gateway.Broadcast(
            kind: .important, auction: try AuctionID("a"), sale: nil,
            head: LotHead(seq: 1, endsAt: nil), version: 1, message: message)
    }

    /// What a client makes of a frame, and whether it came compressed.
    private static func read(_ frame: ByteBuffer) throws -> (text: String, isCompressed: Bool) {
        var frame = frame
        var session = WebSocketSession(
            role: .client, limits: WebSocketLimits(messageBytesMax: 1 << 20), inflater: Inflater())
        let first = frame.getInteger(at: frame.readerIndex, as: UInt8.self) ?? 0
        session.receive(&frame)
        guard case .message(.text(let text)) = session.nextAction(at: 0) else {
            throw Surprise("no text")
        }
        return (String(buffer: text), first & 0x40 != 0)
    }

    @Test("A broadcast is compressed once for each window, and shared")
    func oncePerWindow() throws {
        let floor = Floor()
        let forms = [
            WireForm(), .init(.json, compression: .deflate(windowBits: 15)),
            .init(.json, compression: .deflate(windowBits: 9)),
        ]
        let seats = try (0..<30).map { try floor.connect(in: forms[$0 % 3]) }
        for seat in seats { try floor.watch("a", by: seat) }
        let made = Mutex<[WireForm: Int]>([:])
        let frame = ServerFrame(try Self.long())
        let message = SharedMessage { form, deflater in
            made.withLock { $0[form, default: 0] += 1 }
            return Frames.encode(frame, in: form, with: deflater)
        }
        floor.hub.deliver([.broadcast(try Self.broadcast(message))])
        #expect(made.withLock { $0 } == [forms[0]: 1, forms[1]: 1, forms[2]: 1])
        let plain = String(decoding: frame.encoded(), as: UTF8.self)
        for (number, seat) in seats.enumerated() {
            let frames = try seat.frames()
            try #require(frames.count == 1)
            let (text, isCompressed) = try Self.read(frames[0])
            #expect(text == plain)
            #expect(isCompressed == (number % 3 != 0))
            if isCompressed { #expect(frames[0].readableBytes < plain.utf8.count / 4) }
        }
    }

    @Test("Less than 512 bytes are not compressed, and more are")
    func onlyLargeOnes() throws {
        let floor = Floor()
        let form = WireForm(.json, compression: .deflate(windowBits: 15))
        let seat = try floor.connect(in: form)
        try floor.watch("a", by: seat)
        for message in [try Self.notice("Welcome."), try Self.long()] {
            floor.hub.deliver([.broadcast(try Self.broadcast(SharedMessage(message)))])
        }
        let read = try seat.frames().map { try Self.read($0).isCompressed }
        #expect(read == [false, true])
        let deflater = Deflater(bytesMin: GatewayLimits().compressionBytesMin)
        for (count, isCompressed) in [(511, false), (512, true)] {
            let frame = WebSocketFrame.encode(
                .text, [UInt8](repeating: 0x61, count: count), compression: form.compression,
                with: deflater)
            #expect(try Self.read(frame).isCompressed == isCompressed)
        }
    }

    @Test("A conversation goes on compressed, both ways, and a bomb ends it")
    func conversation() async throws {
        var limits = GatewayLimits()
        limits.compressionBytesMin = 100
        let gallery = try await Gallery(limits: limits)
        try await gallery.openLots(["a"])
        let caller = try await gallery.connect(
            compression: .deflate(windowBits: 15))
        func next() async throws -> (text: String, isCompressed: Bool) {
            try Self.read(try await caller.channel.waitForOutboundWrite(as: ByteBuffer.self))
        }
        let welcome = try await next()
        #expect(welcome.isCompressed && welcome.text.contains("\"welcome\""))
        let watch = Array("{\"type\":\"watch\",\"auction\":\"a\"}".utf8)
        try await caller.channel.writeInbound(
            ByteBuffer(bytes: Wire.compressed(Wire.deflated(watch))))
        let snapshot = try await next()
        #expect(snapshot.isCompressed && snapshot.text.contains("\"snapshot\""))
        let bomb = Wire.deflated([UInt8](repeating: 0x20, count: 10 << 20))
        try await caller.channel.writeInbound(ByteBuffer(bytes: Wire.compressed(bomb)))
        #expect(try await next().text.contains("\"bye\",\"code\":1009"))
        let close = try await caller.channel.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(Array(close.readableBytesView.prefix(4).dropFirst(2)) == [0x03, 0xf1])
    }
}
