import AuctionRules
public import BidService
import Ledger
public import Logging
public import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Tells receivers what happens to lots: follows the log, sends, tries again, and keeps what is owed.
///
/// It has an event loop of its own for all that it sends, and a thread that reads the database; the bids'
/// threads and the watchers' event loops never wait for it. It sends only what the service has let out,
/// and so nothing that is not on disk. What it has done goes to disk by the service, along with bids.
public final class WebhookSender: Sendable {
    /// How it is set up.
    public struct Configuration: Sendable {
        public var endpoints: [WebhookEndpoint]
        public var secrets: WebhookSecrets
        public var schedule = RetrySchedule.standard
        public var limits = WebhookLimits()
        /// In PEM: who may vouch for receivers, instead of those whom the system trusts.
        public var authorities: String?
        /// Whether the operator has named a network that the address is in.
        public var isNamedNetwork: @Sendable (SocketAddress) -> Bool = { _ in false }
        /// What it calls itself, such as `gavel/0.1.0`.
        public var agent = "gavel"

        public init(endpoints: [WebhookEndpoint], secrets: WebhookSecrets) {
            self.endpoints = endpoints
            self.secrets = secrets
        }
    }

    let service: BidService
    let reader: LedgerReader
    let clock: any ServiceClock
    let logger: Logger
    let limits: WebhookLimits
    let book: AddressBook
    let tls: NIOSSLContext
    let agent: String
    /// One thread, for reading the database.
    let readers: NIOThreadPool
    private let bell: WebhookBell
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let secretsBox: Mutex<WebhookSecrets>
    /// Used on the loop only.
    private let lanes: NIOLoopBoundBox<[WebhookLane]>

    var secrets: WebhookSecrets { secretsBox.withLock { $0 } }

