public import BidService
import Foundation
public import Logging
public import NIOCore
import NIOHTTP1
public import NIOPosix

/// The network's end of Gavel: listens, and joins each connection to its event loop's station.
public final class GatewayServer: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let door: Door
    /// Succeeds when the door is closed and has let in the last one.
    private let doorClosed: EventLoopFuture<Void>
    /// On the Unix domain socket.
    private let localListener: (any Channel)?
    private let readiness: Readiness
    let stations: Stations
    private let fanOut: FanOut
    private let drainNotice: Duration
    private let certificate: ServerCertificate?
    private let issuer: TokenIssuer?
    private let origins: AllowedOrigins
    /// Where files are read again.
    private let threadPool: NIOThreadPool
    private let logger: Logger

    /// The address of the TCP listener, with its real port.
    public var localAddress: SocketAddress? { door.address }

    private init(
        group: MultiThreadedEventLoopGroup, door: Door, doorClosed: EventLoopFuture<Void>,
        localListener: (any Channel)?, readiness: Readiness, stations: Stations, fanOut: FanOut,
        drainNotice: Duration, certificate: ServerCertificate?, issuer: TokenIssuer?,
        origins: AllowedOrigins, threadPool: NIOThreadPool, logger: Logger
    ) {
        self.group = group
        self.door = door
        self.doorClosed = doorClosed
        self.localListener = localListener
        self.readiness = readiness
        self.stations = stations
        self.fanOut = fanOut
        self.drainNotice = drainNotice
        self.certificate = certificate
        self.issuer = issuer
        self.origins = origins
        self.threadPool = threadPool
        self.logger = logger
    }

    // MARK: - Starting

    /// Listens. From then on what `fanOut` publishes goes to whoever watches here.
    ///
    /// - Throws: ``TLSFault`` when the certificate or its key can't be used, ``KeySetFault`` when the
    ///   identity provider's keys can't, ``ListenError`` when an address can't be listened on.
    public static func start(
        configuration: GatewayConfiguration, service: BidService, fanOut: FanOut,
        administration: Administration, threadPool: NIOThreadPool = .singleton,
        clock: any ServiceClock = SystemClock(), logger: Logger
    ) async throws -> GatewayServer {
        let limits = configuration.limits
        let certificate = try await threadPool.runIfActive {
            try configuration.tls.map { try ServerCertificate($0, clock: clock, logger: logger) }
        }
        var issuer: TokenIssuer?
        if let jwt = configuration.jwt {
            issuer = try await TokenIssuer(jwt, threadPool: threadPool, logger: logger)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        for loop in group.makeIterator() {
            // As with the service's threads: whoever asks for it knows that it may be had.
            loop.execute { try? configuration.scheduling.apply() }
        }
        let statistics = GatewayStatistics()
        let gatekeeper = Gatekeeper(
            limits: limits, addresses: configuration.addresses, statistics: statistics)
        let authenticator = Authenticator(
            board: service.board, clock: clock, limits: limits, issuer: issuer)
        let readiness = Readiness()
        let stations = try await Stations(
            on: group, service: service, authenticator: authenticator, gatekeeper: gatekeeper,
            clock: clock, limits: limits, statistics: statistics, readiness: readiness,
            log: ConnectionLog(logger))
        fanOut.attach(stations.mailboxes, board: service.board)
        let policy = WebSocketUpgradePolicy(
            allowedOrigins: configuration.allowedOrigins, compresses: configuration.compression)
        let connections = Connections(
            stations: stations, upgrader: WebSocketUpgrader(policy: policy, stations: stations),
            responder: HTTPRoutes(
                HTTPParts(
                    service: service, authenticator: authenticator, gatekeeper: gatekeeper,
                    administration: administration, archive: administration.archive, clock: clock,
                    limits: limits, statistics: statistics, upgradePolicy: policy,
                    metrics: configuration.metrics,
                    threadPool: threadPool, logger: logger,
                    station: { stations.station(on: $0) },
                    isDraining: { readiness.isDraining })),
            statistics: statistics, gatekeeper: gatekeeper, certificate: certificate)
        do {
            let door = try open(at: configuration)
            let localListener: (any Channel)?
            do {
                localListener = try await listenLocally(configuration, on: group, connections)
            } catch {
                door.discard()
                throw error
            }
            // On a loop that never ends, as the group's do before they have heard of it.
            let doorClosed = door.open(on: MultiThreadedEventLoopGroup.singleton.next()) {
                connections.receive($0, from: $1, on: group)
            }
            return GatewayServer(
                group: group, door: door, doorClosed: doorClosed, localListener: localListener,
                readiness: readiness, stations: stations, fanOut: fanOut,
                drainNotice: .milliseconds(limits.drainNoticeMilliseconds),
                certificate: certificate, issuer: issuer, origins: policy.allowedOrigins,
                threadPool: threadPool, logger: logger)
        } catch {
            fanOut.detach()
            await stations.stop()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private static func open(at configuration: GatewayConfiguration) throws -> Door {
        do {
            return try Door(host: configuration.host, port: configuration.port)
        } catch {
            throw ListenError(address: "\(configuration.host):\(configuration.port)", error)
        }
    }

    private static func listenLocally(
        _ configuration: GatewayConfiguration, on group: MultiThreadedEventLoopGroup,
        _ connections: Connections
    ) async throws -> (any Channel)? {
        guard let path = configuration.unixSocketPath else { return nil }
        // The socket is made with the mode that it shall have: nobody gets in before a chmod.
        let mask = umask(0o177)
        defer { umask(mask) }
        do {
            return try await connections.localBootstrap(on: group).bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true
            ).get()
        } catch {
            throw ListenError(address: path, error)
        }
    }

    /// Lets browsers in that come from these origins, instead of from those of the configuration:
    /// with port 0, which of them is the server's own page is known only when it listens.
    public func allow(origins: [String]) { self.origins.replace(with: origins) }

    // MARK: - Reloading

    /// Reads the certificate with its key, and the identity provider's keys again. What can't be
    /// used is logged, and what was in force stays. Connections whose JWT was signed by a key that
    /// is gone are closed; no other is.
    public func reload() async {
        if let certificate {
            // Only a pool that has been shut down refuses, and then nobody connects any more.
            try? await threadPool.runIfActive { certificate.reload() }
        }
        if let gone = await issuer?.reload(), !gone.isEmpty { stations.end(.keys(gone)) }
    }

    // MARK: - Stopping

    /// Says that it is not ready, and goes on for as long as
    /// ``GatewayLimits/drainNoticeMilliseconds`` says. Then takes no more connections, gives those
    /// that there are the answers that they wait for, says good-bye to them, and stops when they
    /// are gone, or after `patience` without them.
    public func drain(patience: Duration = .seconds(8)) async {
        readiness.startDraining()
        let loop = group.next()
        if drainNotice > .zero { try? await Task.sleep(for: drainNotice) }
        readiness.startClosing()
        stations.closePolls()
        let impatience = loop.scheduleTask(in: TimeAmount(patience)) {}
        door.close()
        try? await doorClosed.get()
        try? await localListener?.close()
        // Who was let in last is on a loop by now, and is told there with the others.
        let quiesced = stations.quiesce()
        EventLoopFuture.andAllComplete(quiesced, on: loop).whenComplete { _ in
            impatience.cancel()
        }
        // Over when it fires, or when it is cancelled because all are gone.
        try? await impatience.futureResult.get()
        fanOut.detach()
        await stations.stop()
        do {
            try await group.shutdownGracefully()
        } catch {
            logger.warning("The event loops did not stop in order: \(error)")
        }
    }
}

/// An address that can't be listened on.
public struct ListenError: Error, CustomStringConvertible {
    public let address: String
    public let reason: String

    init(address: String, _ error: any Error) {
        self.address = address
        reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    public var description: String {
        "Can't listen on \(address): \(reason). Choose another address, or stop what uses this one."
    }
}
