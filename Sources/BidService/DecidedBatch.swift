import AuctionRules
import Ledger

/// What one commit holds, and what it has for everybody once it is on disk.
struct DecidedBatch: Sendable {
    var log: LogBatch
    var outcomes: [Outcome] = []
    /// Whether one of them is an answer with a receipt.
    var wantsReceipts = false
    /// How many commands are answered.
    var commandCount = 0
    var verdicts = Verdicts()
    /// When the requests in it had come.
    var arrivals = Arrivals()
    /// When all of it was decided.
    var decidedAt: ContinuousClock.Instant?
    /// The lots that something happened to.
    var touched = TouchedLots()
    /// Those lots as they stand after the batch, once it is finished.
    var lots: [LotUpdate] = []
    /// All signing keys as they are after the batch, when it has added one.
    var signingKeys: [PublishedKey]?
    /// The time of the log's newest entry when it was finished: what is signed of it is signed then.
    var finishedAt = Instant(milliseconds: 0)
    /// The number of what it stores of webhooks, for whoever waits for that.
    var webhookNote: Int?
    /// Nothing to store: only that the engine was alive at this time.
    var heartbeat: Instant?

    /// - Parameter count: how many entries it will have about.
    init(after head: LogHead, salts: SaltKey, expecting count: Int = 0) {
        log = LogBatch(after: head, salts: salts, expecting: count)
    }

    /// Nothing to store and nobody to answer. What the snapshot would have is not counted.
    var isEmpty: Bool { log.isEmpty && outcomes.isEmpty && heartbeat == nil }

    /// How much it is: its entries, or its commands if most of them leave none.
    var size: Int { max(log.count, commandCount) }
}

/// When requests had come: those that came together are counted together.
struct Arrivals: Sendable {
    private(set) var groups: [(instant: ContinuousClock.Instant, count: Int)] = []

    var count: Int { groups.reduce(0) { $0 + $1.count } }

    mutating func note(_ instant: ContinuousClock.Instant) {
        if let last = groups.indices.last, groups[last].instant == instant {
            groups[last].count += 1
        } else {
            groups.append((instant, 1))
        }
    }
}
