import AuctionRules
import BidService
import Foundation
import NIOCore
import NIOPosix
import Testing
import WireProtocol

@testable import Gateway

/// Two connections of one hub that are told the same: one past its channel, one through it.
final class TwoWays {
    enum Move {
        /// Prices and words in one turn, of so many bytes each, with notices between them.
        case turn([(lot: String, bytes: Int, isNotice: Bool)])
        case frames([Int])
        /// Answers of that part of the contest, with the news to whom they displaced, in one turn.
        case answers(Range<Int>)
        case ping(Int)
        /// The peers read so many bytes, or stall for this move.
        case read(Int)

        static func random(using random: inout SplitMix) -> Move {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...4:
                .turn(
                    (0..<Int.random(in: 1...6, using: &random)).map { _ in
                        (
                            ["a", "a", "a", "b"].randomElement(using: &random) ?? "a",
                            Int.random(in: 1...1500, using: &random),
                            Int.random(in: 0..<8, using: &random) == 0
                        )
                    })
            case 5: .frames((0..<3).map { _ in Int.random(in: 1...20_000, using: &random) })
            case 7, 8:
                .answers(
                    Int.random(in: 0..<20, using: &random)..<Int.random(in: 20...40, using: &random)
                )
            case 6: .ping(Int.random(in: 0...125, using: &random))
            default: .read(Int.random(in: 1...30_000, using: &random))
            }
        }
    }

    /// Who ends it, and how.
    enum End: CaseIterable {
        case closes, peerCloses, peerFails, closesInTurn

        /// Whether the server then waits for no longer than a second: what a peer has not read by then
        /// it does not get, which is the clock's to say.
        var isHurried: Bool { self == .peerCloses || self == .peerFails }
    }

    let floor: Floor
    let past: Twin
    let through: Twin
    private let listener: any Channel
    private var seq: Int64 = 0

    private init(_ floor: Floor, past: Twin, through: Twin, listener: any Channel) {
        self.floor = floor
        self.past = past
        self.through = through
        self.listener = listener
    }

    /// - Parameter slice: how many are told in one go: with one, much happens when one twin knows and the other one
    ///   does not.
    static func open(
        on loop: any EventLoop, outboundBytesMax: Int = 64 << 20, slice: Int = .max
    ) async throws -> NIOLoopBound<TwoWays> {
        let limits = Self.limits(outboundBytesMax: outboundBytesMax)
        let arrivals = AsyncStream<any Channel>.makeStream()
        let listener = try await ServerBootstrap(group: loop)
            .childChannelOption(.socketOption(.so_sndbuf), value: 8192)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: limits.outboundSoftLow, high: limits.outboundSoftHigh)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        FrameHandler(
                            limits: WebSocketLimits(limits), inflater: nil, closeSecondsMax: 120),
                        Usher(),
                    ])
                    arrivals.continuation.yield(channel)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(listener.localAddress?.port ?? 0)
        let peers = [try Peer(port: port), try Peer(port: port)]
        var channels: [any Channel] = []
        for await channel in arrivals.stream {
            channels.append(channel)
            if channels.count == 2 { break }
        }
        return try await loop.submit { [channels] in
            let floor = Floor(limits: limits, slice: slice)
            let twins = try channels.map { channel in
                // Which of the peers it is: they may have been accepted in any order.
                let port = channel.remoteAddress?.port
                let peer = try #require(peers.first { $0.port == port })
                return try Twin(
                    channel, peer: peer, on: floor, limits: limits, isDirect: peer === peers[0])
            }
            let past = try #require(twins.first { $0.isDirect })
            let through = try #require(twins.first { !$0.isDirect })
            return NIOLoopBound(
                TwoWays(floor, past: past, through: through, listener: listener),
                eventLoop: loop)
        }.get()
    }

    private static func limits(outboundBytesMax: Int) -> GatewayLimits {
        var limits = GatewayLimits.generous
        limits.outboundBytesMax = outboundBytesMax
        return limits
    }

    func perform(_ move: Move) throws {
        switch move {
        case .turn, .answers: break
        // What is written past the hub keeps no order with what goes through it.
        case .frames, .ping, .read: floor.tellEverybody()
        }
        switch move {
        case .turn(let parts):
            floor.hub.deliver(
                try parts.map { lot, bytes, isNotice in
                    guard isNotice else { return try price(of: lot, bytes: bytes) }
                    return .notice(try BidderID("ann"), Self.message("notice ", bytes: bytes))
                })
        case .frames(let sizes):
            for twin in [past, through] {
                for size in sizes { twin.watcher.send(Self.frame("frame ", bytes: size)) }
                twin.watcher.flush()
            }
        case .answers(let part):
            let contest = try Contest(bids: 40)
            let notices = contest.notices.dropFirst(part.lowerBound).prefix(part.count)
            let answers = contest.answers[part].flatMap { question, answer in
                [past, through].map { floor.answer(answer, to: question, of: $0.watcher) }
            }
            let news = notices.map { Delivery.outbid($0) }
            floor.hub.deliver(answers + news)
        case .ping(let bytes):
            // Of the pings of a peer that does not read only the newest is answered, and when that
            // begins is the kernel's to say: here both have read everything.
            for twin in [past, through] {
                _ = try twin.read(.max)
                guard twin.hasNothingWaiting else { return }
            }
            for twin in [past, through] {
                // Written in the same turn, and not flushed before the pong.
                twin.watcher.send(Self.frame("before ", bytes: bytes))
                twin.receive(.ping, [UInt8](repeating: 7, count: bytes))
                twin.watcher.send(Self.frame("after ", bytes: bytes))
                twin.watcher.flush()
            }
        case .read(let bytes):
            for twin in [past, through] { _ = try twin.read(bytes) }
        }
    }

    private func price(of lot: String, bytes: Int) throws -> Delivery {
        seq += 1
        return .broadcast(
            Broadcast(
                kind: .price, auction: try AuctionID(lot), sale: nil,
                head: LotHead(seq: seq, endsAt: nil), version: seq,
                message: Self.message("\(seq) ", bytes: bytes)))
    }

    /// Prices that nobody reads.
    func fill() throws { try perform(.turn([("a", 900, false), ("a", 900, false)])) }

    func end(_ end: End) throws {
        floor.tellEverybody()
        for twin in [past, through] {
            twin.watcher.send(Self.frame("last ", bytes: 300))
            switch end {
            case .closes: twin.watcher.close(.overloaded)
            case .peerCloses: twin.receive(.close, [0x03, 0xe8])
            case .peerFails: twin.receive(.text, [0xff])
            case .closesInTurn: break
            }
        }
        if end == .closesInTurn {
            floor.hub.deliver([
                try price(of: "a", bytes: 300), .revoked(.bidder(try BidderID("ann"))),
                try price(of: "a", bytes: 300),
            ])
        }
        // Nothing of this may go out.
        try perform(.turn([("a", 300, false)]))
        try perform(.frames([300]))
    }

    /// True when both have read all that waits for them.
    func readAll() throws -> Bool {
        for twin in [past, through] { _ = try twin.read(.max) }
        return past.hasNothingWaiting && through.hasNothingWaiting
    }

    /// True when both have come to the end of what they are sent.
    func readToEnd() throws -> Bool {
        let ends = try [past, through].map { try $0.read(.max) }
        return ends.allSatisfy { $0 }
    }

    func close() { listener.close(promise: nil) }

    private static func frame(_ text: String, bytes: Int) -> ByteBuffer {
        WebSocketFrame.encode(
            .text, Array(text.utf8) + [UInt8](repeating: 0x78, count: bytes))
    }

    private static func message(_ text: String, bytes: Int) -> SharedMessage {
        SharedMessage { _, _ in frame(text, bytes: bytes) }
    }
}