    private init(
        _ configuration: Configuration, tls: NIOSSLContext, service: BidService,
        reader: LedgerReader, bell: WebhookBell, clock: any ServiceClock, logger: Logger
    ) {
        self.service = service
        self.reader = reader
        self.bell = bell
        self.clock = clock
        self.logger = logger
        self.tls = tls
        limits = configuration.limits
        agent = configuration.agent
        book = AddressBook(isNamed: configuration.isNamedNetwork)
        readers = NIOThreadPool(numberOfThreads: 1)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        secretsBox = Mutex(configuration.secrets)
        lanes = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: loop)
    }

    /// Goes on where the database says that it was.
    ///
    /// - Parameters:
    ///   - path: of the database that the service writes.
    ///   - bell: rung when something was committed.
    /// - Throws: ``WebhookFault`` when the configuration can't be used, a `LedgerError` when the database
    ///   can't be read.
    public static func start(
        _ configuration: Configuration, service: BidService, path: String, bell: WebhookBell,
        clock: any ServiceClock = SystemClock(), logger: Logger
    ) async throws -> WebhookSender {
        for endpoint in configuration.endpoints {
            try checkSecrets(of: endpoint, in: configuration.secrets)
        }
        // Reads the authorities from the disk.
        let (tls, reader) = try await NIOThreadPool.singleton.runIfActive {
            (try context(configuration.authorities), try LedgerReader(path: path))
        }
        let sender = WebhookSender(
            configuration, tls: tls, service: service, reader: reader, bell: bell, clock: clock,
            logger: logger)
        sender.readers.start()
        do {
            let head = service.board.logAndHead.head.position
            let kept = try await sender.readers.runIfActive { try Kept(reader) }
            for endpoint in configuration.endpoints {
                let schedule = configuration.schedule
                try await sender.loop.submit {
                    let lane = WebhookLane(
                        endpoint, kept: kept, head: head, schedule: schedule, sender: sender,
                        on: sender.loop)
                    sender.lanes.value.append(lane)
                }.get()
            }
        } catch {
            await sender.end()
            throw error
        }
        bell.listen(on: sender.loop) { [weak sender] in sender?.look() }
        clock.onStep { [weak sender] in sender?.look() }
        sender.look()
        return sender
    }

    /// What the database has of webhooks, at the start.
    struct Kept: Sendable {
        let rows: WebhookRows
        let deadLetters: [String: Int]
        /// The events behind the rows that wait.
        let news: [Int64: LotNews]

        init(_ reader: LedgerReader) throws {
            let rows = try reader.webhooks()
            self.rows = rows
            deadLetters = try reader.deadLetters()
            var news: [Int64: LotNews] = [:]
            for key in rows.deliveries.keys where news[key.position] == nil {
                news[key.position] = try reader.lotNews(at: key.position)
            }
            self.news = news
        }
    }

    private static func context(_ authorities: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(authorities),
                !certificates.isEmpty
            else {
                throw WebhookFault("\(authorities) can't be read, or holds no certificate in PEM")
            }
            configuration.trustRoots = .certificates(certificates)
        }
        return try NIOSSLContext(configuration: configuration)
    }

    private static func checkSecrets(
        of endpoint: WebhookEndpoint, in secrets: WebhookSecrets
    ) throws(WebhookFault) {
        guard !secrets[endpoint.name].isEmpty else {
            throw WebhookFault(
                "has no secret for \(endpoint.name): add a line \"\(endpoint.name) whsec_…\"; "
                    + "\"gavel webhook secret\" makes one")
        }
    }

    /// Signs with these from now on.
    ///
    /// - Throws: when an endpoint has none; then the old ones stay.
    public func use(_ secrets: WebhookSecrets) async throws {
        let endpoints = try await onLanes { $0.map(\.endpoint) }
        for endpoint in endpoints { try Self.checkSecrets(of: endpoint, in: secrets) }
        secretsBox.withLock { $0 = secrets }
    }

    private func look() {
        loop.execute { [self] in for lane in lanes.value { lane.go() } }
    }

    // MARK: - Asked by administrators

    public func figures() async throws -> [WebhookFigures] {
        try await onLanes { $0.map { $0.figures() } }
    }

    /// Has events tried again: dead letters from the beginning, what waits without waiting any longer.
    ///
    /// - Parameter event: its id; nil: all that wait, and up to as many dead letters as may be in memory.
    /// - Returns: how many are tried again, once that is on disk; nil for no such endpoint.
    public func retry(_ endpoint: String, event: String?) async throws -> Int? {
        guard let lane = try await lane(endpoint) else { return nil }
        // What was given up just now is to be found, too.
        await stored()
        let (reader, max) = (reader, limits.backlogMax)
        let dead = try await readers.runIfActive {
            try reader.owedDeliveries(to: endpoint, isDead: true, max: event == nil ? max : .max)
                .filter { event == nil || WebhookMessage.id($0.hash) == event }
                .compactMap { try reader.lotNews(at: $0.key.position) }
        }
        let waiting = try await loop.submit { lane.value.retry(dead, event: event) }.get()
        await stored()
        return dead.count + waiting
    }

    /// Forgets dead letters.
    ///
    /// - Parameter event: its id; nil: all of them.
    /// - Returns: how many, once that is on disk; nil for no such endpoint.
    public func discard(_ endpoint: String, event: String?) async throws -> Int? {
        guard let lane = try await lane(endpoint) else { return nil }
        await stored()
        let (reader, max) = (reader, event == nil ? Self.discardedMax : .max)
        var count = 0
        while true {
            let dead = try await readers.runIfActive {
                try reader.owedDeliveries(to: endpoint, isDead: true, max: max)
                    .filter { event == nil || WebhookMessage.id($0.hash) == event }
                    .map(\.key.position)
            }
            guard !dead.isEmpty else { return count }
            try await loop.submit { lane.value.discard(dead) }.get()
            guard await stored() else { return count }
            count += dead.count
        }
    }

    /// Rows that go with one commit, which bids wait for.
    private static let discardedMax = 1000

    /// Sends an event that says nothing, out of turn, and once.
    ///
    /// - Returns: its id and what became of it; nil for no such endpoint.
    public func test(_ endpoint: String) async throws -> (id: String, result: AttemptResult)? {
        guard let lane = try await lane(endpoint) else { return nil }
        let message = WebhookMessage(
            testNumber: .random(in: .min ... .max), log: service.board.logID, at: clock.now())
        let result = try await loop.flatSubmit { lane.value.send(message) }.get()
        return (message.id, result)
    }

    private func lane(_ endpoint: String) async throws -> NIOLoopBound<WebhookLane>? {
        let loop = loop
        return try await onLanes { lanes in
            lanes.first { $0.endpoint.name == endpoint }
                .map { NIOLoopBound($0, eventLoop: loop) }
        }
    }

    private func onLanes<Value: Sendable>(
        _ body: @escaping @Sendable ([WebhookLane]) -> Value
    ) async throws -> Value {
        try await loop.submit { [self] in body(lanes.value) }.get()
    }

    /// Waits until everything that was given to the service so far is on disk; false: the service has ended.
    @discardableResult
    private func stored() async -> Bool {
        await withCheckedContinuation { continuation in
            service.store(WebhookRows(), isUrgent: true) { continuation.resume(returning: $0) }
        }
    }

    // MARK: - Stopping

    /// How long to wait at the end for answers that are on their way.
    private static let farewell = TimeAmount.milliseconds(500)

    /// Begins nothing more, and stores what there is to store. Call it before the service is stopped.
    public func stop() async {
        bell.stopListening()
        let isIdle = try? await onLanes { lanes in
            for lane in lanes { lane.close() }
            return lanes.allSatisfy { $0.isIdle }
        }
        if isIdle == false { try? await loop.scheduleTask(in: Self.farewell) {}.futureResult.get() }
        _ = try? await onLanes { lanes in for lane in lanes { lane.storeAll() } }
        await stored()
        await end()
    }

    private func end() async {
        try? await group.shutdownGracefully()
        try? await readers.shutdownGracefully()
        try? reader.close()
    }
}
