public import AuctionRules
import StrictJSON

/// A lot followed through the log: what its close certificate, and the statement of the bids that came
/// too late, are made from.
///
/// The texts follow from the log alone. Give it the lot's entries from the first on, in order.
public struct LotRecord: Sendable {
    /// A move of the lot's end.
    public struct Extension: Hashable, Sendable {
        /// Of the public change.
        public let seq: Int64
        public let at: Instant
        public let endsAt: Instant
        /// `soft_close`, `outage` or `administrator`.
        public let cause: String

        func encode(into writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("seq", seq)
                writer.field("at", at.milliseconds)
                writer.field("ends_at", endsAt.milliseconds)
                writer.field("cause", cause)
            }
        }
    }

    public let auction: AuctionID
    /// The newest certificate's text; nil before the close, and for a lot that was cancelled.
    public private(set) var certificate: String?
    /// How late each bid was that came after the close, in the order of arrival; milliseconds.
    public private(set) var lateness: [Milliseconds] = []

    private var house = House()
    private var extensions: [Extension] = []
    private var closing: (at: Instant, cause: Closed.Cause)?

    public init(_ auction: AuctionID) { self.auction = auction }

    /// Follows one entry; those of others pass by.
    ///
    /// - Parameters:
    ///   - t: the engine's time of it.
    ///   - position: its place in the log; `hash` is its own.
    public mutating func follow(
        _ event: Event, at t: Instant, position: Int64, hash: EntryHash
    ) {
        guard case .auction(auction, let change) = event else { return }
        house.apply(event, at: t, recordedAs: hash)
        switch change {
        case .extended(let extended):
            extensions.append(
                Extension(
                    seq: extended.seq, at: t, endsAt: extended.endsAt,
                    cause: Self.name(of: extended.cause)))
        case .closed(let closed):
            closing = (t, closed.cause)
            certify(entry: (position, hash))
        case .bidsVoided(let voided):
            // Before the close it is a part of the bidding.
            if closing != nil, voided.seq != nil { certify(entry: (position, hash)) }
        case .bidRefused(let refused):
            if case .closed(let lateBy) = refused.refusal { lateness.append(lateBy) }
        default: break
        }
    }

    private mutating func certify(entry: (position: Int64, hash: EntryHash)) {
        guard let closing else { return }
        let (extensions, replaced) = (extensions, certificate)
        certificate = house.auctions.with(auction) { auction in
            CertificateStatement.text(
                of: auction, entry: entry, closing: closing, extensions: extensions,
                replacing: replaced)
        }
    }

    private static func name(of cause: Extended.Cause) -> String {
        switch cause {
        case .softClose: "soft_close"
        case .outage: "outage"
        case .administrator: "administrator"
        }
    }
}

// MARK: - What came too late

extension LotRecord {
    /// The name of the format, first in the text.
    public static let lateBidsFormat = "gavel.late_bids.v1"
    /// So many are told one by one.
    public static let latenessMax = 1000

    /// The statement of the bids that came too late, as docs/proof.md describes it; nil before the
    /// close.
    ///
    /// - Parameter position: the log's newest entry that was looked at.
    public func lateBids(upTo position: Int64) -> String? {
        guard let certificate else { return nil }
        var writer = JSONWriter(reservingCapacity: 512)
        writer.object { writer in
            writer.field("statement", Self.lateBidsFormat)
            writer.field("auction", auction.text)
            writer.field("certificate", CertificateStatement.id(certificate))
            writer.field("position", position)
            writer.field("count", lateness.count)
            writer.field("late_by_ms_max", lateness.max())
            writer.array("late_by_ms") { writer in
                for lateBy in lateness.prefix(Self.latenessMax) { writer.value(lateBy) }
            }
        }
        return writer.text
    }
}
