public import AuctionRules
import StrictJSON

/// What everybody may see of a lot, as snapshots and listings carry it. The words for format, status
/// and outcome stay text, so that a client can read those of a later server.
public struct PublicLot: Hashable, Sendable {
    public let auction: AuctionID
    public let sale: SaleID?
    public let seq: Int64
    public let title: String
    public let format: String
    public let currency: String
    public let exponent: Int
    public let status: String
    public let outcome: String?
    public let price: Amount?
    public let minimum: Amount?
    /// The price at which the lot can be had at once; nil when it can't, or can no longer.
    public let buyNow: Amount?
    /// An alias.
    public let leader: String?
    public let bids: Int
    public let reserve: ReserveState
    public let startsAt: Instant
    public let endsAt: Instant?
    public let extensions: Int
    /// Of live-room lots.
    public let block: PublicBlock?

    public init(_ state: PublicState) {
        auction = state.auction
        sale = state.sale
        seq = state.seq
        title = state.title
        format = state.format.rawValue
        currency = state.currency.code
        exponent = state.currency.exponent
        status = state.status.rawValue
        outcome = state.outcome
        price = state.price
        minimum = state.minimum
        buyNow = state.buyNow
        leader = state.leader
        bids = state.bids
        reserve = state.reserve
        startsAt = state.startsAt
        endsAt = state.endsAt
        extensions = state.extensions
        block = state.block
    }

    init(_ object: JSONObject) throws(FieldFault) {
        auction = try object.identifier("auction")
        sale = try object.optionalIdentifier("sale")
        seq = try object.count("seq")
        title = try object.text("title")
        format = try object.text("format")
        currency = try object.text("currency")
        exponent = Int(try object.number("exponent", in: 0...4))
        status = try object.text("status")
        outcome = try object.optionalText("outcome")
        price = try object.optionalAmount("price")
        minimum = try object.optionalAmount("minimum")
        buyNow = try object.optionalAmount("buy_now")
        leader = try object.optionalText("leader")
        bids = Int(try object.count("bids"))
        reserve = try object.choice("reserve")
        startsAt = try object.instant("starts_at")
        endsAt = try object.optionalInstant("ends_at")
        extensions = Int(try object.count("extensions"))
        block = try PublicBlock(object)
    }

    // In three parts: snapshots have fields of their own between them.

    func encodeName(into writer: inout JSONWriter) {
        writer.field("auction", auction)
    }

    func encodeBidding(into writer: inout JSONWriter) {
        writer.field("seq", seq)
        writer.field("title", title)
        writer.field("format", format)
        writer.field("currency", currency)
        writer.field("exponent", exponent)
        writer.field("status", status)
        writer.field("outcome", outcome)
        writer.field("price", price)
        writer.field("minimum", minimum)
        writer.field("leader", leader)
    }

    func encodeRest(into writer: inout JSONWriter) {
        writer.field("bids", bids)
        writer.field("reserve", reserve.rawValue)
        writer.field("starts_at", startsAt)
        writer.field("ends_at", endsAt)
        writer.field("extensions", extensions)
        writer.field("sale", sale)
        writer.field("buy_now", buyNow)
        block?.encode(into: &writer)
    }
}
