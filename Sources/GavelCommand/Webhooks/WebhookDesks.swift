import AuctionRules
import BidService
import Gateway
import Ledger
import NIOPosix
import Webhooks
import WireProtocol

/// What the database has of webhooks.
struct StoredWebhooks: WebhookDesk {
    let reader: LedgerReader
    let service: BidService

    static let rowsMax = 1000

    init(path: String, service: BidService) throws(LedgerError) {
        reader = try LedgerReader(path: path)
        self.service = service
    }

    func webhooks() async throws(ArchiveError) -> [WebhookRow] {
        try await read { reader in
            let rows = try reader.webhooks()
            let dead = try reader.deadLetters()
            let head = try reader.head().position
            return rows.cursors.sorted { $0.key < $1.key }.map { endpoint, cursor in
                let waiting = rows.deliveries.filter { $0.key.endpoint == endpoint }
                    .compactMap(\.value).filter { $0.state != .dead }
                let fault = waiting.compactMap(\.fault).max { $0.at < $1.at }
                return WebhookRow(
                    endpoint: endpoint, origin: nil, cursor: cursor, unread: head - cursor,
                    waiting: waiting.count, deadLetters: dead[endpoint] ?? 0, lag: 0, counts: [],
                    lastDelivery: nil, failedAt: fault?.at, fault: fault?.words)
            }
        }
    }

    func deliveries(
        to endpoint: String?, isDead: Bool?
    ) async throws(ArchiveError) -> [WebhookDeliveryRow] {
        try await read { reader in
            try reader.owedDeliveries(to: endpoint, isDead: isDead, max: Self.rowsMax)
                .map(WebhookDeliveryRow.init)
        }
    }

    /// Changes the rows; the next server goes on from there.
    func retry(_ endpoint: String, event: String?) async throws(ArchiveError) -> Int? {
        let now = SystemClock().now()
        return try await change(endpoint, event: event, isDead: nil) { _ in
            WebhookRows.Delivery(state: .waiting(until: now), attempts: 0)
        }
    }

    func discard(_ endpoint: String, event: String?) async throws(ArchiveError) -> Int? {
        try await change(endpoint, event: event, isDead: true) { _ in nil }
    }

    func test(_ endpoint: String) async throws(ArchiveError) -> WebhookTest? {
        throw ArchiveError("No server runs on this database, and only a server sends: start it.")
    }

    private func change(
        _ endpoint: String, event: String?, isDead: Bool?,
        _ row: @escaping @Sendable (OwedDelivery) -> WebhookRows.Delivery?
    ) async throws(ArchiveError) -> Int? {
        let found = try await read { reader -> WebhookRows? in
            guard try reader.webhooks().cursors[endpoint] != nil else { return nil }
            var changes = WebhookRows()
            for owed in try reader.owedDeliveries(to: endpoint, isDead: isDead, max: .max)
            where event == nil || WebhookEvent.id(owed.hash) == event {
                changes.deliveries[owed.key] = .some(row(owed))
            }
            return changes
        }
        guard let changes = found else { return nil }
        let isStored = await withCheckedContinuation { continuation in
            service.store(changes, isUrgent: true) { continuation.resume(returning: $0) }
        }
        guard isStored else { throw ArchiveError("The database can't be written now.") }
        return changes.deliveries.count
    }

    private func read<Found: Sendable>(
        _ body: @escaping @Sendable (LedgerReader) throws -> Found
    ) async throws(ArchiveError) -> Found {
        let reader = reader
        do { return try await NIOThreadPool.singleton.runIfActive { try body(reader) } } catch {
            throw ArchiveError((error as? LedgerError)?.message ?? "\(error)")
        }
    }
}

/// What a server that sends has of them.
struct ServedWebhooks: WebhookDesk {
    /// For what no longer has a receiver, and for the lists.
    let stored: StoredWebhooks
    /// Nil: nothing is sent.
    let sender: WebhookSender?

    func webhooks() async throws(ArchiveError) -> [WebhookRow] {
        var rows: [String: WebhookRow] = [:]
        for row in try await stored.webhooks() { rows[row.endpoint] = row }
        for figures in try await asking({ try await sender?.figures() }) ?? [] {
            rows[figures.endpoint] = WebhookRow(figures)
        }
        return rows.values.sorted { $0.endpoint < $1.endpoint }
    }

    func deliveries(
        to endpoint: String?, isDead: Bool?
    ) async throws(ArchiveError) -> [WebhookDeliveryRow] {
        try await stored.deliveries(to: endpoint, isDead: isDead)
    }

    func retry(_ endpoint: String, event: String?) async throws(ArchiveError) -> Int? {
        if let count = try await asking({ try await sender?.retry(endpoint, event: event) }) {
            return count
        }
        return try await stored.retry(endpoint, event: event)
    }

    func discard(_ endpoint: String, event: String?) async throws(ArchiveError) -> Int? {
        if let count = try await asking({ try await sender?.discard(endpoint, event: event) }) {
            return count
        }
        return try await stored.discard(endpoint, event: event)
    }

    func test(_ endpoint: String) async throws(ArchiveError) -> WebhookTest? {
        guard let test = try await asking({ try await sender?.test(endpoint) }) else { return nil }
        var fault: String?
        if case .failed(let why) = test.result { fault = why.description }
        return WebhookTest(endpoint: endpoint, event: test.id, fault: fault)
    }

    private func asking<Found>(
        _ body: () async throws -> Found?
    ) async throws(ArchiveError) -> Found? {
        do { return try await body() } catch { throw ArchiveError("\(error)") }
    }
}

extension WebhookDeliveryRow {
    fileprivate init(_ owed: OwedDelivery) {
        var nextAt: Instant?
        if case .waiting(let next) = owed.delivery.state { nextAt = next }
        self.init(
            endpoint: owed.key.endpoint, event: WebhookEvent.id(owed.hash),
            type: WebhookEvent.type(ofKind: owed.kind), auction: owed.auction, seq: owed.seq,
            at: owed.at, isDead: nextAt == nil, attempts: owed.delivery.attempts, nextAt: nextAt,
            failedAt: owed.delivery.fault?.at, fault: owed.delivery.fault?.words)
    }
}

extension WebhookRow {
    fileprivate init(_ figures: WebhookFigures) {
        let failures = AttemptFault.Kind.allCases.map {
            Count(result: $0.rawValue, count: figures.failures[$0] ?? 0)
        }
        self.init(
            endpoint: figures.endpoint, origin: figures.origin, cursor: figures.cursor,
            unread: figures.unread, waiting: figures.waiting, deadLetters: figures.deadLetters,
            lag: figures.lag,
            counts: [Count(result: "delivered", count: figures.delivered)] + failures,
            lastDelivery: figures.lastDelivery, failedAt: figures.lastFault?.at,
            fault: figures.lastFault?.words)
    }
}
