public import AuctionRules
import StrictJSON

/// A bidder's request and what it was answered: a bid, a buy or a retraction, taken or refused.
public struct RequestRow: CodedRow {
    public enum Action: String, Hashable, Sendable, CaseIterable {
        case max
        case exact
        /// From the room, placed by the auctioneer.
        case room
        case buy
        case retract
    }

    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case accepted
        case refused
        case retracted
    }

    public let auction: AuctionID
    public let bidder: BidderID
    /// Nil for somebody who has no accepted bid on the lot.
    public let alias: String?
    public let id: BidID
    public let action: Action
    /// See `JudgedRequest.amount(reveal:)`.
    public let amount: Amount?
    /// The bid that a retraction takes back.
    public let target: BidID?
    public let currency: Currency
    public let at: Instant
    public let verdict: Verdict
    /// Why it was refused: the code and the words that the bidder was told.
    public let code: String?
    public let message: String?
    /// What would have been enough, where that is the point; for an accepted bid, what the next bidder
    /// has to offer.
    public let minimum: Amount?
    /// The lot's newest public change when an accepted request had been applied.
    public let seq: Int64?
    /// The public price then.
    public let price: Amount?
    /// Whether the bidder led then; nil where the format does not tell.
    public let isLeading: Bool?
    public let isVoided: Bool

    public init(_ judged: JudgedRequest, reveal: Bool) {
        auction = judged.auction
        bidder = judged.request.bidder
        alias = judged.alias
        id = judged.request.id
        switch judged.request.action {
        case .bid(.max, _, _), .bidAtAsk(.max, _, _, _): (action, target) = (.max, nil)
        case .bid(.exact, _, _), .bidAtAsk(.exact, _, _, _): (action, target) = (.exact, nil)
        case .room: (action, target) = (.room, nil)
        case .buy: (action, target) = (.buy, nil)
        case .retract(let bid): (action, target) = (.retract, bid)
        }
        currency = judged.currency
        amount = judged.amount(reveal: reveal)
        at = judged.at
        isVoided = judged.isVoided
        switch judged.verdict {
        case .accepted(let acceptance):
            verdict = .accepted
            (code, message) = (nil, nil)
            minimum = acceptance.minimum
            seq = acceptance.seq
            price = acceptance.price
            isLeading = acceptance.isLeading
        case .retracted(let seq):
            verdict = .retracted
            (code, message, minimum, price, isLeading) = (nil, nil, nil, nil, nil)
            self.seq = seq
        case .refused(let refusal):
            verdict = .refused
            code = refusal.code
            message = refusal.message
            minimum = refusal.minimum
            (seq, price, isLeading) = (nil, nil, nil)
        }
    }

    init(_ object: JSONObject) throws(FieldFault) {
        auction = try object.identifier("auction")
        bidder = try object.identifier("bidder")
        alias = try object.optionalText("alias")
        id = try object.identifier("id")
        action = try object.choice("action")
        amount = try object.optionalAmount("amount")
        target = try object.optionalIdentifier("target")
        currency = try object.currency()
        at = try object.instant("at")
        verdict = try object.choice("verdict")
        code = try object.optionalText("code")
        message = try object.optionalText("message")
        minimum = try object.optionalAmount("minimum")
        seq = try object.optionalNumber("seq", in: 0 ... .max)
        price = try object.optionalAmount("price")
        isLeading = try object.optionalFlag("leading")
        isVoided = try object.flag("voided")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("auction", auction)
        writer.field("bidder", bidder)
        writer.field("alias", alias)
        writer.field("id", id)
        writer.field("action", action.rawValue)
        writer.field("amount", amount)
        writer.field("target", target)
        writer.field("currency", currency.code)
        writer.field("at", at)
        writer.field("verdict", verdict.rawValue)
        writer.field("code", code)
        writer.field("message", message)
        writer.field("minimum", minimum)
        writer.field("seq", seq)
        writer.field("price", price)
        writer.field("leading", isLeading)
        writer.field("voided", isVoided)
    }
}
