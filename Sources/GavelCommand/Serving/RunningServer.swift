import AuctionRules
import BidService
import Foundation
import Gateway
import GavelClient
import Ledger
import Logging
import NIOCore
import Proof
import ServiceLifecycle
import UnixSignals
import Webhooks

/// A server in this process: the database's lock, the service and the gateway, put together.
///
/// Started, it listens; nothing of it is left when ``stop()`` has returned. As a `Service` it stops
/// at the graceful shutdown: says good-bye, takes no more bids, commits, checkpoints.
final class RunningServer: Service {
    /// As it was started with, but with the real port.
    let configuration: ServeConfiguration
    let database: LedgerDescription
    let administration: Administration
    let service: BidService
    private let gateway: GatewayServer
    /// Nil: nobody is told by HTTP.
    let webhooks: WebhookSender?
    /// Caught from before anybody is told that the server is there: whoever hears that may stop it at once.
    private let signals: UnixSignalsSequence
    let logger: Logger

    private init(
        _ configuration: ServeConfiguration, database: LedgerDescription,
        administration: Administration, service: BidService, gateway: GatewayServer,
        webhooks: WebhookSender?, signals: UnixSignalsSequence, logger: Logger
    ) {
        self.configuration = configuration
        self.database = database
        self.administration = administration
        self.service = service
        self.gateway = gateway
        self.webhooks = webhooks
        self.signals = signals
        self.logger = logger
    }

    /// Takes the database, reads its log, and listens.
    static func start(
        _ configuration: ServeConfiguration, logger: Logger
    ) async throws(CommandFailure) -> RunningServer {
        OpenFileLimit.raise()
        try await checkScheduling(configuration.scheduling)
        // A file that may not grow is to fail the write and not to end the server.
        signal(SIGXFSZ, SIG_IGN)
        let clock = SystemClock()
        let fanOut = FanOut(clock: clock)
        let bell = WebhookBell()
        // Without webhooks nothing stands between a commit and the watchers.
        let publisher: any Publisher =
            configuration.webhooks.isEmpty
            ? fanOut : RingingPublisher(publisher: fanOut, bell: bell)
        var webhooks: WebhookSender?
        let opener: LedgerOpener
        let service: BidService
        let start = ContinuousClock.now
        let opening: Duration
        do {
            opener = try LedgerOpener(path: configuration.database, options: .server)
            opening = .now - start
            service = try BidService(
                limits: configuration.serviceLimits, clock: clock, publisher: publisher,
                scheduling: configuration.scheduling,
                onFailure: {
                    logger.critical(
                        "The log failed; nothing is accepted", metadata: ["error": "\($0)"])
                },
                onRecovery: { logger.notice("The log was read again; bids are accepted") },
                onSpace: { isLow, free in
                    let figures: Logger.Metadata = [
                        "free": "\(free)", "min": "\(configuration.serviceLimits.freeSpaceMin)",
                    ]
                    if isLow {
                        logger.critical(
                            "The disk is nearly full; open lots are paused, new ones refused",
                            metadata: figures)
                    } else {
                        logger.notice(
                            "There is room on the disk again; what was paused for it resumes",
                            metadata: figures)
                    }
                },
                openLog: { () throws(LedgerError) in try opener.open() })
        } catch {
            throw CommandFailure(error)
        }
        if case .leftOut(let reason) = opener.description.reservation {
            logger.warning(
                "The write-ahead log grows as it is written: bids take longer until it has its length",
                metadata: ["reason": "\(reason)"])
        }
        log(service.statistics.restoration, opening: opening, to: logger)
        do {
            let key = try await useSigningKey(
                SigningKeyFile(path: configuration.signingKeyPath), in: service)
            webhooks = try await startWebhooks(
                configuration, service: service, bell: bell, clock: clock, logger: logger)
            let administration = Administration(
                service: service,
                archive: try LedgerArchive(
                    path: configuration.database, description: opener.description,
                    settle: { service.settle() }),
                webhooks: ServedWebhooks(
                    stored: try StoredWebhooks(path: configuration.database, service: service),
                    sender: webhooks),
                clock: clock, logger: logger)
            let gateway = try await GatewayServer.start(
                configuration: GatewayConfiguration(
                    host: configuration.listen.host, port: configuration.listen.port,
                    tls: configuration.tls, jwt: configuration.jwt,
                    unixSocketPath: configuration.socketPath,
                    allowedOrigins: configuration.allowedOrigins,
                    compression: configuration.compression,
                    eventLoops: configuration.eventLoops, scheduling: configuration.scheduling,
                    limits: configuration.limits,
                    addresses: configuration.addresses, metrics: configuration.metrics),
                service: service, fanOut: fanOut, administration: administration, clock: clock,
                logger: logger)
            var configuration = configuration
            configuration.listen = ListenAddress(
                host: configuration.listen.host,
                port: gateway.localAddress?.port ?? configuration.listen.port)
            gateway.allow(origins: configuration.allowedOrigins)
            let database = opener.description
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
            logger.info(
                "Listening",
                metadata: [
                    "address": "\(configuration.listen)",
                    "socket": "\(configuration.socketPath ?? "none")",
                    "database": "\(database.path)", "log": "\(database.logID)",
                    "entries": "\(database.head.position)", "key": "\(key.publicKey.id)",
                ])
            return RunningServer(
                configuration, database: database, administration: administration,
                service: service, gateway: gateway, webhooks: webhooks, signals: signals,
                logger: logger)
        } catch {
            await webhooks?.stop()
            await service.shutdown()
            switch error {
            case let error as CommandFailure: throw error
            case let error as LedgerError: throw CommandFailure(error)
            case let error as TLSFault: throw CommandFailure(.usage, error.message)
            case let error as KeySetFault: throw CommandFailure(.usage, error.message)
            case let error as ListenError: throw CommandFailure(.unreachable, "\(error)")
            default: throw CommandFailure(.internalError, "The server can't start: \(error)")
            }
        }
    }

