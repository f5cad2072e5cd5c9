import AuctionRules
import StrictJSON
import Synchronization
import WireProtocol

/// What everybody may know of a lot's conditions of sale. It has no field for the reserve, the seller
/// or who else may not bid.
struct PublicTerms: Hashable, Sendable {
    let start: Amount
    let increments: IncrementTable
    let isLadderOnly: Bool
    let confirmAboveFactor: Int64?
    let retraction: Terms.RetractionPolicy
    let softClose: SoftClose?
    let opensAt: Instant
    let closesAt: Instant?
    /// Of live-room lots.
    let room: Room?

    /// What happens where the room ties an absentee bid.
    struct Room: Hashable {
        let tie: TieRule
        let plusOne: Bool
    }

    init(_ terms: Terms) {
        start = terms.start
        increments = terms.increments
        isLadderOnly = terms.ladderOnly
        confirmAboveFactor = terms.confirmAboveFactor
        retraction = terms.retraction
        softClose = terms.softClose
        opensAt = terms.opensAt
        closesAt = terms.closesAt
        room = terms.format == .live ? Room(tie: terms.tie, plusOne: terms.plusOne) : nil
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("start", start.minorUnits)
        increments.encodeBands("increments", into: &writer)
        writer.field("ladder_only", isLadderOnly)
        writer.field("confirm_above_factor", confirmAboveFactor)
        writer.field("retraction", retraction.rawValue)
        if let softClose {
            writer.object("soft_close") { softClose.encodeFields(into: &$0) }
        } else {
            writer.field("soft_close", JSONValue.null)
        }
        writer.field("opens_at", opensAt.milliseconds)
        writer.field("closes_at", closesAt?.milliseconds)
        guard let room else { return }
        writer.field("tie", room.tie.rawValue)
        writer.field("plus_one", room.plusOne)
    }
}

/// The terms that were asked for last. They are fixed when a lot is created, so that one reading of
/// the log's first lines serves all who ask.
final class PublicTermsCache: Sendable {
    /// Kept; about a kilobyte each, as long as their tables are not the largest that there can be.
    private static let lotsMax = 1024

    private let terms = Mutex<[AuctionID: PublicTerms]>([:])

    /// - Parameter read: reads the lot as it was at any time.
    /// - Returns: nil when there is no such lot.
    func terms(
        of auction: AuctionID, _ read: () throws(ArchiveError) -> Auction?
    ) throws(ArchiveError) -> PublicTerms? {
        if let known = terms.withLock({ $0[auction] }) { return known }
        guard let fresh = try read().map({ PublicTerms($0.terms) }) else { return nil }
        terms.withLock { terms in
            if terms.count >= Self.lotsMax { terms.removeAll(keepingCapacity: true) }
            terms[auction] = fresh
        }
        return fresh
    }
}