/// One of the two connections.
final class Twin {
    let watcher: Watcher
    private(set) var heard: [UInt8] = []
    private let channel: any Channel
    private let peer: Peer
    private var isOver = false

    init(
        _ channel: any Channel, peer: Peer, on floor: Floor, limits: GatewayLimits, isDirect: Bool
    ) throws {
        self.channel = channel
        self.peer = peer
        watcher = Watcher(
            id: ConnectionID(number: isDirect ? 1 : 2), form: WireForm(),
            deflater: floor.hub.deflater, channel: channel, limits: limits,
            statistics: floor.statistics, budget: floor.budget,
            direct: isDirect ? DirectSend(channel) : nil, spareOutboxes: floor.hub.spareOutboxes)
        watcher.hasSpoken = true
        floor.hub.add(watcher)
        floor.hub.identify(watcher, as: try BidderID("ann"))
        floor.hub.watch(
            try AuctionID("a"), by: watcher, feed: .full, head: LotHead(seq: 0, endsAt: nil),
            version: 0)
        let usher = try channel.pipeline.syncOperations.handler(type: Usher.self)
        usher.watcher = watcher
        usher.hub = floor.hub
    }

    var isDirect: Bool { watcher.direct != nil }
    var isClosed: Bool { watcher.isClosed }
    var behind: Int { watcher.behind }

