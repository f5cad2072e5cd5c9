import AuctionRules
import Ledger

/// What one receiver is owed: which event is to be sent when, and what of it has to be kept.
///
/// Knows no clock, no network and no database: the time comes in as an argument, and what is to be stored
/// is taken out. Of each lot one event at a time is under way, the oldest; the next one waits until it is
/// delivered or given up. Lots do not wait for each other.
struct DeliveryBook {
    /// An event on its way.
    struct Item {
        let position: Int64
        let auction: AuctionID
        let at: Instant
        let message: WebhookMessage
        fileprivate(set) var failures = 0
        fileprivate var due: Instant
        fileprivate var fault: WebhookRows.Fault?
        /// Whether there is a row of it. What has none lies behind the cursor.
        fileprivate var isStored = false
    }

    private struct Queue {
        /// In the order of the log. Short: what waits is bounded.
        var items: [Item] = []
        var isUnderWay = false
    }

    let endpoint: String
    private let schedule: RetrySchedule
    /// The types of events that are sent; nil: all.
    private let types: Set<String>?
    private var queues: [AuctionID: Queue] = [:]
    /// How many events wait, those under way included.
    private(set) var count = 0
    /// How many are under way.
    private(set) var underWay = 0
    private(set) var deadLetters: Int
    /// Up to which entry the log has been looked through.
    private(set) var scanned: Int64
    /// Entries after the cursor that have a row from before a restart: to be found in the log once more.
    private var known: Set<Int64>
    private var storedCursor: Int64?
    /// Whether the stored cursor stands before something that was delivered.
    private var deliveredSinceStored = false
    private var changes = WebhookRows()

    /// - Parameters:
    ///   - types: of events that are sent; nil: all. What is owed already is sent in any case.
    ///   - cursor: as it is stored; nil for an endpoint that is new.
    ///   - head: where the log stands: a new endpoint is told what happens from then on.
    ///   - known: the entries that have a row, those of dead letters included; needed of those after the
    ///     cursor.
    init(
        _ endpoint: String, schedule: RetrySchedule, types: Set<String>? = nil, cursor: Int64?,
        head: Int64,
        known: some Sequence<Int64>, deadLetters: Int
    ) {
        self.endpoint = endpoint
        self.schedule = schedule
        self.types = types
        self.deadLetters = deadLetters
        let start = cursor ?? head
        scanned = start
        self.known = Set(known.lazy.filter { $0 > start })
        storedCursor = cursor
    }

    // MARK: - What comes in

    /// Takes what was found in the log, from ``scanned`` on.
    mutating func take(_ page: LotNewsPage, at now: Instant) {
        for news in page.news
        where known.remove(news.position) == nil && types?.contains(news.what.type) ?? true {
            let isBehindStored = queues[news.auction]?.items.contains(where: \.isStored) ?? false
            var item = Item(news, due: now)
            if isBehindStored { store(&item) }
            insert(item)
        }
        scanned = max(scanned, page.end)
    }

    /// Takes up what was stored before, or was a dead letter until now.
    mutating func take(up news: LotNews, as row: WebhookRows.Delivery, at now: Instant) {
        guard queues[news.auction]?.items.contains(where: { $0.position == news.position }) != true
        else { return }
        var item = Item(news, due: now)
        item.isStored = true
        item.failures = row.attempts
        item.fault = row.fault
        if case .waiting(let due) = row.state { item.due = due }
        insert(item)
    }

    /// Has a dead letter tried again, from the beginning.
    mutating func revive(_ news: LotNews, at now: Instant) {
        let row = WebhookRows.Delivery(state: .waiting(until: now), attempts: 0)
        changes.deliveries[key(news.position)] = .some(row)
        deadLetters = max(0, deadLetters - 1)
        take(up: news, as: row, at: now)
    }

    /// Forgets a dead letter.
    mutating func discard(_ position: Int64) {
        changes.deliveries[key(position)] = .some(nil)
        deadLetters = max(0, deadLetters - 1)
    }

    /// Has what waits for its next attempt tried now.
    ///
    /// - Parameter event: only this one; nil: all.
    /// - Returns: how many events' time has come by that.
    mutating func hurry(at now: Instant, event: String? = nil) -> Int {
        var hurried = 0
        for id in Array(queues.keys) {
            guard let first = queues[id]?.items.first, queues[id]?.isUnderWay == false,
                first.due > now, event == nil || first.message.id == event
            else { continue }
            queues[id]?.items[0].due = now
            hurried += 1
        }
        return hurried
    }

    private mutating func insert(_ item: Item) {
        var queue = queues[item.auction] ?? Queue()
        let index = queue.items.lastIndex { $0.position < item.position }.map { $0 + 1 } ?? 0
        // What is under way stays the first: its end is to find it there.
        queue.items.insert(item, at: queue.isUnderWay ? max(1, index) : index)
        queues[item.auction] = queue
        count += 1
    }

    // MARK: - What goes out

