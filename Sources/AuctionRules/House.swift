/// Everything that the engine knows: the sales, the bidders, their credentials and the auctions.
///
/// The whole of the rules behind two functions: ``decide(_:at:)`` says what a command leads to, and
/// ``apply(_:at:recordedAs:)`` follows the log. No clock, no I/O, no randomness: the same log
/// gives the same house.
public struct House: Hashable, Sendable {
    /// What the house knows of a bidder.
    public struct Membership: Hashable, Sendable {
        public let bidder: Bidder
        public internal(set) var isSuspended = false
        /// The auctions that the bidder has an accepted bid on.
        public internal(set) var auctions = Lots()
    }

    /// Lots, each of them once. A set, but for its upkeep: who bids on thousands of lots would pay for it with
    /// each first bid.
    public struct Lots: Hashable, Sendable {
        /// In the order in which they were noted, which says nothing.
        private(set) var places: [Auctions.Place] = []

        public var count: Int { places.count }

        /// Takes note of a lot that is not here yet.
        mutating func note(_ lot: Auctions.Place) { places.append(lot) }

        public static func == (left: Lots, right: Lots) -> Bool {
            left.count == right.count && Set(left.places) == Set(right.places)
        }

        public func hash(into hasher: inout Hasher) { hasher.combine(count) }
    }

    /// A sale with its lots, in the order of their creation, and who may bid in it.
    public struct Catalogue: Hashable, Sendable {
        public let sale: Sale
        public internal(set) var auctions: [AuctionID] = []
        public internal(set) var registrations: [BidderID: Registration] = [:]
        /// The lots of each group that late bids extend together; follows from their terms.
        public internal(set) var softCloseGroups: [SoftCloseGroup: [AuctionID]] = [:]

        init(sale: Sale) { self.sale = sale }

        /// Takes a lot in, as the last one.
        mutating func add(_ auction: AuctionID, _ terms: Terms) {
            auctions.append(auction)
            if let group = terms.softClose?.group {
                softCloseGroups[group, default: []].append(auction)
            }
        }

        mutating func removeAllAuctions() {
            auctions = []
            softCloseGroups = [:]
        }
    }

    public internal(set) var auctions = Auctions()
    public internal(set) var sales = Register<Catalogue>()
    public internal(set) var bidders = Register<Membership>()
    public internal(set) var tokens: [TokenHash: Token] = [:]
    /// Every key that the server has signed with, oldest first; the last one is in use.
    public internal(set) var signingKeys: [PublishedKey] = []
    /// The time of the newest event: the engine's time never runs backwards.
    public internal(set) var lastInstant = Instant(milliseconds: 0)

    public init() {}
}

/// A command to the engine. All but a request, which nearly all of them are, keep what they hold aside.
public enum Command: Hashable, Sendable {
    case request(BidRequest, on: AuctionID)
    /// Asks for the reply that a request got; changes nothing. Decided in its turn, so that every
    /// request sent before it has been.
    indirect case status(BidKey, on: AuctionID)
    indirect case administer(AuctionID, AuctionCommand)
    indirect case createAuction(AuctionID, Terms)
    indirect case createSale(Sale)
    indirect case addBidder(Bidder)
    indirect case suspendBidder(BidderID, reason: String?)
    indirect case reinstateBidder(BidderID)
    indirect case register(Registration)
    indirect case issueToken(Token)
    indirect case revokeToken(TokenHash)
    /// Revokes every token of that bidder.
    indirect case revokeTokens(of: BidderID)
    /// Signs with that key from now on.
    indirect case addSigningKey(PublicKey)
    /// All of an administrator's commands or none, in order; each sees what those before it did.
    indirect case all([Command])
}
