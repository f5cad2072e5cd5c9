import AuctionRules
import StrictJSON

/// What a close certificate says: how a lot ended, for everybody to keep.
///
/// It has no secret: no bidder's id, no max, no reserve, no amount of a losing sealed bid.
public enum CertificateStatement {
    /// The name of the format, first in the text.
    public static let format = "gavel.certificate.v1"

    /// The spans before the end for which accepted bids are counted.
    static let spans: [(key: StaticString, span: Milliseconds)] = [
        ("bids_in_last_1_s", 1000), ("bids_in_last_5_s", 5000), ("bids_in_last_30_s", 30_000),
    ]

    /// The statement's text, as docs/proof.md describes it.
    ///
    /// - Parameters:
    ///   - auction: closed, as the entry leaves it.
    ///   - entry: the log entry that closed it, or that changed its outcome later.
    ///   - closing: when and by what it was closed.
    ///   - extensions: all moves of its end, in order.
    ///   - replaced: the certificate before this one, when a void came after the close.
    static func text(
        of auction: Auction, entry: (position: Int64, hash: EntryHash),
        closing: (at: Instant, cause: Closed.Cause), extensions: [LotRecord.Extension],
        replacing replaced: String?
    ) -> String {
        let state = auction.publicState
        var winner: String?
        var price: Amount?
        if case .sold(let bidder, let hammer)? = auction.outcome {
            (winner, price) = (auction.alias(of: bidder), hammer)
        }
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.object { writer in
            writer.field("statement", format)
            writer.field("auction", state.auction.text)
            writer.field("sale", state.sale?.text)
            writer.field("title", state.title)
            writer.field("format", state.format.rawValue)
            writer.field("currency", state.currency.code)
            writer.field("exponent", state.currency.exponent)
            writer.field("seq", state.seq)
            writer.field("outcome", state.outcome)
            writer.field("winner", winner)
            writer.field("price", price?.minorUnits)
            writer.field("reserve", state.reserve.rawValue)
            writer.field("starts_at", state.startsAt.milliseconds)
            writer.field("closed_at", closing.at.milliseconds)
            writer.field("cause", closing.cause.rawValue)
            let bids = acceptedBids(on: auction)
            writer.field("bids", bids.count)
            for (key, span) in spans {
                let start = closing.at.advanced(by: -span)
                writer.field(key, bids.count { $0.at >= start })
            }
            writer.array("extensions") { writer in
                for step in extensions { step.encode(into: &writer) }
            }
            writer.field("position", entry.position)
            writer.field("hash", entry.hash.hex)
            writer.field("replaces", replaced.map(id))
        }
        return writer.text
    }

    /// What a certificate is called by: its leaf's hash, as 64 hexadecimal digits.
    public static func id(_ statement: String) -> String {
        MerkleTree.leafHash(Array(statement.utf8)).hex
    }

    /// Those that everybody sees: of an open format the bids that changed something public, of a
    /// sealed one all. What was voided is none.
    private static func acceptedBids(on auction: Auction) -> [Commitment] {
        let isOpenOutcry = auction.terms.format.isOpenOutcry
        return auction.commitments.filter {
            !$0.isVoided && (!isOpenOutcry || $0.seq != nil)
        }
    }
}
