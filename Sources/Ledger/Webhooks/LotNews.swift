public import AuctionRules

/// Something that happened to a lot, and that a back office wants to know: an entry of the log, without
/// anything that is secret in it. It has no field for a max or a reserve.
public struct LotNews: Hashable, Sendable {
    public enum What: Hashable, Sendable {
        case opened
        /// `cause`: as the log names it, `soft_close`, `outage`, `administrator` …
        case extended(endsAt: Instant, cause: String, reason: String?)
        case closed(Result, cause: String, reason: String?)
        case reopened(reason: String?)
        case cancelled(reason: String)
        case bidsVoided(Voided)
    }

    /// How a lot ended.
    public struct Result: Hashable, Sendable {
        /// `sold`, `no_bids`, `reserve_not_met` …
        public let outcome: String
        public let winner: BidderID?
        public let price: Amount?
    }

    /// Bids that count no more.
    public struct Voided: Hashable, Sendable {
        public let bids: [BidKey]
        /// The bidder took it back himself.
        public let isRetraction: Bool
        public let reason: String?
        /// Whether the bidding became another: then who leads now, and at what price.
        public let isPublic: Bool
        public let price: Amount?
        public let leader: BidderID?
        /// On a lot that had closed: its result from now on.
        public let result: Result?
    }

    public let position: Int64
    public let hash: EntryHash
    public let at: Instant
    public let seq: Int64?
    public let auction: AuctionID
    public let what: What
    /// Of the lot's terms, which never change.
    public let title: String
    public let sale: SaleID?
    public let format: String
    public let currency: String
    public let exponent: Int64
    public let closesAt: Instant?
    /// The text of the certificate that was made with the entry.
    public let certificate: String?
}

/// A stretch of the log, looked through for news.
public struct LotNewsPage: Hashable, Sendable {
    public let news: [LotNews]
    /// Up to which entry: there is no more news before.
    public let end: Int64
}
