/// Why a bid was refused, in the order of the checks (rulebook, section 2): the first one that
/// applies is the answer. A refusal carries only public numbers and changes nothing public.
public enum Refusal: Error, Hashable, Sendable {
    // 1. The message itself.
    case malformed(String)
    case wrongCurrency(expected: String)
    case invalidAmount
    // 2. The id.
    case idempotencyConflict
    // 3. The lot.
    case unknownAuction
    // 5. The phase.
    case notOpen
    case paused
    case closed(lateBy: Milliseconds)
    case cancelled
    // 6. to 8. The bidder.
    case notRegistered
    case notApproved
    case suspended
    case selfBidding
    case limitExceeded
    // 9. to 11. The amount.
    case alreadyLeading
    case maxNotHigher
    case tooLow(minimum: Amount)
    case offLadder
    case confirmRequired(minimum: Amount)
    /// The live room: the bid answers an ask that is no longer the present one.
    case askMoved(ask: Amount, askSeq: Int64)
    /// This format or this lot takes no such request; the text says what it takes.
    case unsupported(String)
    /// It could not be made durable; nothing happened.
    case unavailable

    /// The code on the wire and in the database (protocol, section 4).
    public var code: String {
        switch self {
        case .malformed: "malformed"
        case .wrongCurrency: "wrong_currency"
        case .invalidAmount: "invalid_amount"
        case .idempotencyConflict: "idempotency_conflict"
        case .unknownAuction: "unknown_auction"
        case .notOpen: "not_open"
        case .paused: "paused"
        case .closed: "closed"
        case .cancelled: "cancelled"
        case .notRegistered: "not_registered"
        case .notApproved: "not_approved"
        case .suspended: "suspended"
        case .selfBidding: "self_bidding"
        case .limitExceeded: "limit_exceeded"
        case .alreadyLeading: "already_leading"
        case .maxNotHigher: "max_not_higher"
        case .tooLow: "too_low"
        case .offLadder: "off_ladder"
        case .confirmRequired: "confirm_required"
        case .askMoved: "ask_moved"
        case .unsupported: "unsupported"
        case .unavailable: "unavailable"
        }
    }

    /// What the next bidder must offer at least, where that is the point.
    public var minimum: Amount? {
        switch self {
        case .tooLow(let minimum), .confirmRequired(let minimum), .askMoved(let minimum, _): minimum
        default: nil
        }
    }

    /// The present ask's number, where the bid saw another one.
    public var askSeq: Int64? {
        guard case .askMoved(_, let askSeq) = self else { return nil }
        return askSeq
    }

    /// How long after the end the request came, for `closed`.
    public var lateBy: Milliseconds? {
        guard case .closed(let lateBy) = self else { return nil }
        return lateBy
    }

    /// Whether the verdict is kept and repeated. The others are no verdict on the bid: the same id
    /// may be sent again, corrected, confirmed or later, and is then judged.
    public var isFinal: Bool {
        switch self {
        case .malformed, .wrongCurrency, .invalidAmount, .idempotencyConflict, .unknownAuction,
            .confirmRequired, .unavailable:
            false
        default: true
        }
    }

    /// What happened and what to do, in words for the bidder.
    public var message: String {
        switch self {
        case .malformed(let why): "The bid can't be read: \(why)."
        case .wrongCurrency(let expected): "This lot is sold in \(expected): bid in \(expected)."
        case .invalidAmount:
            "The amount must be a whole number of minor units, from 1 to 9007199254740991."
        case .idempotencyConflict:
            "This id was used for another bid on this lot: use a new id for a new bid."
        case .unknownAuction: "There is no such lot: check its id."
        case .notOpen: "The lot is not open yet: bid when it opens."
        case .paused: "The lot is paused: bid again when it resumes."
        case .closed(let lateBy): "The lot had closed \(lateBy) ms before this bid arrived."
        case .cancelled: "The lot was cancelled."
        case .notRegistered: "You are not registered: ask the auction house to register you."
        case .notApproved: "You are not approved for this sale: ask the auction house."
        case .suspended: "You are suspended from bidding: ask the auction house."
        case .selfBidding: "You are a party to this lot's sale and may not bid on it."
        case .limitExceeded: "The bid is over your limit: bid less, or ask for a higher limit."
        case .alreadyLeading: "You are leading already; to offer more, raise your max."
        case .maxNotHigher: "A new max must be higher than your present one."
        case .tooLow: "The bid is below the minimum: offer at least the minimum."
        case .offLadder: "This lot takes only amounts on its ladder: offer the minimum or a rung."
        case .confirmRequired:
            "This is far above the minimum: send the same bid with \"confirm\": true if you mean it."
        case .askMoved: "The ask has moved: bid at the present ask, if you still want to."
        case .unsupported(let what): "\(what)."
        case .unavailable: "The bid could not be stored; nothing happened. Send it again."
        }
    }
}

extension Refusal {
    /// What was offered where that was not enough, or no more: after a void it may be enough again.
    func insufficientOffer(of action: BidAction) -> Amount? {
        switch (self, action) {
        case (.tooLow, .bid(_, let amount, _)), (.tooLow, .bidAtAsk(_, let amount, _, _)),
            (.askMoved, .bidAtAsk(_, let amount, _, _)):
            amount
        default: nil
        }
    }
}
