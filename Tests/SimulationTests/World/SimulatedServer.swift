import AuctionRules
import Ledger
import Logging
import NIOCore
import NIOEmbedded
import Proof
import WireProtocol

@testable import BidService
@testable import Gateway

/// The server's process: the real service and the real sessions of one event loop, on one thread, and
/// nothing of it runs unless the world says so.
final class SimulatedServer {
    let service: BidService
    private let runner = SteppedRunner()
    private let loop = EmbeddedEventLoop()
    private let station: Station
    private var connectionCount: Int64 = 0

    /// - Parameter key: what it signs with, as soon as the log has it.
    init(
        limits: ServiceLimits, clock: ManualClock, key: SigningKey,
        openLog: @escaping @Sendable () throws(LedgerError) -> any BidLog
    ) throws(LedgerError) {
        let fanOut = FanOut(clock: clock)
        service = try BidService(
            limits: limits, clock: clock, publisher: fanOut, onFailure: { _ in }, onRecovery: {},
            runner: runner, openLog: openLog)
        let statistics = GatewayStatistics()
        let limits = GatewayLimits.simulated
        let gatekeeper = Gatekeeper(
            limits: limits, clock: MonotonicClock { 0 }, statistics: statistics)
        // One after the other, so that whatever happens happens in between, too.
        let hub = LoopHub(
            clock: clock, limits: limits, statistics: statistics, budget: gatekeeper.outbound,
            slice: 1)
        station = Station(
            hub: hub, mailbox: LoopMailbox(loop: loop, hub: hub), service: service,
            authenticator: Authenticator(board: service.board, clock: clock, limits: limits),
            gatekeeper: gatekeeper, clock: clock, limits: limits, statistics: statistics,
            readiness: Readiness(),
            log: ConnectionLog(Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }))
        fanOut.attach([station.mailbox], board: service.board)
        sign(with: key)
    }

    deinit { runner.abandon() }

    /// The house has another key.
    func sign(with key: SigningKey) { service.use(key) { _ in } }

    /// The writer decides what has come.
    func decide() { _ = runner.round() }

    /// The log's thread writes what was decided; when nothing else is on its way it makes that durable and lets it
    /// out, too.
    func commit() { runner.commit() }

    /// The log's thread writes what was decided, and leaves the rest to the releasing one.
    func write() { runner.commit(keepsNone: true) }

    /// The releasing thread makes durable what was written, and lets it out.
    func release() { runner.release() }

    /// The event loop does what waits for it, and tells the next one of a crowd.
    func turn() { loop.advanceTime(by: LoopMailbox.pauseOfSockets) }

    /// Some have still to be told of what was let out.
    var isTelling: Bool { hub.isTelling }

    /// The event loop's second is over. All are looked after at once: their order is that of a dictionary, and no
    /// seed's.
    func second() {
        hub.second()
        while hub.isInRound { hub.lookAfterMore() }
    }

    /// Who watches what.
    var hub: LoopHub { station.hub }

    /// Stops as on SIGTERM: all that waits is answered.
    func stop() {
        service.stop()
        repeat { turn() } while isTelling
    }

    /// A client has come with that token.
    func connect(token: String) throws -> SimulatedChannel {
        connectionCount += 1
        return try SimulatedChannel(
            loop: loop,
            handlers: WebSocketHandler.handlers(
                id: ConnectionID(number: connectionCount), form: WireForm(), token: token,
                station: station))
    }
}

/// The server's end of one WebSocket.
final class SimulatedChannel {
    private let channel: EmbeddedChannel

    init(loop: EmbeddedEventLoop, handlers: [any ChannelHandler]) throws {
        channel = EmbeddedChannel(loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandlers(handlers)
    }

    var isOpen: Bool { channel.isActive }

    /// A message has come, as one frame.
    func receive(_ message: [UInt8]) {
        var frame = ByteBuffer()
        WebSocketFrame.write(
            .text, message, isFinal: true, maskedWith: WebSocketMask(0x37fa_213d), into: &frame)
        // What the handlers throw ends in the handlers.
        _ = try? channel.writeInbound(frame)
    }

    /// Whether the peer takes what is written.
    func takes(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    /// What was written since the last call.
    func written() -> [SimulatedFrame] {
        var frames: [SimulatedFrame] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
            if let frame = SimulatedFrame(Array(buffer.readableBytesView)) { frames.append(frame) }
        }
        return frames
    }

    func close() {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
    }
}

/// What a frame of the server's says.
enum SimulatedFrame: Hashable {
    case message([UInt8])
    case close

    /// Nil for a ping.
    init?(_ bytes: [UInt8]) {
        switch bytes.first {
        case 0x81:
            let start = bytes[1] == 127 ? 10 : bytes[1] == 126 ? 4 : 2
            self = .message(Array(bytes.dropFirst(start)))
        case 0x88: self = .close
        default: return nil
        }
    }
}

extension GatewayLimits {
    /// Nobody is refused for asking too often: what is looked for here are other faults.
    fileprivate static var simulated: GatewayLimits {
        var limits = GatewayLimits()
        limits.messagesPerSecond = 1_000_000
        limits.messageBurst = 1_000_000
        limits.bidsPerSecond = 1_000_000
        limits.bidBurst = 1_000_000
        limits.bidsOnLotPerSecond = 1_000_000
        limits.bidOnLotBurst = 1_000_000
        limits.connectionsPerBidderMax = 1_000_000
        return limits
    }
}

extension SimulatedServer {
    static func hash(of token: String) -> TokenHash { TokenSecret.sha256(of: token) }
}
