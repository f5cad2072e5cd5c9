/// What happened in the house beside the auctions themselves: sales, bidders and their credentials.
public enum HouseEvent: Hashable, Sendable {
    case saleCreated(Sale)
    case bidderAdded(Bidder)
    case bidderSuspended(BidderID, reason: String?)
    case bidderReinstated(BidderID)
    case registered(Registration)
    case tokenIssued(Token)
    case tokenRevoked(TokenHash)
    /// The server signs with this key from now on.
    case signingKeyAdded(PublicKey)

    /// The event's name in the log, in SQL and in exports.
    public var kind: String {
        switch self {
        case .saleCreated: "sale_created"
        case .bidderAdded: "bidder_added"
        case .bidderSuspended: "bidder_suspended"
        case .bidderReinstated: "bidder_reinstated"
        case .registered: "bidder_registered"
        case .tokenIssued: "token_issued"
        case .tokenRevoked: "token_revoked"
        case .signingKeyAdded: "signing_key_added"
        }
    }
}

/// A catalogue of auctions.
public struct Sale: Hashable, Sendable {
    public let id: SaleID
    /// 1 ... 200 characters.
    public let title: String
    /// Each further lot of the sale closes this much later than asked for; 0: none.
    public let stagger: Milliseconds
    /// Only registered and approved bidders may bid on its lots.
    public let requiresApproval: Bool
    /// The group of its lots that have a soft close and name no group of their own.
    public let softCloseGroup: SoftCloseGroup?

    public init(
        id: SaleID, title: String, stagger: Milliseconds = 0, requiresApproval: Bool = false,
        softCloseGroup: SoftCloseGroup? = nil
    ) {
        self.id = id
        self.title = title
        self.stagger = stagger
        self.requiresApproval = requiresApproval
        self.softCloseGroup = softCloseGroup
    }
}

/// Somebody who may bid.
public struct Bidder: Hashable, Sendable {
    public let id: BidderID
    /// What the house calls the bidder; never shown to others. At most 200 characters.
    public let name: String?
    /// The most that a single bid may offer; nil: no bound. It holds in its own currency only, and
    /// a bidder with a limit may bid in no other currency.
    public let bidLimit: Limit?

    public init(id: BidderID, name: String? = nil, bidLimit: Limit? = nil) {
        self.id = id
        self.name = name
        self.bidLimit = bidLimit
    }
}

/// A bound on what a bidder may commit to.
public struct Limit: Hashable, Sendable {
    public let amount: Amount
    public let currency: Currency

    public init(amount: Amount, currency: Currency) {
        self.amount = amount
        self.currency = currency
    }
}

/// A bidder's admission to one sale.
public struct Registration: Hashable, Sendable {
    public let sale: SaleID
    public let bidder: BidderID
    public let isApproved: Bool
    /// The most that the bidder may be committed to over all lots of the sale that he leads.
    public let exposureLimit: Limit?

    public init(sale: SaleID, bidder: BidderID, isApproved: Bool, exposureLimit: Limit? = nil) {
        self.sale = sale
        self.bidder = bidder
        self.isApproved = isApproved
        self.exposureLimit = exposureLimit
    }
}

/// A bearer token, of which only the hash is kept.
public struct Token: Hashable, Sendable {
    /// Who the bearer is.
    public enum Bearer: Hashable, Sendable {
        case bidder(BidderID)
        case administrator(name: String)
    }

    public let hash: TokenHash
    public let bearer: Bearer
    /// From then on it is no longer good; nil: never.
    public let expiresAt: Instant?

    public init(hash: TokenHash, bearer: Bearer, expiresAt: Instant?) {
        self.hash = hash
        self.bearer = bearer
        self.expiresAt = expiresAt
    }
}

/// The SHA-256 of a bearer token, as 64 lower-case hexadecimal digits.
public struct TokenHash: Hashable, Sendable {
    public let hex: String

    /// Nil unless `hex` is 64 lower-case hexadecimal digits.
    public init?(hex: String) {
        let isHex = hex.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard hex.utf8.count == 64, isHex else { return nil }
        self.hex = hex
    }
}
