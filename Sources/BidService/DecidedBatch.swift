import AuctionRules
import Ledger

/// What one commit holds, and what it has for everybody once it is on disk.
struct DecidedBatch: Sendable {
    var log: LogBatch
    var outcomes: [Outcome] = []
    /// Whether one of them is an answer with a receipt.
    var wantsReceipts = false
    /// The commands behind the answers, for the day that the commit fails.
    var commands: [(command: Command, respond: Responder)] = []
    var verdicts = Verdicts()
    /// When each request in it was decided.
    var decisions: [ContinuousClock.Instant] = []
    /// The lots that changed, as they stand after the batch.
    var lots: [AuctionID: LotUpdate] = [:]
    /// All signing keys as they are after the batch, when it has added one.
    var signingKeys: [PublishedKey]?
    /// The engine's time when it was finished: what is signed of it is signed then.
    var finishedAt = Instant(milliseconds: 0)
    /// Nothing to store: only that the engine was alive at this time.
    var heartbeat: Instant?

    init(after head: LogHead, salts: SaltKey) { log = LogBatch(after: head, salts: salts) }

    /// Nothing to store and nobody to answer. What the snapshot would have is not counted.
    var isEmpty: Bool { log.isEmpty && outcomes.isEmpty && heartbeat == nil }
}

/// What the board has to know of a lot that a batch has changed.
struct LotUpdate: Sendable {
    var state: PublicState
    var leader: BidderID?
    /// The standing amounts that changed, of the bidders themselves.
    var ownAmounts: [BidderID: Amount?] = [:]
    var changes: [PublicChange] = []

    /// - Parameters:
    ///   - auction: as the event leaves it.
    ///   - change: the public change that the event completes, if any.
    mutating func note(_ event: AuctionEvent, on auction: Auction, _ change: PublicChange?) {
        switch event {
        case .bidAccepted(let accepted):
            let bidder = accepted.request.bidder
            ownAmounts[bidder] = .some(auction.participants[bidder]?.standingAmount)
        case .bidsVoided:
            for (bidder, own) in auction.participants {
                ownAmounts[bidder] = .some(own.standingAmount)
            }
        default: break
        }
        if let change { changes.append(change) }
    }
}
