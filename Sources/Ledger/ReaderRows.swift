import GRDB

/// A row of the view `auction_board`: what everybody may see of a lot, readable. Amounts are
/// decimals in `currency`, times RFC 3339 in UTC.
public struct BoardRow: Hashable, Sendable {
    public let auction: String
    public let sale: String?
    public let title: String
    public let format: String
    public let currency: String
    public let status: String
    public let price: String?
    public let minimum: String?
    public let buyNow: String?
    /// `none`, `unmet` or `met`.
    public let reserve: String
    public let bids: Int
    /// An alias.
    public let leader: String?
    public let startsAt: String
    public let endsAt: String?
    public let extensions: Int
    public let outcome: String?
    public let seq: Int64
}

extension BoardRow {
    init(_ row: Row) {
        auction = row["auction"]
        sale = row["sale"]
        title = row["title"]
        format = row["format"]
        currency = row["currency"]
        status = row["status"]
        price = row["price"]
        minimum = row["minimum"]
        buyNow = row["buy_now"]
        reserve = row["reserve"]
        bids = row["bids"]
        leader = row["leader"]
        startsAt = row["starts_at"]
        endsAt = row["ends_at"]
        extensions = row["extensions"]
        outcome = row["outcome"]
        seq = row["seq"]
    }
}

/// A row of the view `bid_history`.
public struct BidHistoryRow: Hashable, Sendable {
    public let auction: String
    /// Nil for a sealed bid.
    public let seq: Int64?
    public let at: String
    /// An alias.
    public let bidder: String
    /// What the bid led to; nil where the format does not tell.
    public let price: String?
    public let currency: String
    public let result: String?
    public let isVoid: Bool

    init(_ row: Row) {
        auction = row["auction"]
        seq = row["seq"]
        at = row["at"]
        bidder = row["bidder"]
        price = row["price"]
        currency = row["currency"]
        result = row["result"]
        isVoid = row["void"] != nil
    }
}

/// A row of the view `integrity_faults`.
public struct IntegrityFault: Hashable, Sendable, CustomStringConvertible {
    /// The rule that is broken, in words.
    public let rule: String
    /// The lot; nil when it is the whole log's.
    public let auction: String?
    public let detail: String

    init(_ row: Row) {
        rule = row["rule"]
        auction = row["auction"]
        detail = row["detail"] ?? ""
    }

    public var description: String {
        "\(rule): \(auction.map { "lot \($0), " } ?? "")\(detail)"
    }
}