    var hasNothingWaiting: Bool {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0
    }

    /// The peer sends a frame, which comes at once.
    func receive(_ opcode: WebSocketOpcode, _ payload: [UInt8]) {
        var frame = ByteBuffer()
        WebSocketFrame.write(opcode, payload, maskedWith: WebSocketMask(0), into: &frame)
        channel.pipeline.syncOperations.fireChannelRead(NIOAny(frame))
        channel.pipeline.syncOperations.fireChannelReadComplete()
    }

    /// The peer reads so many bytes, as far as they are there, and hangs up when there are no more to
    /// come. True when that is so.
    func read(_ bytes: Int) throws -> Bool {
        guard !isOver else { return true }
        let (read, isOver) = try peer.read(bytes)
        heard += read
        // The server waits for the peer's answer to its close.
        if heard.suffix(4).starts(with: [0x88, 0x02]) { peer.close() }
        self.isOver = isOver || peer.isClosed
        return self.isOver
    }
}

/// The other end of a connection: a bare socket. Used on one event loop only, once it is made.
final class Peer: @unchecked Sendable {
    // Made by the test, which then leaves it to the loop for good.
    let port: Int
    private(set) var isClosed = false
    private let descriptor: CInt

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var size: CInt = 8192
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        let descriptor = descriptor
        var status = try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
            .withSockAddr { address, length in connect(descriptor, address, socklen_t(length)) }
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        if status == 0 {
            status = withUnsafeMutableBytes(of: &name) { name in
                let address = name.assumingMemoryBound(to: sockaddr.self).baseAddress
                return getsockname(descriptor, address, &length)
            }
        }
        self.port = SocketAddress(name).port ?? 0
        try #require(descriptor >= 0 && status == 0)
    }

    deinit { close() }

    /// What is there, up to so many bytes, and whether nothing will come any more.
    func read(_ bytes: Int) throws -> ([UInt8], isOver: Bool) {
        guard !isClosed else { return ([], true) }
        var buffer = [UInt8](repeating: 0, count: min(bytes, 65_536))
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        if count > 0 { return (Array(buffer[..<count]), false) }
        return ([], count == 0 || errno != EAGAIN)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Foundation.close(descriptor)
    }
}

/// Does for a watcher what a ``WebSocketHandler`` does.
private final class Usher: ChannelInboundHandler {
    typealias InboundIn = WebSocketMessage
    var watcher: Watcher?
    var hub: LoopHub?

    func channelInactive(context: ChannelHandlerContext) {
        if let watcher { hub?.remove(watcher) }
        context.fireChannelInactive()
    }

    func channelReadComplete(context: ChannelHandlerContext) { watcher?.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watcher?.writabilityChanged()
        watcher?.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case FrameEvent.failing(let failure): watcher?.send(.bye(failure.code))
        case FrameEvent.writing: watcher?.yieldChannel()
        case FrameEvent.ended: watcher?.markClosed()
        default: break
        }
    }
}
