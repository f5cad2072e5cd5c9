import AuctionRules
import BidService
import NIOCore
import NIOEmbedded
import StrictJSON
import WireProtocol

@testable import Gateway

/// A hub with connections that the test reads, and broadcasts that it makes up.
final class Floor {
    let clock = ManualClock(Saleroom.noon)
    let statistics = GatewayStatistics()
    let hub: LoopHub
    let budget: OutboundBudget
    private var connections = 0

    /// - Parameter slice: how many of a crowd are told in one go.
    init(limits: GatewayLimits = .generous, slice: Int = .max) {
        budget = OutboundBudget(
            bytesMax: limits.outboundTotalBytesMax, gauge: statistics.outboundBytes)
        hub = LoopHub(
            clock: clock, limits: limits, statistics: statistics, budget: budget, slice: slice)
        self.limits = limits
    }

    private let limits: GatewayLimits

    /// A connection that takes everything until it is told otherwise.
    func connect(_ bidder: String? = nil, in form: WireForm = WireForm()) throws -> Seat {
        connections += 1
        let seat = Seat(
            number: connections, form: form, deflater: hub.deflater, limits: limits,
            statistics: statistics, budget: budget)
        seat.watcher.hasSpoken = true
        hub.add(seat.watcher)
        if let bidder { hub.identify(seat.watcher, as: try BidderID(bidder)) }
        return seat
    }

    /// What the bid service has answered to a connection.
    func answer(_ answer: Answer, to question: Question, of watcher: Watcher) -> Delivery {
        let asked = Asked(
            question, .status(BidKey(bidder: Self.ann, id: question.id), on: question.auction),
            by: watcher.id, on: mailbox)
        return .answer(asked, answer)
    }

    private static let ann: BidderID = {
        do { return try BidderID("ann") } catch { preconditionFailure("\(error)") }
    }()

    /// Whoever is answered on this floor is told by the test itself.
    private lazy var mailbox = LoopMailbox(loop: EmbeddedEventLoop(), hub: hub, pause: nil)

    func watch(
        _ lot: String, by seat: Seat, feed: Feed = .full, seq: Int64 = 0, version: Int64 = 0,
        endsIn: Milliseconds? = nil
    ) throws {
        hub.watch(
            try AuctionID(lot), by: seat.watcher, feed: feed,
            head: LotHead(seq: seq, endsAt: endsIn.map { clock.now().advanced(by: $0) }),
            version: version)
    }

    func watch(
        sale: String, by seat: Seat, feed: Feed = .full, lots: [String] = []
    ) throws {
        hub.watch(
            sale: try SaleID(sale), by: seat.watcher, feed: feed,
            auctions: try lots.map { try AuctionID($0) })
    }

    /// Delivers prices, in one turn, whose frames say `lot/seq`.
    func price(
        _ lot: String, _ seqs: Int64..., sale: String? = nil, endsIn: Milliseconds? = nil
    ) throws {
        hub.deliver(
            try seqs.map { .broadcast(try broadcast(lot, $0, sale: sale, .price, endsIn: endsIn)) })
    }

    func status(_ lot: String, _ seq: Int64, sale: String? = nil) throws {
        hub.deliver([.broadcast(try broadcast(lot, seq, sale: sale, .important, endsIn: nil))])
    }

    /// The board's version is the seq, as if there were one lot.
    func broadcast(
        _ lot: String, _ seq: Int64, sale: String?, _ kind: Broadcast.Kind,
        endsIn: Milliseconds? = nil
    ) throws -> Broadcast {
        Broadcast(
            kind: kind, auction: try AuctionID(lot), sale: try sale.map { try SaleID($0) },
            head: LotHead(seq: seq, endsAt: endsIn.map { clock.now().advanced(by: $0) }),
            version: seq, message: .plain("\(lot)/\(seq)"))
    }

    func words(_ lot: String, _ text: String, version: Int64) throws {
        hub.deliver([
            .broadcast(
                Broadcast(
                    kind: .important, auction: try AuctionID(lot), sale: nil, head: nil,
                    version: version, message: .plain(text)))
        ])
    }

    /// Those of a crowd who have still to be told.
    func tellEverybody() { while hub.isTelling { hub.deliver([]) } }

    func seconds(_ count: Int) {
        for _ in 0..<count {
            clock.set(clock.now().advanced(by: 1000))
            hub.second()
        }
    }
}

extension SharedMessage {
    /// The same bytes in every form.
    static func plain(_ text: String) -> SharedMessage {
        SharedMessage { _, _ in ByteBuffer(string: text) }
    }
}

/// One connection, with its end of the wire.
final class Seat {
    let channel: EmbeddedChannel
    let watcher: Watcher
    private let closing = Closing()

    init(
        number: Int, form: WireForm, deflater: Deflater, limits: GatewayLimits,
        statistics: GatewayStatistics, budget: OutboundBudget
    ) {
        channel = EmbeddedChannel(handler: closing)
        channel.connect(to: Self.address, promise: nil)
        watcher = Watcher(
            id: ConnectionID(number: Int64(number)), form: form, deflater: deflater,
            channel: channel, limits: limits, statistics: statistics, budget: budget)
    }

    private static let address: SocketAddress = {
        do { return try SocketAddress(ipAddress: "127.0.0.1", port: 1) } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// Called when the channel has become inactive, as a handler is.
    func onInactive(_ body: @escaping () -> Void) { closing.onInactive = body }

    /// Called when something is about to be flushed.
    func onFlush(_ body: @escaping () -> Void) { closing.onFlush = body }

    /// Whether something was written to the channel, flushed or not.
    var hasOutbound: Bool { closing.hasWritten }

    /// The close frame that was asked for.
    var closeCode: CloseCode? { closing.code }

    /// What has been written and flushed since the last call: `lot/seq` of broadcasts, the type of
    /// messages, `ping`.
    func heard() throws -> [String] { try frames().map(name) }

    func messages() throws -> [ServerMessage] {
        try frames().compactMap { frame in
            try frame.serverFrame(as: watcher.form.encoding)?.message
        }
    }

    func isWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        if isWritable { watcher.writabilityChanged() }
    }

    func frames() throws -> [ByteBuffer] {
        var frames: [ByteBuffer] = []
        while let frame = try channel.readOutbound(as: ByteBuffer.self) { frames.append(frame) }
        return frames
    }

    private func name(_ frame: ByteBuffer) throws -> String {
        if frame.getInteger(at: frame.readerIndex, as: UInt8.self) == 0x89 { return "ping" }
        guard let message = try frame.serverFrame(as: watcher.form.encoding) else {
            return String(buffer: frame)
        }
        return message.message.type
    }

    private final class Closing: ChannelDuplexHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundIn = ByteBuffer
        var code: CloseCode?
        var onInactive: (() -> Void)?
        var onFlush: (() -> Void)?
        private(set) var hasWritten = false

        func channelInactive(context: ChannelHandlerContext) { onInactive?() }

        func write(
            context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
        ) {
            hasWritten = true
            context.write(data, promise: promise)
        }

        func flush(context: ChannelHandlerContext) {
            onFlush?()
            context.flush()
        }

        func triggerUserOutboundEvent(
            context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
        ) {
            code = (event as? CloseRequest)?.code
            context.flush()
            promise?.succeed()
        }
    }
}
