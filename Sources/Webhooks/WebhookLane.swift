import AuctionRules
import BidService
import Ledger
import Logging
import NIOCore
import NIOPosix

/// One receiver's lane: reads on in the log, begins what is due, and takes in how it went. Lives on the
/// sender's event loop; no lane waits for another.
final class WebhookLane {
    let endpoint: WebhookEndpoint
    private var book: DeliveryBook
    private unowned let sender: WebhookSender
    private let loop: any EventLoop
    private var isReading = false
    private var isClosed = false
    private var timer: (due: Instant, task: Scheduled<Void>)?

    private var delivered: Int64 = 0
    private var failures = Dictionary(
        uniqueKeysWithValues: AttemptFault.Kind.allCases.map { ($0, Int64(0)) })
    private var lastDelivery: Instant?
    private var lastFault: WebhookRows.Fault?
    /// How many attempts have failed since the last one that did not: so that a receiver that is away is
    /// told of once, and not a thousand times.
    private var failuresInARow = 0

    init(
        _ endpoint: WebhookEndpoint, kept: WebhookSender.Kept, head: Int64,
        schedule: RetrySchedule, sender: WebhookSender, on loop: any EventLoop
    ) {
        self.endpoint = endpoint
        self.sender = sender
        self.loop = loop
        let rows = kept.rows.deliveries.filter { $0.key.endpoint == endpoint.name }
        book = DeliveryBook(
            endpoint.name, schedule: schedule, types: endpoint.types,
            cursor: kept.rows.cursors[endpoint.name],
            head: head, known: rows.keys.map(\.position),
            deadLetters: kept.deadLetters[endpoint.name] ?? 0)
        let now = sender.clock.now()
        for (key, row) in rows.sorted(by: { $0.key.position < $1.key.position }) {
            guard let row, row.state != .dead, let news = kept.news[key.position] else { continue }
            book.take(up: news, as: row, at: now)
        }
    }

    /// Does what there is to do now.
    func go() {
        guard !isClosed else { return store() }
        read()
        begin()
        store()
        wait()
    }

    // MARK: - The log

    private func read() {
        let head = sender.service.board.logAndHead.head.position
        let room = sender.limits.backlogMax - book.count
        guard !isReading, room > 0, book.scanned < head else { return }
        isReading = true
        let (reader, position) = (sender.reader, book.scanned)
        sender.readers.runIfActive(eventLoop: loop) {
            try reader.lotNews(after: position, upTo: head, max: room)
        }.assumeIsolated().whenComplete { [self] result in
            isReading = false
            switch result {
            case .success(let page):
                book.take(page, at: sender.clock.now())
                go()
            case .failure(let error):
                guard !isClosed else { return }
                sender.logger.error(
                    "The log can't be read for webhooks",
                    metadata: ["endpoint": "\(endpoint.name)", "error": "\(error)"])
                retryReading()
            }
        }
    }

    /// Whatever keeps the database from being read, it is not to be asked without a pause.
    private func retryReading() {
        loop.assumeIsolated().scheduleTask(in: .seconds(5)) { [weak self] in self?.go() }
    }

    // MARK: - Attempts

    private func begin() {
        while book.underWay < sender.limits.connectionsMax,
            let item = book.next(at: sender.clock.now())
        {
            send(item.message).assumeIsolated().whenComplete { [self] result in
                finish(item, (try? result.get()) ?? .failed(AttemptFault(.connection, "stopped")))
            }
        }
    }

    /// Sends a message once; whatever goes wrong is a result.
    func send(_ message: WebhookMessage) -> EventLoopFuture<AttemptResult> {
        let time = sender.clock.now().milliseconds / 1000
        let signatures = sender.secrets[endpoint.name].map {
            $0.signature(id: message.id, time: time, body: message.body)
        }
        let post = Post(
            url: endpoint.url,
            headers: [
                ("User-Agent", sender.agent), ("Content-Type", "application/json"),
                ("webhook-id", message.id), ("webhook-timestamp", "\(time)"),
                ("webhook-signature", signatures.joined(separator: " ")),
            ],
            body: message.body, answerBytesMax: sender.limits.answerBytesMax,
            timeout: .seconds(Int64(sender.limits.timeoutSeconds)), tls: sender.tls)
        let loop = loop
        return sender.book.addresses(of: endpoint.url, on: loop).flatMap { found in
            switch found {
            case .success(let addresses): post.send(to: addresses, on: loop)
            case .failure(let fault): loop.makeSucceededFuture(.failed(fault))
            }
        }
    }

