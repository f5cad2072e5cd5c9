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
    let gatekeeper: Gatekeeper
    /// Nil: plain.
    let certificate: ServerCertificate?

    private var limits: GatewayLimits { gatekeeper.limits }

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
            .childChannelOption(.recvAllocator, value: ReadBuffer())
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isLocal {
                        let visitor = Visitor(nil, gatekeeper: gatekeeper)
                        try begin(channel, isLocal: true, visitor: visitor)
                    } else {
                        try receive(channel)
                    }
                }
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

    // MARK: - Who may come in

    /// A connection has come. Throws to have it closed at once, before it costs anything.
    private func receive(_ channel: any Channel) throws {
        let peer = IPAddress(channel.remoteAddress)
        guard gatekeeper.addresses.proxyProtocol == .required else {
            return try admit(channel, from: peer)
        }
        guard let peer, gatekeeper.addresses.trustedProxies.contains(peer) else {
            statistics.reached(.proxyHeader)
            throw Refused()
        }
        let handler = ProxyHeaderHandler(
            patience: .seconds(Int64(limits.requestHeadSecondsMax)), statistics: statistics
        ) { channel, address in
            try admit(channel, from: address ?? peer)
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func admit(_ channel: any Channel, from peer: IPAddress?) throws {
        // A proxy's clients are counted when they are known, each by its own address.
        let isProxy = peer.map { gatekeeper.addresses.trustedProxies.contains($0) } ?? false
        switch gatekeeper.admit(isProxy ? nil : peer) {
        case .enter(let key):
            if let key {
                channel.closeFuture.whenComplete { [gatekeeper] _ in gatekeeper.leave(key) }
            }
            try accept(channel, visitor: Visitor(peer, gatekeeper: gatekeeper))
        case .refuse(let refusal, let isTold):
            // A handshake would cost more than the answer is worth.
            guard isTold, certificate == nil else { throw Refused() }
            try channel.pipeline.syncOperations.addHandler(
                RefusedConnectionHandler(
                    refusal, lingering: .seconds(Int64(limits.lingerSecondsMax))))
        }
    }

    private struct Refused: Error {}

    // MARK: - Beginning

    private func accept(_ channel: any Channel, visitor: Visitor) throws {
        guard let certificate else {
            return try begin(channel, isLocal: false, visitor: visitor)
        }
        let pipeline = channel.pipeline.syncOperations
        let bound = NIOLoopBound(visitor, eventLoop: channel.eventLoop)
        try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
        try pipeline.addHandler(
            HandshakeHandler(
                patience: .seconds(Int64(limits.tlsSecondsMax)), statistics: statistics
            ) { channel in
                try begin(channel, isLocal: false, visitor: bound.value)
            })
    }

    private func begin(_ channel: any Channel, isLocal: Bool, visitor: Visitor) throws {
        let pipeline = channel.pipeline.syncOperations
        let http = HTTPHandler(
            responder: responder, statistics: statistics, isLocal: isLocal, visitor: visitor,
            limits: limits)
        let upgrade: NIOHTTPServerUpgradeSendableConfiguration = (
            upgraders: [
                AdmittingUpgrader(
                    upgrader: upgrader,
                    visitor: NIOLoopBound(visitor, eventLoop: channel.eventLoop))
            ],
            completionHandler: { context in
                context.pipeline.syncOperations.removeHandler(name: Self.httpName, promise: nil)
            }
        )
        // Our own handler answers what can't be parsed, in our own form.
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: upgrade, withErrorHandling: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits.decoder)
        try pipeline.addHandler(http, name: Self.httpName)
    }
}
