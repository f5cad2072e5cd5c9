/// Something that happened, and that the log keeps. State changes only by applying events.
public enum Event: Hashable, Sendable {
    case auction(AuctionID, AuctionEvent)
    indirect case house(HouseEvent)
}

/// What happened to one auction. `seq` is the auction's own number of the public change that the
/// event is part of; one command makes at most one change, so that events of one command share it.
///
/// What they hold is kept aside: an event is moved a dozen times on its way, and so is but a pointer.
public enum AuctionEvent: Hashable, Sendable {
    indirect case created(Terms)
    indirect case opened(seq: Int64)
    case bidAccepted(BidAccepted)
    indirect case bidRefused(BidRefused)
    indirect case bidsVoided(BidsVoided)
    indirect case reserveLowered(ReserveLowered)
    indirect case extended(Extended)
    indirect case paused(reason: String?, seq: Int64)
    indirect case resumed(endsAt: Instant?, seq: Int64)
    indirect case closed(Closed)
    indirect case cancelled(reason: String, seq: Int64)
    indirect case announced(text: String)
    /// A live-room lot came on the block, or its ask moved.
    indirect case askSet(AskSet)
    indirect case fairWarned(seq: Int64)
    /// A lot that was sold or passed is on the block again.
    indirect case reopened(Reopened)

    /// The public change that the event is part of, if any.
    public var seq: Int64? {
        switch self {
        case .created, .bidRefused, .announced: nil
        case .opened(let seq), .paused(_, let seq), .resumed(_, let seq), .cancelled(_, let seq),
            .fairWarned(let seq):
            seq
        case .bidAccepted(let event): event.seq
        case .bidsVoided(let event): event.seq
        case .reserveLowered(let event): event.seq
        case .extended(let event): event.seq
        case .closed(let event): event.seq
        case .askSet(let event): event.seq
        case .reopened(let event): event.seq
        }
    }

    /// The event's name in the log, in SQL and in exports.
    public var kind: String {
        switch self {
        case .created: "auction_created"
        case .opened: "auction_opened"
        case .bidAccepted: "bid_accepted"
        case .bidRefused: "bid_refused"
        case .bidsVoided: "bids_voided"
        case .reserveLowered: "reserve_lowered"
        case .extended: "auction_extended"
        case .paused: "auction_paused"
        case .resumed: "auction_resumed"
        case .closed: "auction_closed"
        case .cancelled: "auction_cancelled"
        case .announced: "auction_announced"
        case .askSet: "ask_set"
        case .fairWarned: "fair_warning_given"
        case .reopened: "auction_reopened"
        }
    }
}

/// The bidding as it stands in public, for formats that show it.
public struct Standing: Hashable, Sendable {
    /// Nil when no commitment survives.
    public let price: Amount?
    public let leader: BidderID?
    public let isReserveMet: Bool

    public init(price: Amount?, leader: BidderID?, isReserveMet: Bool) {
        self.price = price
        self.leader = leader
        self.isReserveMet = isReserveMet
    }

    // In line: a call would be given copies.
    @inline(__always)
    public static func == (left: Standing, right: Standing) -> Bool {
        left.price == right.price && left.isReserveMet == right.isReserveMet
            && left.leader == right.leader
    }
}

/// A bid or a buy was accepted. A value, though a class, as its request is.
public final class BidAccepted: Sendable {
    public let request: BidRequest
    /// The amount committed; a buy's is the buy-now price.
    public let amount: Amount
    public let ordinal: Int
    /// The bidding after it; nil when nothing public changed.
    public let standing: Standing?
    public let seq: Int64?

    public init(
        request: BidRequest, amount: Amount, ordinal: Int, standing: Standing?, seq: Int64?
    ) {
        self.request = request
        self.amount = amount
        self.ordinal = ordinal
        self.standing = standing
        self.seq = seq
    }
}

