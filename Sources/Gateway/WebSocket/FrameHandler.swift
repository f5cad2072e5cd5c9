import NIOCore
import WireProtocol

/// What a ``FrameHandler`` has to say beside messages.
enum FrameEvent: Sendable {
    /// The peer broke a rule, and a close frame follows: the last chance to say something.
    case failing(WebSocketFailure)
    /// A control frame goes out next: who keeps back what it has written hands it over now.
    case writing
    /// The close frame of one side is through; what is written from now on goes nowhere.
    case ended
}

/// Asks a ``FrameHandler`` to begin the closing handshake.
struct CloseRequest: Sendable {
    let code: CloseCode
}

/// A WebSocket's frames over its channel: bytes come in and whole messages go on, pings are
/// answered, and the end is the closing handshake. Holds no rule: the session knows what frames
/// mean. Whoever stands behind it writes whole frames.
///
/// Guarantees
/// - a peer that does not read is owed at most one pong that waits in the channel, and of the pings
///   that come meanwhile only the newest is answered (RFC 6455 section 5.5.3 allows that);
/// - nothing goes out after a close frame;
/// - a message that does not come whole in time ends the connection, even if nothing more comes.
final class FrameHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = WebSocketMessage
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: WebSocketSession
    private let closeSecondsMax: Int
    private var isClosing = false
    /// Whether nothing goes out any more.
    private var hasEnded = false
    private var isPongWaiting = false
    /// What the newest ping carried that came while a pong waited.
    private var nextPong: ByteBuffer?
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - inflater: that of the channel's loop, when compression was agreed on.
    ///   - closeSecondsMax: how long a closing handshake may take.
    init(limits: WebSocketLimits, inflater: Inflater?, closeSecondsMax: Int) {
        session = WebSocketSession(limits: limits, inflater: inflater)
        self.closeSecondsMax = closeSecondsMax
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    // MARK: - Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        session.receive(&bytes)
        goOn(context: context)
    }

    private func goOn(context: ChannelHandlerContext) {
        let now = Int64(clamping: context.eventLoop.now.uptimeNanoseconds)
        while perform(session.nextAction(at: now), context: context) {}
        watchDeadline(context: context)
    }

    /// False when there is nothing more to do with what has been read.
    private func perform(_ action: WebSocketAction, context: ChannelHandlerContext) -> Bool {
        switch action {
        case .needMoreData: return false
        case .message(let message): context.fireChannelRead(wrapInboundOut(message))
        case .pong: break
        case .sendPong(let payload): answerPing(payload, context: context)
        case .peerClosed(_, let reply): finish(reply, context: context)
        case .fail(let failure, let closeFrame):
            if closeFrame != nil {
                context.fireUserInboundEventTriggered(FrameEvent.failing(failure))
            }
            finish(closeFrame, context: context)
        }
        return true
    }

    /// One task at a time, whatever the peer begins: if it is too early when it runs, because what
    /// it was for has come whole, it is set anew for what has begun since.
    private func watchDeadline(context: ChannelHandlerContext) {
        guard deadline == nil, let instant = session.deadline else { return }
        let time = NIODeadline.uptimeNanoseconds(UInt64(clamping: instant))
        deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
            self.deadline = nil
            self.goOn(context: context)
        }
    }

    // MARK: - Pings

    private func answerPing(_ payload: ByteBuffer, context: ChannelHandlerContext) {
        guard !isPongWaiting else {
            nextPong = payload
            return
        }
        isPongWaiting = true
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            // One that failed went down with the channel.
            if case .success = result { self.pongWritten(context: context) }
        }
        context.fireUserInboundEventTriggered(FrameEvent.writing)
        // At once, as only that shows whether the peer takes it.
        let pong = WebSocketFrame.encode(.pong, payload.readableBytesView)
        context.writeAndFlush(wrapOutboundOut(pong), promise: written)
    }

    private func pongWritten(context: ChannelHandlerContext) {
        isPongWaiting = false
        guard let payload = nextPong else { return }
        nextPong = nil
        guard !hasEnded else { return }
        answerPing(payload, context: context)
    }

    // MARK: - Writing and closing

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        guard !hasEnded else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        context.write(data, promise: promise)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let request = event as? CloseRequest else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        if let frame = session.close(request.code) {
            context.fireUserInboundEventTriggered(FrameEvent.writing)
            hasEnded = true
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        }
        closeLater(context: context, after: .seconds(Int64(closeSecondsMax)))
        promise?.succeed()
    }

    /// The last frame; then the peer gets a moment to read it, and to close.
    ///
    /// Our side is shut down first and what still comes is read away: a full close with unread
    /// bytes would reset the connection, and the peer might never see the frame.
    private func finish(_ frame: ByteBuffer?, context: ChannelHandlerContext) {
        context.fireUserInboundEventTriggered(FrameEvent.writing)
        hasEnded = true
        context.fireUserInboundEventTriggered(FrameEvent.ended)
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
}

@available(*, unavailable)
extension FrameHandler: Sendable {}
