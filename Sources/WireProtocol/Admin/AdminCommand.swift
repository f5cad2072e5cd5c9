public import AuctionRules

/// What an administrator asks the server for: `POST /v1/admin/NAME` with a JSON object.
public enum AdminCommand: Hashable, Sendable {
    case createAuction(NewAuction)
    /// All of a catalogue or nothing.
    case importAuctions([NewAuction])
    case listAuctions(status: AuctionStatus? = nil, sale: SaleID? = nil, reveal: Bool = false)
    /// The lot as it is, or as it was after its public change `atSeq`.
    case showAuction(AuctionID, atSeq: Int64? = nil, reveal: Bool = false)
    /// How the lot's public change `seq` came about.
    case explainAuction(AuctionID, seq: Int64, reveal: Bool = false)
    /// The requests on a lot that got a final verdict last, oldest first.
    ///
    /// - limit: from 1 to ``listedRequestsMax``.
    case listRequests(AuctionID, limit: Int64 = 50, reveal: Bool = false)
    /// Opens, pauses, extends … a lot.
    case administer(AuctionID, AuctionCommand)
    case roomBid(RoomBid)
    case createSale(NewSale)
    case listSales
    case showSale(SaleID, reveal: Bool = false)
    /// How the sale's lots ended.
    case saleResults(SaleID, reveal: Bool = false)
    case addBidder(Bidder)
    case listBidders(reveal: Bool = false)
    case suspendBidder(BidderID, reason: String? = nil)
    case reinstateBidder(BidderID)
    case register(Registration)
    /// A new token for a bidder, good for `ttl`; nil: until it is revoked.
    case issueToken(BidderID, ttl: Milliseconds? = nil)
    /// Revokes every token of the bidder.
    case revokeTokens(BidderID)
    case issueAdminToken(name: String, ttl: Milliseconds? = nil)
    /// Revokes one token, a bidder's or an administrator's.
    case revokeToken(TokenHash)
    case databaseStatus
    /// Writes a copy of the database to a path on the server's machine.
    case databaseBackup(path: String)
    /// How far the backup to that path is which is being written now.
    case databaseBackupProgress(path: String)
    case databaseSchema
    case listWebhooks
    /// What a receiver of webhooks, or every one, is owed; `isDead`: dead letters only, or none.
    case listWebhookDeliveries(endpoint: String? = nil, isDead: Bool? = nil)
    /// Has one event tried again, or all that wait and the dead letters.
    case retryWebhook(endpoint: String, event: String? = nil)
    /// Forgets one dead letter, or all.
    case discardWebhook(endpoint: String, event: String? = nil)
    /// Sends an event that says nothing.
    case testWebhook(endpoint: String)
}

/// A lot to create. Without an id the server makes one.
public struct NewAuction: Hashable, Sendable {
    public var id: AuctionID?
    public var terms: Terms

    public init(id: AuctionID? = nil, terms: Terms) {
        self.id = id
        self.terms = terms
    }
}

/// A bid from the room on a live-room lot, which the auctioneer places for a bidder there.
public struct RoomBid: Hashable, Sendable {
    public var auction: AuctionID
    public var bidder: BidderID
    public var amount: Amount
    /// The bid's own id, which makes it safe to repeat. Without one the server makes one.
    public var id: BidID?

    public init(auction: AuctionID, bidder: BidderID, amount: Amount, id: BidID? = nil) {
        self.auction = auction
        self.bidder = bidder
        self.amount = amount
        self.id = id
    }
}

/// A sale to create. Without an id the server makes one.
public struct NewSale: Hashable, Sendable {
    public var id: SaleID?
    public var title: String
    public var stagger: Milliseconds
    public var requiresApproval: Bool
    public var softCloseGroup: SoftCloseGroup?

    public init(
        id: SaleID? = nil, title: String, stagger: Milliseconds = 0, requiresApproval: Bool = false,
        softCloseGroup: SoftCloseGroup? = nil
    ) {
        self.id = id
        self.title = title
        self.stagger = stagger
        self.requiresApproval = requiresApproval
        self.softCloseGroup = softCloseGroup
    }
}

