/// What the rules say to a command: the events to log and apply, in order, and the answer.
///
/// Events may precede a refusal: the command brought the lot's clock up to date first.
public struct Decision: Hashable, Sendable {
    /// What the one who sent the command is told.
    public enum Answer: Hashable, Sendable {
        /// Done; for a request, its reply stands in the state once the events are applied.
        case done
        /// The same request had been answered before: this is the answer again.
        case repeated(Reply)
        /// No request with that id has had a final verdict.
        case notSeen
        /// The request gets a refusal that is no final verdict, and that nothing keeps.
        case refused(Refusal)
        /// An administrator's command was refused.
        case declined(Objection)
        /// Some of several commands were refused, and so none was done: by the command's index.
        case declinedAll([Int: Objection])
    }

    public var events: EventList
    public var answer: Answer

    public init(events: EventList = EventList(), answer: Answer = .done) {
        self.events = events
        self.answer = answer
    }
}

/// Why an administrator's command is refused by the rules.
public struct Objection: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of objection it is; `not_found` kinds exit with another code.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case invalidTerms = "invalid_terms"
        case alreadyExists = "already_exists"
        case unknownAuction = "unknown_auction"
        case unknownSale = "unknown_sale"
        case unknownBidder = "unknown_bidder"
        case unknownBid = "unknown_bid"
        case unknownToken = "unknown_token"
        /// The lot's phase does not allow it.
        case wrongStatus = "wrong_status"
        case reasonRequired = "reason_required"
        case reserveNotLower = "reserve_not_lower"
        case endNotLater = "end_not_later"
        /// An ask that is not above the price, or under the start.
        case askNotHigher = "ask_not_higher"
        /// The rules refuse a bid from the room; the message begins with the refusal's code.
        case bidRefused = "bid_refused"
        /// It could not be made durable; nothing happened.
        case unavailable
    }

    public let kind: Kind
    /// What is wrong and what to do.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