extension BidAccepted: Hashable {
    public static func == (left: BidAccepted, right: BidAccepted) -> Bool {
        left === right
            || left.request == right.request && left.amount == right.amount
                && left.ordinal == right.ordinal && left.standing == right.standing
                && left.seq == right.seq
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(request)
        hasher.combine(amount)
        hasher.combine(ordinal)
        hasher.combine(standing)
        hasher.combine(seq)
    }
}

/// A request was refused with a final verdict.
public struct BidRefused: Hashable, Sendable {
    public let request: BidRequest
    public let refusal: Refusal

    public init(request: BidRequest, refusal: Refusal) {
        self.request = request
        self.refusal = refusal
    }
}

/// Commitments were taken out of the bidding: by an administrator, or by their bidder.
public struct BidsVoided: Hashable, Sendable {
    /// Who took them out.
    public enum Cause: Hashable, Sendable {
        case administrator(reason: String)
        case retraction(BidRequest)
    }

    public let ordinals: [Int]
    public let cause: Cause
    /// The bidding after it; nil when nothing public changed.
    public let standing: Standing?
    /// On a lot that had closed: its result after it.
    public let outcome: Outcome?
    public let seq: Int64?

    public init(
        ordinals: [Int], cause: Cause, standing: Standing?, outcome: Outcome?, seq: Int64?
    ) {
        self.ordinals = ordinals
        self.cause = cause
        self.standing = standing
        self.outcome = outcome
        self.seq = seq
    }
}

/// The reserve was lowered; `isMet` says whether the price had reached the new one already.
public struct ReserveLowered: Hashable, Sendable {
    public let reserve: Amount
    public let isMet: Bool
    public let seq: Int64?

    public init(reserve: Amount, isMet: Bool, seq: Int64?) {
        self.reserve = reserve
        self.isMet = isMet
        self.seq = seq
    }
}

/// The end of the lot moved to a later time.
public struct Extended: Hashable, Sendable {
    /// Why it moved.
    public enum Cause: Hashable, Sendable {
        case softClose
        /// A late bid on another lot of its group, that one.
        case softCloseGroup(bidOn: AuctionID)
        case outage
        case administrator(reason: String?)
    }

    public let endsAt: Instant
    public let cause: Cause
    public let seq: Int64

    public init(endsAt: Instant, cause: Cause, seq: Int64) {
        self.endsAt = endsAt
        self.cause = cause
        self.seq = seq
    }
}

/// The auctioneer asks for an amount.
public struct AskSet: Hashable, Sendable {
    public let ask: Amount
    /// The bidding of a lot that comes on the block, with its absentee bids executed; nil when nothing
    /// of it changed.
    public let standing: Standing?
    public let seq: Int64

    public init(ask: Amount, standing: Standing?, seq: Int64) {
        self.ask = ask
        self.standing = standing
        self.seq = seq
    }
}

/// A lot that had ended is on the block again, with the bids that it had.
public struct Reopened: Hashable, Sendable {
    public let reason: String?
    public let seq: Int64

    public init(reason: String?, seq: Int64) {
        self.reason = reason
        self.seq = seq
    }
}

/// The lot closed.
public struct Closed: Hashable, Sendable {
    /// What closed it.
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// Its end came.
        case time
        /// Its price reached the cap, or somebody took it at that.
        case bought
        /// An administrator closed it before its end.
        case hammer
    }

    public let outcome: Outcome
    public let cause: Cause
    public let reason: String?
    public let seq: Int64

    public init(outcome: Outcome, cause: Cause, reason: String? = nil, seq: Int64) {
        self.outcome = outcome
        self.cause = cause
        self.reason = reason
        self.seq = seq
    }
}

/// How a lot ended.
public enum Outcome: Hashable, Sendable {
    case sold(to: BidderID, price: Amount)
    case noBids
    case reserveNotMet
    /// The auctioneer ended a live-room lot without a sale.
    case passed

    /// The outcome's name on the wire and in the database.
    public var code: String {
        switch self {
        case .sold: "sold"
        case .noBids: "no_bids"
        case .reserveNotMet: "reserve_not_met"
        case .passed: "passed"
        }
    }
}
