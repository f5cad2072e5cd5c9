import AuctionRules
import Ledger
import Proof
import WireProtocol

/// What the log says, entry by entry, and what is wrong with that by itself.
struct Truth {
    struct Winner: Hashable {
        let auction: AuctionID
        let bidder: BidderID
    }

    let logID: String
    private(set) var house = House()
    private(set) var head = LogHead.empty
    private(set) var entryHashes: [Int64: EntryHash] = [:]
    private var positions: [EntryHash: Int64] = [:]
    /// Each public change, by its lot and number.
    private(set) var changes: [AuctionID: [Int64: PublicChange]] = [:]
    /// Every lot as it was after each entry.
    private(set) var lots: Set<PublicLot> = []
    /// Every request with a final verdict, as often as it is there.
    private(set) var requests: [RequestName: [BidRequest]] = [:]
    /// Everybody who was a lot's winner at some time; a void can make another one.
    private(set) var winners: Set<Winner> = []
    /// The texts of each lot's certificates: a void can make another one.
    private(set) var certificates: [AuctionID: [String]] = [:]
    private(set) var findings: [Finding] = []

    private var ledgers: [AuctionID: LotRecord] = [:]
    private var certified: [AuctionID: EntryHash] = [:]
    private var last = Instant(milliseconds: 0)

    init(of log: any BidLog) throws(LedgerError) {
        logID = log.logID
        try log.entries(after: 0) { follow($0) }
    }

    func reply(to name: RequestName) -> Reply? {
        house.auctions[name.auction]?.reply(to: BidKey(bidder: name.bidder, id: name.id))
    }

    /// Every key that the log has.
    var keys: KeySet { KeySet(house.signingKeys) }

    func position(of entry: EntryHash) -> Int64? { positions[entry] }

    private mutating func follow(_ entry: LogEntry) {
        if entry.at < last { find(.forward, "entry \(entry.position) is before the one before it") }
        last = entry.at
        let seqBefore: Int64? =
            if case .auction(let id, _) = entry.event {
                house.auctions[id]?.seq
            } else {
                nil
            }
        house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
        head = entry.head
        entryHashes[entry.position] = entry.hash
        positions[entry.hash] = entry.position
        guard case .auction(let id, let event) = entry.event, let lot = house.auctions[id] else {
            return
        }
        lots.insert(PublicLot(lot.publicState))
        if let change = lot.publicChange(after: event, at: entry.at) {
            let seq = change.state.seq
            // Events of one command share their number.
            if seq != (seqBefore ?? 0) + 1, seq != seqBefore {
                find(.numbered, "\(id) goes from \(seqBefore ?? 0) to \(seq)")
            }
            changes[id, default: [:]][seq] = change
        }
        if let request = event.request {
            let name = RequestName(auction: id, bidder: request.bidder, id: request.id)
            requests[name, default: []].append(request)
        }
        if lot.outcomeEntry == entry.hash,
            let text = CertificateStatement.text(
                of: lot, position: entry.position, hash: entry.hash, replacing: certified[id])
        {
            certificates[id, default: []].append(text)
            certified[id] = entry.hash
        }
        if case .sold(let bidder, _)? = lot.outcome {
            winners.insert(Winner(auction: id, bidder: bidder))
        }
        findings += ledgers[id, default: LotRecord(id)].follow(event, at: entry.at, lot: lot)
    }

    private mutating func find(_ promise: Finding.Promise, _ detail: String) {
        findings.append(Finding(promise: promise, detail: detail))
    }
}

extension AuctionEvent {
    /// The request that the event is the verdict on.
    fileprivate var request: BidRequest? {
        switch self {
        case .bidAccepted(let accepted): accepted.request
        case .bidRefused(let refused): refused.request
        case .bidsVoided(let voided):
            if case .retraction(let request) = voided.cause { request } else { nil }
        default: nil
        }
    }
}