    private func finish(_ item: DeliveryBook.Item, _ result: AttemptResult) {
        // Cut off by the stop: it counts for nothing, and is sent again after the next start.
        if isStored { return }
        let now = sender.clock.now()
        let verdict = book.finish(item, result, at: now, chance: .random(in: 0...1))
        switch result {
        case .delivered:
            delivered += 1
            lastDelivery = now
            noteRecovery()
        case .failed(let fault):
            failures[fault.kind, default: 0] += 1
            lastFault = WebhookRows.Fault(at: now, words: fault.description)
            note(fault, of: item, verdict)
        }
        go()
    }

    private func noteRecovery() {
        if failuresInARow > 0 {
            sender.logger.notice(
                "A webhook's receiver takes events again",
                metadata: [
                    "endpoint": "\(endpoint.name)", "failed": "\(failuresInARow)",
                    "waiting": "\(book.count)",
                ])
        }
        failuresInARow = 0
    }

    private func note(
        _ fault: AttemptFault, of item: DeliveryBook.Item, _ verdict: DeliveryBook.Verdict
    ) {
        failuresInARow += 1
        let metadata: Logger.Metadata = [
            "endpoint": "\(endpoint.name)", "to": "\(endpoint.url)", "event": "\(item.message.id)",
            "type": "\(item.message.type)", "auction": "\(item.auction)", "fault": "\(fault)",
            "attempts": "\(item.failures + 1)",
        ]
        if verdict == .dead {
            sender.logger.error("A webhook's event is a dead letter", metadata: metadata)
        } else if failuresInARow == 1 {
            sender.logger.warning("A webhook's event was not taken", metadata: metadata)
        } else {
            sender.logger.debug("A webhook's event was not taken", metadata: metadata)
        }
    }

    /// Sleeps until the next event's time; what happens before wakes it.
    private func wait() {
        let due = book.underWay < sender.limits.connectionsMax ? book.nextDue : nil
        guard timer?.due != due else { return }
        timer?.task.cancel()
        timer = nil
        guard let due else { return }
        let pause = max(1, due.milliseconds(since: sender.clock.now()))
        let task = loop.assumeIsolated().scheduleTask(in: .milliseconds(min(pause, 3_600_000))) {
            [weak self] in
            self?.timer = nil
            self?.go()
        }
        timer = (due, task)
    }

    // MARK: - What is kept

    private func store() {
        guard let changes = book.takeChanges() else { return }
        sender.service.store(changes, isUrgent: false)
    }

    /// - Returns: how many that wait are tried now, beside the dead letters.
    func retry(_ dead: [LotNews], event: String?) -> Int {
        let now = sender.clock.now()
        for news in dead { book.revive(news, at: now) }
        let hurried = book.hurry(at: now, event: event)
        go()
        return hurried
    }

    func discard(_ positions: [Int64]) {
        for position in positions { book.discard(position) }
        store()
    }

    func figures() -> WebhookFigures {
        let now = sender.clock.now()
        let head = sender.service.board.logAndHead.head.position
        return WebhookFigures(
            endpoint: endpoint.name, origin: "\(endpoint.url)", delivered: delivered,
            failures: failures, waiting: book.count, deadLetters: book.deadLetters,
            cursor: book.cursor, unread: max(0, head - book.scanned),
            lag: book.oldest.map { max(0, now.milliseconds(since: $0)) } ?? 0,
            lastDelivery: lastDelivery, lastFault: lastFault)
    }

    // MARK: - Stopping

    private var isStored = false
    var isIdle: Bool { book.underWay == 0 }

    /// Begins nothing more.
    func close() {
        isClosed = true
        timer?.task.cancel()
        timer = nil
    }

    /// The last thing: keeps what still waits, so that the next start goes on with it.
    func storeAll() {
        book.storeAll()
        store()
        isStored = true
    }
}

@available(*, unavailable)
extension WebhookLane: Sendable {}
