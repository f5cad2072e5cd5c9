public import AuctionRules
import StrictJSON

/// What a receipt says: what a bidder asked for, and what was decided about it.
///
/// Made from the stored reply alone, so that it is the same text whenever it is asked for. It is for
/// the bidder: it names his max.
public enum ReceiptStatement {
    /// The name of the format, first in the text.
    public static let format = "gavel.receipt.v1"

    /// The statement's text, as docs/proof.md describes it.
    public static func text(of reply: Reply, on auction: AuctionID) -> String {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.object { writer in
            writer.field("statement", format)
            writer.field("auction", auction.text)
            writer.field("bidder", reply.request.bidder.text)
            writer.field("id", reply.request.id.text)
            encode(reply.request.action, to: &writer)
            encode(reply.verdict, to: &writer)
            writer.field("at", reply.at.milliseconds)
            writer.field("hash", reply.entryHash.hex)
        }
        return writer.text
    }

    private static func encode(_ action: BidAction, to writer: inout JSONWriter) {
        switch action {
        case .bid(let kind, let amount, let currency):
            writer.field("action", kind.rawValue)
            writer.field("amount", amount.minorUnits)
            writer.fieldIfPresent("currency", currency)
        case .bidAtAsk(let kind, let amount, let askSeq, let currency):
            writer.field("action", kind.rawValue)
            writer.field("amount", amount.minorUnits)
            writer.fieldIfPresent("currency", currency)
            writer.field("ask_seq", askSeq)
        case .room(let amount):
            writer.field("action", "room")
            writer.field("amount", amount.minorUnits)
        case .buy: writer.field("action", "buy")
        case .retract(let bid):
            writer.field("action", "retract")
            writer.field("bid", bid.text)
        }
    }

    private static func encode(_ verdict: Verdict, to writer: inout JSONWriter) {
        switch verdict {
        case .accepted(let acceptance):
            writer.field("verdict", "accepted")
            writer.field("seq", acceptance.seq)
            writer.field("leading", acceptance.isLeading)
            writer.field("your_max", acceptance.ownMax.minorUnits)
            writer.field("price", acceptance.price?.minorUnits)
            writer.field("minimum", acceptance.minimum?.minorUnits)
            writer.field("reserve", acceptance.reserve.rawValue)
            writer.field("ends_at", acceptance.endsAt?.milliseconds)
        case .retracted(let seq):
            writer.field("verdict", "retracted")
            writer.field("seq", seq)
        case .refused(let refusal):
            writer.field("verdict", "refused")
            writer.field("code", refusal.code)
            writer.fieldIfPresent("minimum", refusal.minimum?.minorUnits)
            writer.fieldIfPresent("late_by_ms", refusal.lateBy)
            writer.fieldIfPresent("present_ask_seq", refusal.askSeq)
        }
    }
}
