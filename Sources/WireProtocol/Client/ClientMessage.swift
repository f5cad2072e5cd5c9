public import AuctionRules

/// What a client says (protocol, section 2).
public enum ClientMessage: Hashable, Sendable {
    /// A token or a one-time ticket.
    case authenticate(token: String)
    case watch(WatchTarget, feed: Feed = .latest, resume: ResumePoint? = nil)
    case unwatch(WatchTarget)
    case bid(BidMessage)
    case buy(AuctionID, id: BidID)
    case retract(AuctionID, id: BidID, bid: BidID)
    case receipt(AuctionID, id: BidID)
    case bidStatus(AuctionID, id: BidID)
    case time(ClientTime)

    /// All that there is to say, by the `type` of the messages.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case authenticate
        case watch
        case unwatch
        case bid
        case buy
        case retract
        case receipt
        case bidStatus = "bid_status"
        case time
    }

    public var kind: Kind {
        switch self {
        case .authenticate: .authenticate
        case .watch: .watch
        case .unwatch: .unwatch
        case .bid: .bid
        case .buy: .buy
        case .retract: .retract
        case .receipt: .receipt
        case .bidStatus: .bidStatus
        case .time: .time
        }
    }

    /// The message's `type`.
    public var type: String { kind.rawValue }
}

/// One frame from a client: a message, and the client's name for it.
public struct ClientFrame: Hashable, Sendable {
    /// At most 64 characters; comes back on the reply.
    public var ref: String?
    public var message: ClientMessage

    public static let refLengthMax = 64

    public init(_ message: ClientMessage, ref: String? = nil) {
        self.ref = ref
        self.message = message
    }
}

/// What can be watched; a sale stands for all of its lots, those added later too.
public enum WatchTarget: Hashable, Sendable {
    case auction(AuctionID)
    case sale(SaleID)
}

/// How a watcher that can't keep up is treated.
public enum Feed: String, Hashable, Sendable, CaseIterable {
    /// It is skipped forward to the newest `price`.
    case latest
    /// It gets every change, or is closed.
    case full
}

/// Where a watcher left off: the last change that it saw, and in which log.
public struct ResumePoint: Hashable, Sendable {
    public var after: Int64
    public var log: String

    public init(after: Int64, log: String) {
        self.after = after
        self.log = log
    }
}

/// A `bid`. `quantity` belongs to formats that this server has not: a bid for more than one unit is
/// refused, rather than taken for one unit.
public struct BidMessage: Hashable, Sendable {
    public var auction: AuctionID
    public var id: BidID
    public var amount: Amount
    public var kind: BidKind
    /// The currency that the bidder believes to bid in, when it says so.
    public var currency: String?
    /// The ask that the bidder saw, for a live-room lot on the block; elsewhere it has nothing to guard.
    public var askSeq: Int64?
    public var isConfirmed: Bool
    public var wantsReceipt: Bool

    public init(
        auction: AuctionID, id: BidID, amount: Amount, kind: BidKind = .max,
        currency: String? = nil, askSeq: Int64? = nil, isConfirmed: Bool = false,
        wantsReceipt: Bool = false
    ) {
        self.auction = auction
        self.id = id
        self.amount = amount
        self.kind = kind
        self.currency = currency
        self.askSeq = askSeq
        self.isConfirmed = isConfirmed
        self.wantsReceipt = wantsReceipt
    }

    /// What the rules are asked in that bidder's name.
    public func request(by bidder: BidderID) -> BidRequest {
        let action: BidAction =
            if let askSeq {
                .bidAtAsk(kind, amount: amount, askSeq: askSeq, currency: currency)
            } else {
                .bid(kind, amount: amount, currency: currency)
            }
        return BidRequest(bidder: bidder, id: id, action: action, isConfirmed: isConfirmed)
    }
}

/// The number that a client sends with `time`, as it was written; nothing is read from it.
public struct ClientTime: Hashable, Sendable {
    /// A JSON number.
    public let text: String

    public init(_ integer: Int64) { text = String(integer) }

    /// For text that a JSON parser has found to be a number.
    init(number text: String) { self.text = text }
}
