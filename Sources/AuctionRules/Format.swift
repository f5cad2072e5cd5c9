/// The formats of auction that there are. The enum is closed: a new format is a new case here and a
/// new file that conforms to ``BiddingFormat``; no other file knows a format's rules.
public enum Format: String, Hashable, Sendable, CaseIterable {
    case english
    case sealedFirstPrice = "sealed_first_price"
    case vickrey
    /// Auctioneer-driven.
    case live

    /// The empty bidding of this format.
    func opening(_ terms: Terms) -> Bidding {
        switch self {
        case .english: .english(EnglishFormat())
        case .sealedFirstPrice: .sealedFirstPrice(SealedFirstPriceFormat())
        case .vickrey: .vickrey(VickreyFormat())
        case .live: .live(LiveFormat(terms))
        }
    }
}

/// An amount that somebody wants to commit, past the checks that all formats share.
struct Offer {
    let request: BidRequest
    let kind: Commitment.Kind
    let amount: Amount
    /// The ask that the bidder saw, in the live room.
    var askSeq: Int64?

    var bidder: BidderID { request.bidder }
}

/// What differs between formats: the seam that keeps each one's rules in its own file.
///
/// A conforming type holds what the format must remember beyond the commitments themselves, all of
/// it derivable from them. Nothing here can fail or mutate the auction: `refusal` and `standing`
/// decide, `commit` and `recount` follow the log.
protocol BiddingFormat: Hashable, Sendable {
    /// Step 9 of the admission: why the amount is not enough, if so.
    func refusal(of offer: Offer, in auction: Auction) -> Refusal?
    /// The bidding after the offer, or nil when nothing public changes.
    func standing(after offer: Offer, in auction: Auction) -> Standing?
    /// The bidding after these commitments have been voided, shown or not.
    func standing(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Standing
    /// The least that a newcomer must offer while the lot takes bids.
    func minimum(in auction: Auction) -> Amount
    /// How the lot would end now.
    func outcome(in auction: Auction) -> Outcome
    /// How the lot ends without these commitments.
    func outcome(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Outcome
    /// Takes note of a commitment that has just been accepted.
    ///
    /// - Parameters:
    ///   - number: the bidder's on the lot.
    ///   - isPublic: whether it made a public change of its own.
    mutating func commit(
        _ amount: Amount, by number: Int, _ kind: Commitment.Kind, isPublic: Bool)
    /// Counts afresh, after commitments have been voided.
    mutating func recount(_ commitments: some Sequence<Commitment>)
    /// Which commitments a retraction voids, or why it is refused.
    func retraction(
        of bid: BidID, by bidder: BidderID, at t: Instant, in auction: Auction
    ) -> Result<[Int], Refusal>
    /// A bidder's standing amount, given that bidder's surviving commitments in order.
    static func standingAmount(of commitments: some Sequence<Commitment>) -> Amount?
    /// Whether the format tells before the close who leads and at what price.
    static var isOpenOutcry: Bool { get }
}

/// The bidding of one lot, in its format. Holds no rule: it only forwards. Written out case by case,
/// as an `any BiddingFormat` would be boxed for every bid.
enum Bidding: Hashable, Sendable {
    case english(EnglishFormat)
    case sealedFirstPrice(SealedFirstPriceFormat)
    case vickrey(VickreyFormat)
    case live(LiveFormat)

    func refusal(of offer: Offer, in auction: Auction) -> Refusal? {
        switch self {
        case .english(let format): format.refusal(of: offer, in: auction)
        case .sealedFirstPrice(let format): format.refusal(of: offer, in: auction)
        case .vickrey(let format): format.refusal(of: offer, in: auction)
        case .live(let format): format.refusal(of: offer, in: auction)
        }
    }

    func standing(after offer: Offer, in auction: Auction) -> Standing? {
        switch self {
        case .english(let format): format.standing(after: offer, in: auction)
        case .sealedFirstPrice(let format): format.standing(after: offer, in: auction)
        case .vickrey(let format): format.standing(after: offer, in: auction)
        case .live(let format): format.standing(after: offer, in: auction)
        }
    }

    func standing(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Standing {
        switch self {
        case .english(let format): format.standing(withoutOrdinals: voided, in: auction)
        case .sealedFirstPrice(let format): format.standing(withoutOrdinals: voided, in: auction)
        case .vickrey(let format): format.standing(withoutOrdinals: voided, in: auction)
        case .live(let format): format.standing(withoutOrdinals: voided, in: auction)
        }
    }

    @inline(__always)
    func minimum(in auction: Auction) -> Amount {
        switch self {
        case .english(let format): format.minimum(in: auction)
        case .sealedFirstPrice(let format): format.minimum(in: auction)
        case .vickrey(let format): format.minimum(in: auction)
        case .live(let format): format.minimum(in: auction)
        }
    }

    func outcome(in auction: Auction) -> Outcome {
        switch self {
        case .english(let format): format.outcome(in: auction)
        case .sealedFirstPrice(let format): format.outcome(in: auction)
        case .vickrey(let format): format.outcome(in: auction)
        case .live(let format): format.outcome(in: auction)
        }
    }

    func outcome(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Outcome {
        switch self {
        case .english(let format): format.outcome(withoutOrdinals: voided, in: auction)
        case .sealedFirstPrice(let format): format.outcome(withoutOrdinals: voided, in: auction)
        case .vickrey(let format): format.outcome(withoutOrdinals: voided, in: auction)
        case .live(let format): format.outcome(withoutOrdinals: voided, in: auction)
        }
    }

    func retraction(
        of bid: BidID, by bidder: BidderID, at t: Instant, in auction: Auction
    ) -> Result<[Int], Refusal> {
        switch self {
        case .english(let format): format.retraction(of: bid, by: bidder, at: t, in: auction)
        case .sealedFirstPrice(let format):
            format.retraction(of: bid, by: bidder, at: t, in: auction)
        case .vickrey(let format): format.retraction(of: bid, by: bidder, at: t, in: auction)
        case .live(let format): format.retraction(of: bid, by: bidder, at: t, in: auction)
        }
    }

    /// What the offer may cost its bidder at most.
    func commitment(of offer: Offer, in auction: Auction) -> Amount {
        guard case .live(let format) = self else { return offer.amount }
        return format.commitment(of: offer, in: auction)
    }

    mutating func commit(
        _ amount: Amount, by number: Int, _ kind: Commitment.Kind, isPublic: Bool
    ) {
        switch self {
        case .english(var format):
            format.commit(amount, by: number, kind, isPublic: isPublic)
            self = .english(format)
        case .live(var format):
            format.commit(amount, by: number, kind, isPublic: isPublic)
            self = .live(format)
        // Sealed formats remember nothing beyond the commitments.
        case .sealedFirstPrice, .vickrey: break
        }
    }

    mutating func recount(_ commitments: some Sequence<Commitment>) {
        switch self {
        case .english(var format):
            format.recount(commitments)
            self = .english(format)
        case .live(var format):
            format.recount(commitments)
            self = .live(format)
        case .sealedFirstPrice, .vickrey: break
        }
    }
}
