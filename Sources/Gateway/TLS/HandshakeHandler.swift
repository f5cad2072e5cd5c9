import NIOCore
import NIOExtras
import NIOSSL
import NIOTLS

/// Stands behind the TLS handler until the handshake is done, within its time; only then does the
/// rest of the connection begin, so that one that never gets there costs little.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let patience: TimeAmount
    private let statistics: GatewayStatistics
    private let begin: (any Channel) throws -> Void
    private var deadline: Scheduled<Void>?
    private var isOver = false
    private var isCounted = false

    /// - Parameters:
    ///   - patience: for the whole handshake.
    ///   - begin: puts in what speaks over TLS; on the channel's event loop.
    init(
        patience: TimeAmount, statistics: GatewayStatistics,
        begin: @escaping (any Channel) throws -> Void
    ) {
        self.patience = patience
        self.statistics = statistics
        self.begin = begin
    }

    func handlerAdded(context: ChannelHandlerContext) {
        isCounted = true
        statistics.connections.add(to: .handshaking)
        statistics.connectionsOpened.count(.handshaking)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
            self.fail(.timedOut, context: context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    private func leave() {
        deadline?.cancel()
        guard isCounted else { return }
        isCounted = false
        statistics.connections.remove(from: .handshaking)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            succeed(context: context)
        } else if event is ChannelShouldQuiesceEvent {
            // The server stops, and nothing was said yet that would want an answer.
            isOver = true
            deadline?.cancel()
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func succeed(context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        leave()
        statistics.tlsHandshakes.count()
        do {
            try begin(context.channel)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver else { return context.fireErrorCaught(error) }
        fail(TLSFailure(error), context: context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !isOver { fail(.hungUp, context: context) }
        context.fireChannelInactive()
    }

    private func fail(_ failure: TLSFailure, context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        deadline?.cancel()
        statistics.tlsFailed(failure)
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension HandshakeHandler: Sendable {}
