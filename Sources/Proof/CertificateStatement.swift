public import AuctionRules
import StrictJSON

/// What a close certificate says: how a lot ended, for everybody to keep.
///
/// It has no secret: no bidder's id, no max, no reserve, no amount of a losing sealed bid. It follows
/// from the lot as the log's entry leaves it, and needs no look at what came before: making one takes
/// no longer for a lot of a million bids than for one of ten.
public enum CertificateStatement {
    /// The name of the format, first in the text.
    public static let format = "gavel.certificate.v1"

    /// The spans before the end for which accepted bids are counted; rising.
    static let spans: [(key: StaticString, span: Milliseconds)] = [
        ("bids_in_last_1_s", 1000), ("bids_in_last_5_s", 5000), ("bids_in_last_30_s", 30_000),
    ]

    /// The statement's text, as docs/proof.md describes it; nil for a lot that is not closed.
    ///
    /// - Parameters:
    ///   - auction: as the entry leaves it.
    ///   - position: the log entry's that closed it, or that changed its outcome later.
    ///   - hash: that entry's.
    ///   - replaced: the entry of the certificate before this one, when a void came after the close.
    public static func text(
        of auction: Auction, position: Int64, hash: EntryHash, replacing replaced: EntryHash?
    ) -> String? {
        guard case .closed(let outcome, let cause, let closedAt) = auction.phase else { return nil }
        let state = auction.publicState
        var winner: String?
        var price: Amount?
        if case .sold(let bidder, let hammer) = outcome {
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
            writer.field("outcome", outcome.code)
            writer.field("winner", winner)
            writer.field("price", price?.minorUnits)
            writer.field("reserve", state.reserve.rawValue)
            writer.field("starts_at", state.startsAt.milliseconds)
            writer.field("closed_at", closedAt.milliseconds)
            writer.field("cause", cause.rawValue)
            writer.field("bids", auction.certifiedBidCount)
            let counts = counts(on: auction, before: closedAt)
            for (index, (key, _)) in spans.enumerated() { writer.field(key, counts[index]) }
            writer.field("extension_count", state.extensions)
            writer.array("extensions") { writer in
                for step in auction.newestExtensions {
                    writer.object { writer in
                        writer.field("seq", step.seq)
                        writer.field("at", step.at.milliseconds)
                        writer.field("ends_at", step.endsAt.milliseconds)
                        writer.field("cause", step.cause.rawValue)
                    }
                }
            }
            writer.field("position", position)
            writer.field("hash", hash.hex)
            writer.field("replaces", replaced?.hex)
        }
        return writer.text
    }

    /// The hash of the leaf that a statement is, as 64 hexadecimal digits.
    public static func id(_ statement: String) -> String {
        MerkleTree.leafHash(Array(statement.utf8)).hex
    }

    /// How many bids came in each span. From the newest one back: they came in order, and what is
    /// older than the longest span need not be looked at.
    private static func counts(on auction: Auction, before end: Instant) -> [Int] {
        let starts = spans.map { end.advanced(by: -$0.span) }
        var counts = Array(repeating: 0, count: spans.count)
        for commitment in auction.commitments.reversed() {
            let at = commitment.at
            guard let longest = starts.last, at >= longest else { break }
            guard auction.isCertified(commitment) else { continue }
            for (index, start) in starts.enumerated() where at >= start { counts[index] += 1 }
        }
        return counts
    }
}

/// The bids that a certificate counts, those that everybody sees: of an open format the ones that
/// changed something public, of a sealed one all. What was voided is none.
extension Auction {
    fileprivate func isCertified(_ commitment: Commitment) -> Bool {
        !commitment.isVoided && (!terms.format.isOpenOutcry || commitment.seq != nil)
    }

    fileprivate var certifiedBidCount: Int {
        // An open format keeps the count; a sealed lot's bids are as many as its bidders took trouble.
        guard !terms.format.isOpenOutcry else { return publicState.bids }
        return commitments.count(where: isCertified)
    }
}
