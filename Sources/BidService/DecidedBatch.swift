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

    /// - Parameters:
    ///   - count: how many entries it will have about.
    ///   - space: an earlier batch's.
    init(
        after head: LogHead, salts: SaltKey, expecting count: Int = 0,
        in space: consuming LogBatch.Space = LogBatch.Space()
    ) {
        log = LogBatch(after: head, salts: salts, expecting: count, in: space)
        // An accepted bid has three, as a rule.
        outcomes.reserveCapacity(3 * min(count, 1024))
    }

    /// Nothing to store and nobody to answer. What the snapshot would have is not counted.
    var isEmpty: Bool { log.isEmpty && outcomes.isEmpty && heartbeat == nil }

    /// How much it is: its entries, or its commands if most of them leave none.
    var size: Int { max(log.count, commandCount) }

    // MARK: - Outcomes

    /// Keeps the next place for an answer: it stands before the changes, on the wire too.
    ///
    /// - Returns: the place.
    mutating func awaitAnswer() -> Int {
        outcomes.append(.awaited)
        return outcomes.count - 1
    }

    /// Puts an answer into its place.
    mutating func give(
        _ answer: Answer, to submission: Submission, at position: Int, isRepeat: Bool
    ) {
        commandCount += 1
        verdicts.note(answer, to: submission.command, isRepeat: isRepeat)
        outcomes[position] =
            submission.wantsReceipt
            ? receipted(answer, to: submission) : .answer(answer, to: submission)
    }

    /// The outcome of a command that asks for a receipt: of a final verdict there is one.
    private mutating func receipted(_ answer: Answer, to submission: Submission) -> Outcome {
        switch (submission.command, answer) {
        case (.request(_, let id), .reply(let reply)), (.status(_, let id), .reply(let reply)):
            wantsReceipts = true
            return .receipt(reply, on: id, to: submission)
        default: return .answer(answer, to: submission)
        }
    }

    /// Takes note of what an event has for the outside.
    ///
    /// - Parameters:
    ///   - auction: as the event leaves it.
    ///   - lot: where that stands.
    ///   - notice: of several, the first one.
    /// - Returns: whether it is the first that happens to the lot in this batch.
    mutating func note(
        _ event: AuctionEvent, on auction: Auction, at lot: Auctions.Place, change: PublicChange?,
        notice: PrivateNotice?
    ) -> Bool {
        let isNew = touched.note(event, on: auction, at: lot, change: change)
        if let change { outcomes.append(.publication(.change(change))) }
        if let notice { outcomes.append(.publication(.notice(notice))) }
        return isNew
    }
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
