import NIOCore
import WireProtocol

/// Joins a channel that has become a WebSocket to its session and its conversation. Holds no rule:
/// the session says what frames mean, the conversation what messages mean.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let id: ConnectionID
    private let form: WireForm
    private let token: String?
    private let station: Station
    private var session: WebSocketSession
    private var watcher: Watcher?
    private var conversation: Conversation?
    private var isClosing = false

    /// - Parameters:
    ///   - form: what was agreed on at the upgrade.
    ///   - token: what the upgrade's Authorization header carried.
    init(id: ConnectionID, form: WireForm, token: String?, station: Station) {
        self.id = id
        self.form = form
        self.token = token
        self.station = station
        session = WebSocketSession(
            limits: WebSocketLimits(
                messageBytesMax: station.limits.messageBytesMax,
                fragmentsMax: station.limits.fragmentsMax,
                acceptsText: form.encoding == .json, acceptsBinary: form.encoding == .protobuf))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let watcher = Watcher(
            id: id, form: form, channel: context.channel, limits: station.limits,
            statistics: station.statistics)
        let conversation = Conversation(watcher: watcher, station: station)
        self.watcher = watcher
        self.conversation = conversation
        station.hub.add(watcher)
        station.statistics.connectionOpened()
        conversation.begin(session: String(id.number, radix: 36), token: token)
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
        station.hub.remove(watcher)
        station.statistics.connectionClosed()
        self.watcher = nil
        conversation = nil
    }

    // MARK: - Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard let watcher else { return }
        station.hub.heard(from: watcher)
        session.receive(&bytes)
        let now = Int64(clamping: NIODeadline.now().uptimeNanoseconds)
        while perform(session.nextAction(at: now), context: context) {}
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        watcher?.flush()
        context.fireChannelReadComplete()
    }

    /// False when there is nothing more to do with what has been read.
    private func perform(_ action: WebSocketAction, context: ChannelHandlerContext) -> Bool {
        switch action {
        case .needMoreData: return false
        case .message(.text(let bytes)), .message(.binary(let bytes)):
            station.statistics.messageReceived()
            conversation?.receive(bytes)
        case .pong: break
        case .sendPong(let payload):
            watcher?.send(WebSocketFrame.encode(.pong, payload.readableBytesView))
        case .peerClosed(_, let reply): finish(reply, context: context)
        case .fail(let failure, let closeFrame):
            if closeFrame != nil { watcher?.send(.bye(failure.code)) }
            finish(closeFrame, context: context)
        }
        return true
    }

    // MARK: - Writing and closing

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        watcher?.writabilityChanged()
        conversation?.goOn()
        watcher?.flush()
        context.fireChannelWritabilityChanged()
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let request = event as? CloseRequest else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        if let frame = session.close(request.code) {
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        }
        closeLater(context: context, after: .seconds(Int64(station.limits.closeSecondsMax)))
        promise?.succeed()
    }

    /// The last frame; then the peer gets a moment to read it, and to close.
    ///
    /// Our side is shut down first and what still comes is read away: a full close with unread
    /// bytes would reset the connection, and the peer might never see the frame.
    private func finish(_ frame: ByteBuffer?, context: ChannelHandlerContext) {
        watcher?.markClosed()
        // Our own close went out before: now there is nothing left to wait for.
        guard !isClosing else { return context.close(promise: nil) }
        if let frame { context.write(wrapOutboundOut(frame), promise: nil) }
        context.flush()
        context.close(mode: .output, promise: nil)
        closeLater(context: context, after: .seconds(1))
    }

    private func closeLater(context: ChannelHandlerContext, after delay: TimeAmount) {
        guard !isClosing else { return }
        isClosing = true
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            if let watcher { station.hub.dismiss(watcher) }
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
