import NIOCore
import WireProtocol

/// Joins a channel that has become a WebSocket to its conversation. Holds no rule: the
/// ``FrameHandler`` before it knows frames, the conversation what messages mean.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketMessage
    typealias OutboundOut = ByteBuffer

    private let id: ConnectionID
    private let form: WireForm
    private let token: String?
    private let station: Station
    private var watcher: Watcher?
    private var conversation: Conversation?
    /// Messages of this read, which are counted together.
    private var received = 0

    /// - Parameters:
    ///   - form: what was agreed on at the upgrade.
    ///   - token: what the upgrade's Authorization header carried.
    init(id: ConnectionID, form: WireForm, token: String?, station: Station) {
        self.id = id
        self.form = form
        self.token = token
        self.station = station
    }

    /// The handlers of a connection, in their order.
    static func handlers(
        id: ConnectionID, form: WireForm, token: String?, station: Station
    ) -> [any ChannelHandler] {
        var limits = WebSocketLimits(station.limits)
        limits.acceptsText = form.encoding == .json
        limits.acceptsBinary = form.encoding == .protobuf
        return [
            FrameHandler(
                limits: limits, inflater: form.compression == .none ? nil : station.hub.inflater,
                closeSecondsMax: station.limits.closeSecondsMax),
            WebSocketHandler(id: id, form: form, token: token, station: station),
        ]
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let watcher = Watcher(
            id: id, form: form, deflater: station.hub.deflater, channel: context.channel,
            limits: station.limits, statistics: station.statistics,
            budget: station.gatekeeper.outbound, direct: DirectSend(context.channel),
            spareOutboxes: station.hub.spareOutboxes)
        let conversation = Conversation(watcher: watcher, station: station)
        self.watcher = watcher
        self.conversation = conversation
        station.hub.add(watcher)
        station.statistics.connectionOpened()
        station.log.opened(id)
        conversation.begin(session: id.name, token: token)
        // Its upgrade was on the way when everybody was sent away, and has not heard of that.
        if station.readiness.isClosing { station.hub.dismiss(watcher) }
        watcher.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    private func leave() {
        guard let watcher else { return }
        countReceived()
        watcher.noteEnd(.broken)
        station.hub.remove(watcher)
        station.statistics.connectionClosed()
        station.log.closed(id, watcher.end ?? .broken)
        self.watcher = nil
        conversation?.end()
        conversation = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += 1
        // The session lets only that kind through that the form has.
        switch unwrapInboundIn(data) {
        case .text(let bytes), .binary(let bytes): conversation?.receive(bytes)
        }
    }

    private func countReceived() {
        if received > 0 { station.statistics.messagesReceived(received) }
        received = 0
    }

    /// Something has come, be it a pong or half a message.
    func channelReadComplete(context: ChannelHandlerContext) {
        countReceived()
        conversation?.submit()
        if let watcher {
            station.hub.heard(from: watcher)
            watcher.flush()
        }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watcher?.writabilityChanged()
        conversation?.goOn()
        watcher?.flush()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case FrameEvent.failing(let failure):
            if let limit = ReachedLimit(failure) { station.statistics.reached(limit) }
            watcher?.noteEnd(ClosedWith(failure.code))
            watcher?.send(.bye(failure.code))
        case FrameEvent.writing: watcher?.yieldChannel()
        case FrameEvent.ended:
            // Unless it was for one of our own reasons.
            watcher?.noteEnd(.peer)
            watcher?.markClosed()
        case is ChannelShouldQuiesceEvent: if let watcher { station.hub.dismiss(watcher) }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Nothing that a peer does can reach here but a broken connection.
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketHandler: Sendable {}
