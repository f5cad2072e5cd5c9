public import AuctionRules
import StrictJSON

/// How a sale went: each lot's result, and what it comes to in each currency.
public struct SaleResults: CodedRow {
    public let sale: SaleID
    public let title: String
    /// In the order of the catalogue.
    public let lots: [ResultRow]
    /// One for each currency, in the order of their codes.
    public let totals: [ResultTotal]

    /// - Parameter reveal: with the winners' names.
    public init(_ catalogue: House.Catalogue, in house: House, reveal: Bool) {
        sale = catalogue.sale.id
        title = catalogue.sale.title
        lots = catalogue.auctions.compactMap { house.auctions[$0] }.map { auction in
            ResultRow(auction, in: house, reveal: reveal)
        }
        totals = ResultTotal.all(of: lots)
    }

    init(_ object: JSONObject) throws(FieldFault) {
        sale = try object.identifier("sale")
        title = try object.text("title")
        lots = try object.list("lots", ResultRow.init)
        totals = try object.list("totals", ResultTotal.init)
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("sale", sale)
        writer.field("title", title)
        writer.rows("lots", lots)
        writer.rows("totals", totals)
    }
}

/// How one lot of a sale ended, or that it has not.
public struct ResultRow: CodedRow {
    /// What everybody sees of it: the outcome says why a lot was not sold.
    public let lot: PublicLot
    /// What it was sold for; nil unless it was.
    public let hammerPrice: Amount?
    public let winner: BidderID?
    /// Nil unless revealed.
    public let winnerName: String?
    /// When it was closed or cancelled.
    public let endedAt: Instant?

    init(_ auction: Auction, in house: House, reveal: Bool) {
        lot = PublicLot(auction.publicState)
        if case .sold(let bidder, let price)? = auction.outcome {
            winner = bidder
            hammerPrice = price
        } else {
            winner = nil
            hammerPrice = nil
        }
        winnerName = reveal ? winner.flatMap { house.bidders[$0]?.bidder.name } : nil
        endedAt =
            switch auction.phase {
            case .closed(_, _, let at), .cancelled(let at): at
            case .scheduled, .open, .paused: nil
            }
    }

    init(_ object: JSONObject) throws(FieldFault) {
        lot = try PublicLot(object)
        hammerPrice = try object.optionalAmount("hammer_price")
        winner = try object.optionalIdentifier("winner_bidder")
        winnerName = try object.optionalText("winner_name")
        endedAt = try object.optionalInstant("ended_at")
    }

    func encodeFields(into writer: inout JSONWriter) {
        lot.encodeName(into: &writer)
        lot.encodeBidding(into: &writer)
        lot.encodeRest(into: &writer)
        writer.field("hammer_price", hammerPrice)
        writer.field("winner_bidder", winner)
        writer.fieldIfPresent("winner_name", winnerName)
        writer.field("ended_at", endedAt)
    }
}

/// What a sale's lots in one currency come to.
public struct ResultTotal: CodedRow {
    public let currency: String
    public let exponent: Int
    public let lots: Int
    public let sold: Int
    /// Closed without a buyer.
    public let unsold: Int
    public let withdrawn: Int
    /// Neither closed nor withdrawn yet: nothing of this is final while there are such.
    public let pending: Int
    /// The sum of the hammer prices, in minor units; nil when it is too large to be written.
    public let hammerTotal: Int64?

    /// Of the lots that were closed, how many in a thousand were sold; nil while none is closed.
    public var soldPermille: Int? {
        let closed = sold + unsold
        return closed > 0 ? (sold * 1000 + closed / 2) / closed : nil
    }

    static func all(of lots: [ResultRow]) -> [ResultTotal] {
        Dictionary(grouping: lots, by: \.lot.currency).values.map(ResultTotal.init)
            .sorted { $0.currency < $1.currency }
    }

    /// - Parameter lots: one or more, all in one currency.
    private init(_ lots: [ResultRow]) {
        currency = lots.first?.lot.currency ?? ""
        exponent = lots.first?.lot.exponent ?? 0
        self.lots = lots.count
        sold = lots.count { $0.hammerPrice != nil }
        withdrawn = lots.count { $0.lot.status == AuctionStatus.cancelled.rawValue }
        pending = lots.count { $0.endedAt == nil }
        unsold = lots.count - sold - withdrawn - pending
        // A sum that doubles can't hold either is of no use to anybody who reads JSON.
        let largest: Int64 = 9_007_199_254_740_991
        hammerTotal = lots.reduce(0 as Int64?) { sum, row in
            let price = row.hammerPrice?.minorUnits ?? 0
            return sum.flatMap { $0 <= largest - price ? $0 + price : nil }
        }
    }

    init(_ object: JSONObject) throws(FieldFault) {
        currency = try object.text("currency")
        exponent = Int(try object.number("exponent", in: 0...4))
        lots = Int(try object.count("lots"))
        sold = Int(try object.count("sold"))
        unsold = Int(try object.count("unsold"))
        withdrawn = Int(try object.count("withdrawn"))
        pending = Int(try object.count("pending"))
        hammerTotal = try object.optionalNumber("hammer_total", in: 0 ... .max)
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("currency", currency)
        writer.field("exponent", exponent)
        writer.field("lots", lots)
        writer.field("sold", sold)
        writer.field("unsold", unsold)
        writer.field("withdrawn", withdrawn)
        writer.field("pending", pending)
        writer.field("hammer_total", hammerTotal)
        writer.field("sold_permille", soldPermille)
    }
}
