/// What a bidder asks for on one auction, under an id of its own that makes it safe to repeat.
///
/// A value, though a class: nothing of it ever changes, and equal is what has equal content. A request
/// goes into the event, the reply and a dozen hands between them, and so is but one reference to count.
public final class BidRequest: Sendable {
    public let bidder: BidderID
    /// The client's name of the request, unique per bidder and auction.
    public let id: BidID
    public let action: BidAction
    /// The bidder has seen ``Refusal/confirmRequired(minimum:)`` and means it. Not part of the
    /// content: the same bid with it is the same bid.
    public let isConfirmed: Bool

    public init(bidder: BidderID, id: BidID, action: BidAction, isConfirmed: Bool = false) {
        self.bidder = bidder
        self.id = id
        self.action = action
        self.isConfirmed = isConfirmed
    }

    /// What the request is known by.
    public var key: BidKey { BidKey(bidder: bidder, id: id) }

    /// What tables look the key up by.
    var keyHash: UInt64 { KeyHash.combined(bidder.keyHash, id.keyHash) }
}

extension BidRequest: Hashable {
    public static func == (left: BidRequest, right: BidRequest) -> Bool {
        left === right
            || left.bidder == right.bidder && left.id == right.id && left.action == right.action
                && left.isConfirmed == right.isConfirmed
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bidder)
        hasher.combine(id)
        hasher.combine(action)
        hasher.combine(isConfirmed)
    }
}

/// The content of a request: what must be the same when its id is repeated.
public enum BidAction: Hashable, Sendable {
    /// `currency` is the one that the bidder believes to bid in, when it says so.
    case bid(BidKind, amount: Amount, currency: String? = nil)
    /// A bid that names the ask it answers, in the live room; elsewhere a bid like any other. Kept aside,
    /// so that it does not make every other request as large.
    indirect case bidAtAsk(BidKind, amount: Amount, askSeq: Int64, currency: String? = nil)
    /// A bid from the room, which the auctioneer places for a bidder there.
    case room(amount: Amount)
    /// Takes the lot at its buy-now price.
    case buy
    /// Takes back the bid of that id.
    case retract(BidID)
}

extension BidAction {
    /// Whether it names no other currency.
    func isIn(_ currency: Currency) -> Bool {
        switch self {
        case .bid(_, _, nil), .room, .buy, .retract: true
        case .bid(_, _, let named?): named == currency.code
        case .bidAtAsk(_, _, _, let named): named.map { $0 == currency.code } ?? true
        }
    }
}

/// How an amount is meant (rulebook, section 3).
public enum BidKind: String, Hashable, Sendable, CaseIterable {
    /// The most that the bidder would pay; the engine bids for him up to it.
    case max
    /// This price, shown at face value.
    case exact
}

/// The idempotency key of a request on one auction.
public struct BidKey: Hashable, Sendable {
    public let bidder: BidderID
    public let id: BidID

    public init(bidder: BidderID, id: BidID) {
        self.bidder = bidder
        self.id = id
    }

    /// What tables look it up by.
    var keyHash: UInt64 { KeyHash.combined(bidder.keyHash, id.keyHash) }
}

/// An accepted offer on one auction. It is never deleted; a void marks it.
public struct Commitment: Hashable, Sendable {
    /// What kind of offer committed the amount.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case max
        case exact
        case buy
        /// From the room.
        case room
    }

    /// 0, 1, 2 … in the order of acceptance on this auction: the priority between equal amounts.
    public let ordinal: Int
    public let bidder: BidderID
    /// The bidder's on the lot.
    let number: Int
    public let kind: Kind
    public let amount: Amount
    public let at: Instant
    /// The public change that it made; nil when it stayed private (a raised max, a sealed bid).
    public let seq: Int64?
    /// Taken out of the bidding, by an administrator or by its bidder.
    public let isVoided: Bool
}
