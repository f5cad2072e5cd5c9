public import AuctionRules
import StrictJSON

/// What a server says of the bids that came after a lot's close: how many, and how late.
public enum LateBidsStatement {
    /// The name of the format, first in the text.
    public static let format = "gavel.late_bids.v1"
    /// So many are told one by one.
    public static let latenessMax = 1000

    /// The statement's text, as docs/proof.md describes it.
    ///
    /// - Parameters:
    ///   - certificate: the text of the lot's newest certificate.
    ///   - position: the log's newest entry that was looked at.
    ///   - count: how many bids were refused as too late up to there.
    ///   - latest: the largest lateness of them; nil for none.
    ///   - lateness: of the first ``latenessMax`` in the order of arrival; milliseconds.
    public static func text(
        on auction: AuctionID, after certificate: String, upTo position: Int64, count: Int64,
        latest: Milliseconds?, lateness: some Sequence<Milliseconds>
    ) -> String {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.object { writer in
            writer.field("statement", format)
            writer.field("auction", auction.text)
            writer.field("certificate", CertificateStatement.id(certificate))
            writer.field("position", position)
            writer.field("count", count)
            writer.field("late_by_ms_max", latest)
            writer.array("late_by_ms") { writer in
                for lateBy in lateness.prefix(latenessMax) { writer.value(lateBy) }
            }
        }
        return writer.text
    }
}
