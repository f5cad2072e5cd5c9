public import AuctionRules
import Ledger
import Proof
import StrictJSON

/// What is sent: a JSON text and its name. It follows from the log alone, so that a repetition is the same
/// to the letter.
struct WebhookMessage: Hashable, Sendable {
    /// `evt_` and half of the log entry's hash: the same for ever, in every copy of this log, and another
    /// one as soon as the past is another.
    let id: String
    let type: String
    let body: [UInt8]

    /// The version of `data`. A new field is no new version.
    static let version = 1

    static func id(_ hash: EntryHash) -> String { "evt_" + hash.hex.prefix(32) }

    init(_ news: LotNews) {
        id = Self.id(news.hash)
        type = news.what.type
        body = Self.body(type: type, at: news.at) { writer in
            writer.field("auction", news.auction.text)
            writer.field("seq", news.seq)
            writer.field("sale", news.sale?.text)
            writer.field("title", news.title)
            writer.field("format", news.format)
            writer.field("currency", news.currency)
            writer.field("exponent", news.exponent)
            writer.field("at", news.at.milliseconds)
            writer.field("position", news.position)
            news.encodeDetails(to: &writer)
        }
    }

    /// One that is sent only to see whether it arrives.
    init(testNumber: UInt64, log: String, at t: Instant) {
        id = "evt_test_\(testNumber)"
        type = "webhook.test"
        body = Self.body(type: type, at: t) { $0.field("log", log) }
    }

    private static func body(
        type: String, at t: Instant, data: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.object { writer in
            writer.field("type", type)
            writer.field("timestamp", Timestamp.text(t))
            writer.object("data") { writer in
                writer.field("version", version)
                data(&writer)
            }
        }
        return writer.bytes
    }
}

/// How an event of the log is called when it is sent.
public enum WebhookEvent {
    /// `evt_` and half of the entry's hash.
    public static func id(_ hash: EntryHash) -> String { WebhookMessage.id(hash) }

    /// All that a receiver may be told of.
    public static let types = [
        "lot.opened", "lot.extended", "lot.closed", "lot.reopened", "lot.cancelled", "bid.voided",
    ]

    /// Every kind of the log that there is news of, and its type when it is sent.
    public static func type(ofKind kind: String) -> String {
        switch kind {
        case "auction_opened": "lot.opened"
        case "auction_extended": "lot.extended"
        case "auction_closed": "lot.closed"
        case "auction_reopened": "lot.reopened"
        case "auction_cancelled": "lot.cancelled"
        default: "bid.voided"
        }
    }
}

extension LotNews.What {
    var type: String {
        switch self {
        case .opened: "lot.opened"
        case .extended: "lot.extended"
        case .closed: "lot.closed"
        case .reopened: "lot.reopened"
        case .cancelled: "lot.cancelled"
        case .bidsVoided: "bid.voided"
        }
    }
}

extension LotNews {
    fileprivate func encodeDetails(to writer: inout JSONWriter) {
        switch what {
        case .opened: writer.field("closes_at", closesAt?.milliseconds)
        case .extended(let endsAt, let cause, let reason):
            writer.field("ends_at", endsAt.milliseconds)
            writer.field("cause", cause)
            writer.field("reason", reason)
        case .closed(let result, let cause, let reason):
            writer.field("cause", cause)
            writer.field("reason", reason)
            encode(result, to: &writer)
        case .reopened(let reason): writer.field("reason", reason)
        case .cancelled(let reason): writer.field("reason", reason)
        case .bidsVoided(let voided):
            writer.array("bids") { writer in
                for bid in voided.bids {
                    writer.object { writer in
                        writer.field("bidder", bid.bidder.text)
                        writer.field("bid", bid.id.text)
                    }
                }
            }
            writer.field("cause", voided.isRetraction ? "retraction" : "administrator")
            writer.field("reason", voided.reason)
            if voided.isPublic {
                writer.object("standing") { writer in
                    writer.field("price", voided.price?.minorUnits)
                    writer.field("leader", voided.leader?.text)
                }
            }
            if let result = voided.result { encode(result, to: &writer) }
        }
    }

    private func encode(_ result: Result, to writer: inout JSONWriter) {
        writer.object("result") { writer in
            writer.field("outcome", result.outcome)
            writer.field("winner", result.winner?.text)
            writer.field("price", result.price?.minorUnits)
        }
        // By it the certificate is found, and whoever has this can tell a false one.
        writer.field("certificate", certificate.map(CertificateStatement.id))
    }
}

/// Times as the Standard Webhooks have them: RFC 3339, in UTC, with milliseconds.
enum Timestamp {
    static func text(_ t: Instant) -> String {
        let (day, time) = floor(t.milliseconds, by: 86_400_000)
        let (year, month, date) = civil(daysSinceEpoch: day)
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(date, 2))T\(pad(time / 3_600_000, 2)):"
            + "\(pad(time / 60_000 % 60, 2)):\(pad(time / 1000 % 60, 2)).\(pad(time % 1000, 3))Z"
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func floor(_ number: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }

    /// Years are counted from March, so that the day that some lack is the last one.
    private static func civil(daysSinceEpoch days: Int64) -> (Int64, Int64, Int64) {
        let (era, day) = floor(days + 719_468, by: 146_097)
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let date = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (year + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, date)
    }
}