    /// The next event whose time has come; it is under way from then on.
    mutating func next(at now: Instant) -> Item? {
        var best: Item?
        for queue in queues.values where !queue.isUnderWay {
            guard let first = queue.items.first, first.due <= now else { continue }
            if best.map({ ($0.due, $0.position) > (first.due, first.position) }) ?? true {
                best = first
            }
        }
        guard let best else { return nil }
        queues[best.auction]?.isUnderWay = true
        underWay += 1
        return best
    }

    /// When the next event's time comes; nil: not by waiting.
    var nextDue: Instant? {
        queues.values.lazy.filter { !$0.isUnderWay }.compactMap { $0.items.first?.due }.min()
    }

    /// The time of the oldest event that waits; nil when none does.
    var oldest: Instant? {
        queues.values.lazy.compactMap { $0.items.first?.at }.min()
    }

    // MARK: - What became of it

    /// What an attempt leads to.
    enum Verdict: Hashable {
        case delivered
        /// Tried again, not before then.
        case retried(at: Instant)
        case dead
    }

    /// Takes in how the attempt ended that ``next(at:)`` began.
    ///
    /// - Parameter chance: from 0 to 1, for the spread of the next attempt.
    mutating func finish(
        _ item: Item, _ result: AttemptResult, at now: Instant, chance: Double
    ) -> Verdict {
        guard var queue = queues[item.auction], queue.isUnderWay, var first = queue.items.first,
            first.position == item.position
        else { preconditionFailure("What ends was under way") }
        underWay -= 1
        queue.isUnderWay = false
        let verdict: Verdict
        switch result {
        case .delivered:
            verdict = .delivered
            if first.isStored {
                changes.deliveries[key(first.position)] = .some(nil)
            } else {
                deliveredSinceStored = true
            }
            remove(firstOf: &queue)
        case .failed(let fault):
            first.failures += 1
            first.fault = WebhookRows.Fault(at: now, words: fault.description)
            let delay =
                fault.kind == .gone
                ? nil
                : schedule.delay(
                    afterFailures: first.failures, retryAfter: fault.retryAfter, chance: chance)
            if let delay {
                first.due = now.advanced(by: delay)
                verdict = .retried(at: first.due)
                store(&first)
                queue.items[0] = first
                // From now on the cursor need not wait for what waits behind it.
                for index in queue.items.indices.dropFirst() where !queue.items[index].isStored {
                    store(&queue.items[index])
                }
            } else {
                verdict = .dead
                deadLetters += 1
                changes.deliveries[key(first.position)] = .some(
                    WebhookRows.Delivery(
                        state: .dead, attempts: first.failures, fault: first.fault))
                remove(firstOf: &queue)
            }
        }
        queues[item.auction] = queue.items.isEmpty ? nil : queue
        return verdict
    }

    private mutating func remove(firstOf queue: inout Queue) {
        queue.items.removeFirst()
        count -= 1
    }

    // MARK: - What is to be stored

    private func key(_ position: Int64) -> WebhookRows.Key {
        WebhookRows.Key(endpoint: endpoint, position: position)
    }

    private mutating func store(_ item: inout Item) {
        item.isStored = true
        changes.deliveries[key(item.position)] = .some(
            WebhookRows.Delivery(
                state: .waiting(until: item.due), attempts: item.failures, fault: item.fault))
    }

    /// Gives everything that waits a row, so that the cursor is where the log was looked through: after an
    /// orderly stop nothing is sent twice.
    mutating func storeAll() {
        for id in Array(queues.keys) {
            guard var queue = queues[id] else { continue }
            for index in queue.items.indices where !queue.items[index].isStored {
                store(&queue.items[index])
            }
            queues[id] = queue
        }
    }

    /// Up to which entry everything is delivered or has a row.
    var cursor: Int64 {
        let first = queues.values.lazy.flatMap(\.items).filter { !$0.isStored }.map(\.position)
            .min()
        return first.map { $0 - 1 } ?? scanned
    }

    /// How far the cursor may fall behind where nothing happens: to look through that again takes no time.
    private static let idleEntriesMax: Int64 = 10_000

    /// What has changed since the last time, to be stored; nil: nothing that would be worth it.
    mutating func takeChanges() -> WebhookRows? {
        let cursor = cursor
        let stored = storedCursor ?? -1
        let isBehind = deliveredSinceStored || cursor - stored > Self.idleEntriesMax || stored < 0
        if cursor > stored, isBehind || !changes.isEmpty {
            changes.cursors[endpoint] = cursor
            storedCursor = cursor
            deliveredSinceStored = false
        }
        guard !changes.isEmpty else { return nil }
        defer { changes = WebhookRows() }
        return changes
    }
}

extension DeliveryBook.Item {
    fileprivate init(_ news: LotNews, due: Instant) {
        position = news.position
        auction = news.auction
        at = news.at
        message = WebhookMessage(news)
        self.due = due
    }
}
