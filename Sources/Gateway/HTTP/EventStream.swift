import AuctionRules
import BidService
import NIOCore
import NIOHTTP1
import WireProtocol

/// What somebody asked for who wants a lot's events (protocol, section 5).
struct EventStream: HTTPStream {
    let auction: AuctionID
    let feed: Feed
    /// From where on; nil: from a snapshot.
    let point: EventPoint?
    /// What the request's Authorization header carried.
    let token: String?
    /// The station of an event loop of the server's; called on that loop.
    let station: @Sendable (any EventLoop) -> Station

    let headers: HTTPHeaders = [
        "Content-Type": "text/event-stream",
        // For proxies that would keep events back until there are many.
        "X-Accel-Buffering": "no",
    ]

    func makeHandler(on loop: any EventLoop, isChunked: Bool) -> any ChannelHandler {
        EventStreamHandler(station: station(loop), isChunked: isChunked) { watcher, station in
            LotTelling(self, to: watcher, at: station)
        }
    }
}

/// What is told over one connection's event stream. Belongs to its event loop.
protocol EventTelling: AnyObject {
    /// Lets the watcher in, and tells it where things stand.
    func begin()
    /// The connection takes more again.
    func goOn()
    /// The connection is gone.
    func end()
}

/// A lot, as everybody may see it and the bidder himself.
private final class LotTelling: EventTelling {
    private let stream: EventStream
    private let watcher: Watcher
    private let station: Station
    /// For whom the connection is counted.
    private var speaksFor: BidderID?

    init(_ stream: EventStream, to watcher: Watcher, at station: Station) {
        self.stream = stream
        self.watcher = watcher
        self.station = station
    }

    func begin() {
        guard let token = stream.token else { return enter() }
        // Looked at once more: the token may have been revoked since the request was looked at, and
        // from here on a revocation finds the connection.
        switch station.authenticator.identify(token: token) {
        case .success(.bidder(let bidder, let credential, let expiresAt)):
            guard station.gatekeeper.admit(speakerFor: bidder) else {
                return watcher.close(.tooManyConnections)
            }
            speaksFor = bidder
            station.hub.identify(watcher, as: bidder, by: credential, expiresAt: expiresAt)
            enter()
        case .success(.administrator): enter()
        case .failure(.expired): watcher.close(.tokenExpired)
        case .failure: watcher.close(.revoked)
        }
    }

    /// One lot is told at once.
    func goOn() {}

    func end() {
        if let speaksFor { station.gatekeeper.leave(speakerFor: speaksFor) }
        speaksFor = nil
    }

    private func enter() {
        let board = station.service.board
        let position = stream.point.map { (log: $0.log ?? board.logID, seq: $0.seq) }
        station.hub.expect(.auction(stream.auction))
        guard let entrance = board.enter(stream.auction, after: position, for: watcher.bidder)
        else {
            // It was there when the request came: another log stands in this one's place.
            return watcher.close(.overloaded)
        }
        station.enter(
            entrance, of: stream.auction, after: position, feed: stream.feed, for: watcher)
    }
}

/// Joins a connection whose answer is a stream of events to the watchers. Whatever the client
/// still sends ends it: nothing can be answered any more.
final class EventStreamHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let station: Station
    private let isChunked: Bool
    private let makeTelling: (Watcher, Station) -> any EventTelling
    private var watcher: Watcher?
    private var telling: (any EventTelling)?
    private var isClosing = false

    /// - Parameter makeTelling: what the watcher is told.
    init(
        station: Station, isChunked: Bool,
        makeTelling: @escaping (Watcher, Station) -> any EventTelling
    ) {
        self.station = station
        self.isChunked = isChunked
        self.makeTelling = makeTelling
    }

    func handlerAdded(context: ChannelHandlerContext) {
        limitSilence(context: context)
        let watcher = Watcher(
            id: .nextOfEvents(), form: .events(log: station.service.board.logID),
            deflater: station.hub.deflater, channel: context.channel, limits: station.limits,
            statistics: station.statistics, budget: station.gatekeeper.outbound)
        // What there was to say is in the request.
        watcher.hasSpoken = true
        self.watcher = watcher
        station.hub.add(watcher)
        station.statistics.connections.add(to: .eventStream)
        station.statistics.connectionsOpened.count(.eventStream)
        station.log.opened(watcher.id)
        let telling = makeTelling(watcher, station)
        self.telling = telling
        telling.begin()
        watcher.flush()
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        guard let watcher else { return }
        watcher.noteEnd(.peer)
        station.hub.remove(watcher)
        station.statistics.connectionClosed()
        telling?.end()
        telling = nil
        station.log.closed(watcher.id, watcher.end ?? .peer)
        self.watcher = nil
    }

    /// A peer that has vanished takes no heartbeat: the kernel ends the connection when what was
    /// sent is not acknowledged for so long. A local socket has no such option and needs none.
    private func limitSilence(context: ChannelHandlerContext) {
        let seconds = station.limits.heartbeatSeconds + station.limits.pongSecondsMax
        context.channel.setOption(
            .tcpOption(.init(rawValue: Self.tcpUserTimeout)),
            value: .init(clamping: seconds * 1000)
        ).whenFailure { _ in }
    }

    /// Linux's TCP_USER_TIMEOUT, which Glibc's headers leave out: in milliseconds.
    private static let tcpUserTimeout: CInt = 18

    // MARK: - Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, let watcher { station.hub.dismiss(watcher) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Nothing that a peer does can reach here but a broken connection, or what is no HTTP.
        context.close(promise: nil)
    }

    // MARK: - Writing and closing

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        let chunk = unwrapOutboundIn(data)
        let bytes = isChunked ? chunk : EventChunk.content(of: chunk)
        context.write(wrapOutboundOut(bytes), promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watcher?.writabilityChanged()
        if watcher?.isKeepingUp == true {
            telling?.goOn()
            watcher?.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is CloseRequest else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        guard !isClosing else { return }
        isClosing = true
        if isChunked { context.write(wrapOutboundOut(EventChunk.last), promise: nil) }
        context.flush()
        linger(context: context)
    }

    /// Our side ends first, and the client gets a moment to read what there is, and to close.
    private func linger(context: ChannelHandlerContext) {
        let bound = context.loopBound
        context.close(mode: .output).whenFailure { _ in bound.value.close(promise: nil) }
        context.eventLoop.assumeIsolated().scheduleTask(
            in: .seconds(Int64(station.limits.closeSecondsMax))
        ) {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension EventStreamHandler: Sendable {}
