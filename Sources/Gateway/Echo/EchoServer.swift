import NIOCore
import NIOHTTP1
import NIOPosix

/// A server that says every message back: what conformance suites talk to, so that they judge the
/// frames, the sessions and the handshake of the gateway, and not a copy of them.
///
/// Only the limits differ, as suites send what no client of an auction does: messages of 16 MiB,
/// in 65,537 pieces, and more pings than anybody needs.
package enum EchoServer {
    /// Serves until the listening channel is closed.
    ///
    /// - Parameters:
    ///   - port: 0: any free port.
    ///   - onListening: is told the URL to connect to.
    package static func run(
        host: String, port: Int, onListening: @Sendable (String) -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let bytesMin = limits.compressionBytesMin
        let codecs = try await loop.submit {
            NIOLoopBound(
                (inflater: Inflater(), deflater: Deflater(bytesMin: bytesMin)), eventLoop: loop)
        }.get()
        let upgrader = WebSocketUpgrader(
            policy: WebSocketUpgradePolicy(compresses: true)
        ) { _, _, acceptance in
            let (inflater, deflater) = codecs.value
            let compression = acceptance.form.compression
            return [
                FrameHandler(
                    limits: WebSocketLimits(limits),
                    inflater: compression == .none ? nil : inflater,
                    closeSecondsMax: limits.closeSecondsMax),
                EchoHandler(compression: compression, deflater: deflater),
            ]
        }
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }),
                        withEncoderConfiguration: .init(),
                        withDecoderLimitConfiguration: limits.decoder)
                }
            }
            .bind(host: host, port: port).get()
        let realPort = listener.localAddress?.port ?? port
        onListening("ws://\(host):\(realPort)\(WebSocketUpgrader.path)")
        try await listener.closeFuture.get()
        try await group.shutdownGracefully()
    }

    private static let limits: GatewayLimits = {
        var limits = GatewayLimits()
        limits.messageBytesMax = 16 << 20
        limits.fragmentsMax = 65_537
        limits.messageSecondsMax = 600
        limits.pingsPerSecond = 1_000_000
        limits.pingBurst = 1_000_000
        return limits
    }()
}

/// Says every message back as what it was.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketMessage
    typealias OutboundOut = ByteBuffer

    private let compression: WireForm.Compression
    private let deflater: Deflater

    init(compression: WireForm.Compression, deflater: Deflater) {
        self.compression = compression
        self.deflater = deflater
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let (opcode, payload): (WebSocketOpcode, ByteBuffer) =
            switch unwrapInboundIn(data) {
            case .text(let text): (.text, text)
            case .binary(let bytes): (.binary, bytes)
            }
        let frame = WebSocketFrame.encode(
            opcode, payload.readableBytesView, compression: compression, with: deflater)
        context.write(wrapOutboundOut(frame), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Nothing that a peer does can reach here but a broken connection.
        context.close(promise: nil)
    }
}