    /// Finds out whether the system permits it, on a thread that ends.
    private static func checkScheduling(
        _ scheduling: Scheduling
    ) async throws(CommandFailure) {
        do { try await OwnThread.run { try scheduling.apply() } } catch {
            throw CommandFailure(
                .usage,
                "The system does not permit scheduling realtime (\(error)). Permit it, by "
                    + "LimitRTPRIO=1 in the systemd unit or rtprio 1 in limits.conf, or set scheduling to "
                    + "normal.")
        }
    }

    /// Says how long the start took, and what it took it for.
    private static func log(
        _ restoration: Restoration, opening: Duration, to logger: Logger
    ) {
        func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }
        if let fault = restoration.snapshotFault {
            logger.warning(
                "The snapshot of the state was thrown away, and all of the log was read",
                metadata: ["fault": "\(fault)"])
        }
        logger.info(
            "The log was read",
            metadata: [
                "snapshot": "\(restoration.snapshotPosition)",
                "followed": "\(restoration.entriesFollowed)",
                "opening_ms": "\(milliseconds(opening))",
                "loading_ms": "\(milliseconds(restoration.loading))",
                "following_ms": "\(milliseconds(restoration.following))",
                "publishing_ms": "\(milliseconds(restoration.publishing))",
            ])
    }

    /// Says good-bye to everybody, finishes what was accepted, and closes the database.
    func stop() async {
        await gateway.drain()
        await webhooks?.stop()
        await service.shutdown()
        if let path = configuration.socketPath { unlink(path) }
    }

    func run() async throws {
        try await gracefulShutdown()
        logger.info("Stopping: no more bids are taken")
        await stop()
        logger.info("Stopped; everything is on disk")
    }

    /// Reads again what is in files and may change while the server runs: the certificate and its
    /// key, the identity provider's keys, the signing key, the webhooks' secrets. What can't be used is
    /// logged, and what was in force stays.
    func reload() async {
        await gateway.reload()
        await reloadSigningKey()
        await reloadWebhookSecrets()
    }

    /// Tokens go in clear over a network that this process does not encrypt.
    func warnOfOpenness() {
        guard !isSecure else { return }
        let isLocal = ["127.0.0.1", "::1", "localhost"].contains(address.host)
        guard !isLocal else { return }
        logger.warning(
            """
            Listening beyond this machine without TLS: give it tls-certificate and tls-key, or put a \
            proxy that speaks TLS in front
            """,
            metadata: ["address": "\(address)"])
    }

    /// Where it listens.
    var address: ListenAddress { configuration.listen }

    /// What this machine's clients connect to: a server on all addresses is on this one, too.
    var clientAddress: ListenAddress {
        switch address.host {
        case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: address.port)
        case "::": ListenAddress(host: "::1", port: address.port)
        default: address
        }
    }

    var endpoint: Endpoint {
        let (host, port) = (clientAddress.host, clientAddress.port)
        return isSecure ? .tls(host: host, port: port) : .tcp(host: host, port: port)
    }

    /// Whether the listener speaks TLS.
    var isSecure: Bool { configuration.tls != nil }
    /// `https` or `http`, and the same of WebSockets.
    var schemes: (http: String, webSocket: String) {
        isSecure ? ("https", "wss") : ("http", "ws")
    }
}

extension RunningServer {
    /// Runs until it is told to stop. The first SIGTERM or SIGINT ends it in order, the second one
    /// at once, see ``StopSignals``; SIGHUP has it ``reload()``.
    ///
    /// - Parameter companions: what runs beside it, and ends with it.
    func runUntilStopped(beside companions: [any Service] = []) async throws(CommandFailure) {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: self)]
                + companions.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                },
            logger: Logger(label: "gavel.lifecycle") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumCancellationDuration = .seconds(10)
        let group = ServiceGroup(configuration: configuration)
        let signals = Task { await obeySignals(stopping: group) }
        defer { signals.cancel() }
        do { try await group.run() } catch {
            throw CommandFailure(.internalError, "The server ended: \(error)")
        }
    }

    private func obeySignals(stopping group: ServiceGroup) async {
        var stops = StopSignals()
        for await signal in signals {
            guard signal != .sighup else {
                logger.info("SIGHUP: reloading")
                await reload()
                continue
            }
            switch stops.receive(signal.rawValue, at: .now) {
            case .stopInOrder: await group.triggerGracefulShutdown()
            case .echo: break
            case .stopAtOnce:
                logger.warning("A second signal: stopping at once")
                exit(128 + signal.rawValue)
            }
        }
    }
}
