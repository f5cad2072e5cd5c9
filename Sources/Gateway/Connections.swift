import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
import NIOSSL

/// How a connection begins: over TCP with TLS, where there is a certificate; then as HTTP, from
/// which its first request may make a WebSocket.
struct Connections: Sendable {
    let stations: Stations
    let upgrader: WebSocketUpgrader
    let responder: any HTTPResponder
    let statistics: GatewayStatistics
    let limits: GatewayLimits
    /// Nil: plain.
    let certificate: ServerCertificate?

    /// - Parameter isLocal: for the Unix domain socket, which only administrators can open.
    func bootstrap(
        on group: MultiThreadedEventLoopGroup, quiescing: ServerQuiescingHelper, isLocal: Bool
    ) -> ServerBootstrap {
        let bootstrap = ServerBootstrap(group: group)
            // As many as the kernel lets wait: thousands reconnect at once after a restart.
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: limits.outboundSoftLow, high: limits.outboundSoftHigh)
            )
            // What a connection keeps for its next read: most messages have some hundred bytes, and
            // thousands of watchers hardly send any.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 256, initial: 1024, maximum: 65_536)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel, isLocal: isLocal) }
            }
        guard !isLocal else { return bootstrap }
        return
            bootstrap
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Without it the kernel takes megabytes for a peer that reads nothing, and what it has
            // taken can no longer be conflated.
            .childChannelOption(
                .tcpOption(.init(rawValue: Self.tcpNotSentLowAt)),
                value: .init(limits.outboundSoftHigh))
    }

    /// Linux's TCP_NOTSENT_LOWAT, which Glibc's headers leave out: how much unsent data a socket
    /// takes.
    private static let tcpNotSentLowAt: CInt = 25
    private static let httpName = "gavel.http"

    private func accept(_ channel: any Channel, isLocal: Bool) throws {
        guard !isLocal, let certificate else { return try begin(channel, isLocal: isLocal) }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
        try pipeline.addHandler(
            HandshakeHandler(
                patience: .seconds(Int64(limits.tlsSecondsMax)), statistics: statistics
            ) { channel in
                try begin(channel, isLocal: false)
            })
    }

    private func begin(_ channel: any Channel, isLocal: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        let http = HTTPHandler(responder: responder, statistics: statistics, isLocal: isLocal)
        let upgrade: NIOHTTPServerUpgradeSendableConfiguration = (
            upgraders: [upgrader],
            completionHandler: { context in
                context.pipeline.syncOperations.removeHandler(name: Self.httpName, promise: nil)
            }
        )
        // Our own handler answers what can't be parsed, in our own form.
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: upgrade, withErrorHandling: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: HTTPLimits.decoder)
        try pipeline.addHandler(http, name: Self.httpName)
    }
}
