import Foundation
import NIOCore
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

    /// For the Unix domain socket, which only administrators can open: there is nobody to turn away.
    func localBootstrap(on group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .childChannelOption(.writeBufferWaterMark, value: waterMark)
            .childChannelOption(.recvAllocator, value: ReadBuffer())
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    stations.station(on: channel.eventLoop).open.add(channel)
                    let visitor = Visitor(nil, gatekeeper: gatekeeper)
                    try begin(channel, isLocal: true, visitor: visitor)
                }
            }
    }

    private var waterMark: ChannelOptions.Types.WriteBufferWaterMark {
        .init(low: limits.outboundSoftLow, high: limits.outboundSoftHigh)
    }

    /// Linux's TCP_NOTSENT_LOWAT, which Glibc's headers leave out: how much unsent data a socket
    /// takes.
    private static let tcpNotSentLowAt: CInt = 25
    private static let httpName = "gavel.http"

    // MARK: - Who may come in

    /// A connection has come over TCP. Called on the door's thread: what is turned away has cost no
    /// event loop anything.
    ///
    /// - Parameter descriptor: its socket, which is closed here or by its channel.
    func receive(_ descriptor: CInt, from peer: IPAddress?, on group: MultiThreadedEventLoopGroup) {
        guard gatekeeper.addresses.proxyProtocol == .required else {
            switch entry(for: peer) {
            case .enter(let key):
                let stay = key.map { AddressStay(of: $0, gatekeeper: gatekeeper) }
                bring(descriptor, to: group, for: stay) { channel in
                    try enter(channel, from: peer, for: stay)
                }
            case .refuse(let refusal, isTold: true):
                bring(descriptor, to: group, for: nil) { try tell(refusal, to: $0) }
            case .refuse(_, isTold: false): close(descriptor)
            }
            return
        }
        guard let peer, gatekeeper.addresses.trustedProxies.contains(peer) else {
            statistics.reached(.proxyHeader)
            close(descriptor)
            return
        }
        bring(descriptor, to: group, for: nil) { channel in
            let handler = ProxyHeaderHandler(
                patience: .seconds(Int64(limits.requestHeadSecondsMax)), statistics: statistics
            ) { channel, address in
                try admit(channel, from: address ?? peer)
            }
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }

    /// Makes a channel of a connection, on the event loop whose turn it is.
    private func bring(
        _ descriptor: CInt, to group: MultiThreadedEventLoopGroup, for stay: AddressStay?,
        _ initialize: @escaping @Sendable (any Channel) throws -> Void
    ) {
        ClientBootstrap(group: group.next())
            .channelOption(.writeBufferWaterMark, value: waterMark)
            .channelOption(.recvAllocator, value: ReadBuffer())
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Without it the kernel takes megabytes for a peer that reads nothing, and what it has
            // taken can no longer be conflated.
            .channelOption(
                .tcpOption(.init(rawValue: Self.tcpNotSentLowAt)),
                value: .init(limits.outboundSoftHigh)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    stations.station(on: channel.eventLoop).open.add(channel)
                    try initialize(channel)
                }
            }
            .withConnectedSocket(descriptor)
            // It may have gone before there was a channel whose end would tell.
            .whenFailure { _ in stay?.end() }
    }

    /// A connection has come through a proxy that says whose it is.
    private func admit(_ channel: any Channel, from peer: IPAddress) throws {
        switch entry(for: peer) {
        case .enter(let key):
            try enter(
                channel, from: peer,
                for: key.map { AddressStay(of: $0, gatekeeper: gatekeeper) })
        case .refuse(let refusal, isTold: true): try tell(refusal, to: channel)
        case .refuse(_, isTold: false): throw Refused()
        }
    }

    private func entry(for peer: IPAddress?) -> Gatekeeper.Entry {
        // A proxy's clients are counted when they are known, each by its own address.
        let isProxy = peer.map { gatekeeper.addresses.trustedProxies.contains($0) } ?? false
        let entry = gatekeeper.admit(isProxy ? nil : peer)
        // A handshake would cost more than the answer is worth.
        if certificate != nil, case .refuse(let refusal, _) = entry {
            return .refuse(refusal, isTold: false)
        }
        return entry
    }

    private func enter(
        _ channel: any Channel, from peer: IPAddress?, for stay: AddressStay?
    ) throws {
        if let stay { channel.closeFuture.whenComplete { _ in stay.end() } }
        try accept(channel, visitor: Visitor(peer, gatekeeper: gatekeeper))
    }

    private func tell(_ refusal: RateRefusal, to channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(
            RefusedConnectionHandler(refusal, lingering: .seconds(Int64(limits.lingerSecondsMax))))
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