extension AdminCommand {
    /// Every command's name.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        case createAuction = "create-auction"
        case importAuctions = "import-auctions"
        case listAuctions = "list-auctions"
        case showAuction = "show-auction"
        case explainAuction = "explain-auction"
        case listRequests = "list-requests"
        case openAuction = "open-auction"
        case pauseAuction = "pause-auction"
        case resumeAuction = "resume-auction"
        case closeAuction = "close-auction"
        case cancelAuction = "cancel-auction"
        case extendAuction = "extend-auction"
        case lowerReserve = "lower-reserve"
        case voidBid = "void-bid"
        case announce = "announce"
        case ask
        case warn
        case hammer
        case pass
        case reopen
        case undo
        case roomBid = "room-bid"
        case advanceClock = "advance-clock"
        case createSale = "create-sale"
        case listSales = "list-sales"
        case showSale = "show-sale"
        case saleResults = "sale-results"
        case addBidder = "add-bidder"
        case listBidders = "list-bidders"
        case suspendBidder = "suspend-bidder"
        case reinstateBidder = "reinstate-bidder"
        case registerBidder = "register-bidder"
        case issueToken = "issue-token"
        case revokeTokens = "revoke-tokens"
        case issueAdminToken = "issue-admin-token"
        case revokeToken = "revoke-token"
        case databaseStatus = "db-status"
        case databaseBackup = "db-backup"
        case databaseBackupProgress = "db-backup-progress"
        case databaseSchema = "db-schema"
        case listWebhooks = "list-webhooks"
        case listWebhookDeliveries = "list-webhook-deliveries"
        case retryWebhook = "retry-webhook"
        case discardWebhook = "discard-webhook"
        case testWebhook = "test-webhook"
    }

    public static let pathPrefix = "/v1/admin/"

    /// How many requests are listed at most.
    public static let listedRequestsMax: Int64 = 500

    /// Where the command is posted to.
    public var path: String { Self.pathPrefix + name.rawValue }

    public var name: Name {
        switch self {
        case .createAuction: .createAuction
        case .importAuctions: .importAuctions
        case .listAuctions: .listAuctions
        case .showAuction: .showAuction
        case .explainAuction: .explainAuction
        case .listRequests: .listRequests
        case .administer(_, .open): .openAuction
        case .administer(_, .pause): .pauseAuction
        case .administer(_, .resume): .resumeAuction
        case .administer(_, .close): .closeAuction
        case .administer(_, .cancel): .cancelAuction
        case .administer(_, .extend): .extendAuction
        case .administer(_, .lowerReserve): .lowerReserve
        case .administer(_, .voidBid): .voidBid
        case .administer(_, .announce): .announce
        case .administer(_, .ask): .ask
        case .administer(_, .warn): .warn
        case .administer(_, .hammer): .hammer
        case .administer(_, .pass): .pass
        case .administer(_, .reopen): .reopen
        case .administer(_, .undo): .undo
        case .roomBid: .roomBid
        case .administer(_, .advanceClock): .advanceClock
        case .createSale: .createSale
        case .listSales: .listSales
        case .showSale: .showSale
        case .saleResults: .saleResults
        case .addBidder: .addBidder
        case .listBidders: .listBidders
        case .suspendBidder: .suspendBidder
        case .reinstateBidder: .reinstateBidder
        case .register: .registerBidder
        case .issueToken: .issueToken
        case .revokeTokens: .revokeTokens
        case .issueAdminToken: .issueAdminToken
        case .revokeToken: .revokeToken
        case .databaseStatus: .databaseStatus
        case .databaseBackup: .databaseBackup
        case .databaseBackupProgress: .databaseBackupProgress
        case .databaseSchema: .databaseSchema
        case .listWebhooks: .listWebhooks
        case .listWebhookDeliveries: .listWebhookDeliveries
        case .retryWebhook: .retryWebhook
        case .discardWebhook: .discardWebhook
        case .testWebhook: .testWebhook
        }
    }
}
