import NIOCore

/// Reads what a proxy says before a connection's first byte, then lets the connection begin and
/// goes. What is no such header, or does not come in time, ends the connection.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let patience: TimeAmount
    private let statistics: GatewayStatistics
    private let begin: (any Channel, IPAddress?) throws -> Void
    private var bytes = ByteBuffer()
    private var isDone = false
    private var deadline: Scheduled<Void>?

    /// - Parameter begin: gets the client's address, if the proxy names one; adds the handlers that
    ///   follow, or throws to have the connection closed.
    init(
        patience: TimeAmount, statistics: GatewayStatistics,
        _ begin: @escaping (any Channel, IPAddress?) throws -> Void
    ) {
        self.patience = patience
        self.statistics = statistics
        self.begin = begin
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
            self.refuse(context: context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        var more = unwrapInboundIn(data)
        bytes.writeBuffer(&more)
        switch bytes.withUnsafeReadableBytes({ ProxyHeader.read($0) }) {
        case .needsMore: break
        case .malformed: refuse(context: context)
        case .header(let address, let length):
            bytes.moveReaderIndex(forwardBy: length)
            pass(on: address, context: context)
        }
    }

    private func pass(on address: IPAddress?, context: ChannelHandlerContext) {
        isDone = true
        do { try begin(context.channel, address) } catch { return context.close(promise: nil) }
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        bytes = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(context: ChannelHandlerContext) {
        isDone = true
        statistics.reached(.proxyHeader)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isDone else { return context.close(promise: nil) }
        context.fireErrorCaught(error)
    }
}

@available(*, unavailable)
extension ProxyHeaderHandler: Sendable {}
