import AuctionRules
import Ledger

/// What one commit holds, and what it has for everybody once it is on disk.
///
/// Not copyable: it is handed from thread to thread and never had twice, and copies, with some fifty references
/// each, took a tenth of all instructions that a lone bid took in the service (callgrind).
struct DecidedBatch: ~Copyable, Sendable {
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

    /// How many entries it adds to the log.
    var entryCount: Int { log.count }

    /// Whether it has something for the log, be it an entry or only what is kept beside that.
    var hasRows: Bool { log.hasRows }

    /// How much it is: its entries, or its commands if most of them leave none.
    var size: Int { max(log.count, commandCount) }

    /// Writes what there is to be written, and nothing when there is none.
    borrowing func write(to log: any BidLog) throws(LedgerError) {
        if hasRows { try log.write(self.log) }
    }

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
        outcomes[position] = outcome(answer, to: submission)
    }

    /// With a receipt, where one is asked for: of a final verdict there is one.
    private mutating func outcome(_ answer: Answer, to submission: Submission) -> Outcome {
        guard submission.wantsReceipt else { return .answer(answer, to: submission) }
        switch (submission.command, answer) {
        case (.request(_, let id), .reply(let reply)), (.status(_, let id), .reply(let reply)):
            wantsReceipts = true
            return .receipt(reply, on: id, to: submission)
        default: return .answer(answer, to: submission)
        }
    }

    /// Takes a request's accepted bid, with which nothing else happens: logs and applies it, answers it, and
    /// takes note of what it has for the outside.
    ///
    /// What most commands lead to, in one piece: what the writer does of it step by step asks with each step
    /// who else holds the house and the batch.
    ///
    /// - Parameters:
    ///   - changes: the lot's, of which at least `max` are kept.
    ///   - tellsRequest: whether somebody wants to hear of the request.
    /// - Returns: whether it is the first that happens to the lot in this batch.
    mutating func take(
        _ bid: BidAccepted, on lot: Auctions.Place, at t: Instant, in house: inout House,
        answering submission: Submission, noting changes: ChangeBook, max: Int, tellsRequest: Bool
    ) -> Bool {
        let leaderBefore = house.auctions.with(lot) { $0.leaderAlias }
        let reply = log.record(bid, at: t, in: &house, on: lot)
        commandCount += 1
        verdicts.noteAccepted()
        outcomes.append(outcome(.reply(reply), to: submission))
        if tellsRequest {
            let judged = house.auctions.with(lot) { $0.judged(bid.request, reply.verdict, at: t) }
            outcomes.append(.publication(.request(judged)))
        }
        // Only what the lot alone knows is asked where it stands: what else is used there has its references
        // counted once more.
        let (bidder, change, notice) = house.auctions.with(lot) { auction in
            guard let bidder = auction.number(of: bid.request.bidder) else {
                preconditionFailure("Who has bid is a participant")
            }
            return (
                bidder, auction.publicChange(after: bid, at: t),
                auction.outbidNotice(afterBidBy: bidder, leaderBefore: leaderBefore)
            )
        }
        if let change {
            changes.note(change, max: max)
            outcomes.append(.publication(.change(change)))
        }
        if let notice { outcomes.append(.publication(.notice(notice))) }
        return touched.note(bidBy: bidder, at: lot, change: change)
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

    mutating func note(_ count: Int, at instant: ContinuousClock.Instant) {
        if count > 0 { groups.append((instant, count)) }
    }
}
