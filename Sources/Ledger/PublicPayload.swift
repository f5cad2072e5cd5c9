import AuctionRules
import StrictJSON

/// What everybody may know of an event, as JSON: it stands beside the payload, is part of what the
/// entry's hash covers, and is what a redacted export has (rulebook, section 6).
///
/// Compact, deterministic and versioned like the payload. Follows from the event and the lot as it
/// was before it, of which it needs the aliases. Nothing of these is public: an event of the house
/// but a new sale and a signing key, a refusal but one of a bid that came too late, an accepted bid
/// or a void that changed nothing public, and a reserve that was lowered in silence.
extension EventCodec {
    /// Appends it; nothing at all when nothing of the event is public.
    ///
    /// - Parameters:
    ///   - house: as it stands before the event.
    ///   - lot: where the event's lot stands in it; nil for its creation and for an event of the house.
    static func encodePublic(
        _ event: Event, in house: House, on lot: Auctions.Place?, to writer: inout JSONWriter
    ) {
        switch event {
        case .house(.saleCreated(let sale)):
            writer.object { writer in
                writer.field("v", version)
                writer.field("id", sale.id.text)
                writer.field("title", sale.title)
                writer.field("stagger", sale.stagger)
                writer.field("requires_approval", sale.requiresApproval)
                writer.fieldIfPresent("soft_close_group", sale.softCloseGroup?.text)
            }
        case .house(.signingKeyAdded(let key)):
            writer.object { writer in
                writer.field("v", version)
                writer.field("public_key", key.hex)
            }
        case .house: break
        case .auction(_, .created(let terms)):
            writer.object { writer in
                writer.field("v", version)
                encodePublic(terms, to: &writer)
            }
        case .auction(_, .bidRefused(let event)):
            guard case .closed(let lateBy) = event.refusal else { return }
            writer.object { writer in
                writer.field("v", version)
                writer.field("code", event.refusal.code)
                writer.field("late_by", lateBy)
            }
        case .auction(_, .announced(let text)):
            writer.object { writer in
                writer.field("v", version)
                writer.field("text", text)
            }
        case .auction(_, let event):
            guard let seq = event.seq, let lot else { return }
            house.auctions.with(lot) { auction in
                writer.object { writer in
                    writer.field("v", version)
                    writer.field("seq", seq)
                    encodePublic(event, before: auction, to: &writer)
                }
            }
        }
    }

    /// The same, with the lot still to be found.
    static func encodePublic(_ event: Event, in house: House, to writer: inout JSONWriter) {
        let lot = event.auction.flatMap { house.auctions.place(of: $0) }
        encodePublic(event, in: house, on: lot, to: &writer)
    }

    /// What a public change adds to its number.
    private static func encodePublic(
        _ event: AuctionEvent, before auction: Auction, to writer: inout JSONWriter
    ) {
        switch event {
        case .created, .opened, .bidRefused, .announced: break
        case .bidAccepted(let event):
            // Without a standing it is a sealed bid, of which only the number may be public.
            guard let standing = event.standing else { return }
            encode(aliasOf: event.request.bidder, in: auction, as: "bidder", to: &writer)
            encodePublic(standing, before: auction, to: &writer)
        case .bidsVoided(let event):
            writer.array("bids") { writer in
                for ordinal in event.ordinals where auction.commitments.indices.contains(ordinal) {
                    if let seq = auction.commitments[ordinal].seq { writer.value(seq) }
                }
            }
            if let standing = event.standing {
                encodePublic(standing, before: auction, to: &writer)
            }
            if let outcome = event.outcome {
                writer.object("result") { encodePublic(outcome, in: auction, to: &$0) }
            }
        case .reserveLowered(let event):
            writer.field("reserve", reserveState(isMet: event.isMet, hasReserve: true))
        case .extended(let event):
            writer.field("ends_at", event.endsAt.milliseconds)
            encode(event.cause, to: &writer)
        case .paused(let reason, _): writer.fieldIfPresent("reason", reason)
        case .resumed(let endsAt, _): writer.fieldIfPresent("ends_at", endsAt?.milliseconds)
        case .closed(let event):
            encodePublic(event.outcome, in: auction, to: &writer)
            writer.field("cause", event.cause.rawValue)
            writer.fieldIfPresent("reason", event.reason)
        case .cancelled(let reason, _): writer.field("reason", reason)
        case .askSet(let event):
            writer.field("ask", event.ask.minorUnits)
            if let standing = event.standing {
                encodePublic(standing, before: auction, to: &writer)
            }
        case .fairWarned: break
        case .reopened(let event): writer.fieldIfPresent("reason", event.reason)
        }
    }

    private static func encodePublic(
        _ standing: Standing, before auction: Auction, to writer: inout JSONWriter
    ) {
        writer.fieldIfPresent("price", standing.price?.minorUnits)
        if let leader = standing.leader {
            encode(aliasOf: leader, in: auction, as: "leader", to: &writer)
        }
        writer.field(
            "reserve",
            reserveState(isMet: standing.isReserveMet, hasReserve: auction.reserve != nil))
    }

    private static func encodePublic(
        _ outcome: Outcome, in auction: Auction, to writer: inout JSONWriter
    ) {
        writer.field("outcome", outcome.code)
        guard case .sold(let winner, let price) = outcome else { return }
        encode(aliasOf: winner, in: auction, as: "winner", to: &writer)
        writer.field("price", price.minorUnits)
    }

    /// The terms without the reserve's amount, the seller and the related parties.
    private static func encodePublic(_ terms: Terms, to writer: inout JSONWriter) {
        writer.field("title", terms.title)
        writer.field("format", terms.format.rawValue)
        writer.field("currency", terms.currency.code)
        writer.field("start", terms.start.minorUnits)
        writer.field("reserve", reserveState(isMet: false, hasReserve: terms.reserve != nil))
        encodeOpenTerms(terms, to: &writer)
        writer.fieldIfPresent("sale", terms.sale?.text)
        encodeConditions(terms, to: &writer)
    }

    private static func reserveState(isMet: Bool, hasReserve: Bool) -> String {
        guard hasReserve else { return ReserveState.none.rawValue }
        return (isMet ? ReserveState.met : .unmet).rawValue
    }

    /// Who leads or wins has bid here, or is the one whose first accepted bid the event is: then he
    /// is the next in the order of the aliases.
    private static func encode(
        aliasOf bidder: BidderID, in auction: Auction, as key: StaticString,
        to writer: inout JSONWriter
    ) {
        let number = auction.number(of: bidder) ?? auction.participants.count + 1
        writer.field(key, Auction.aliasPrefix, number: number)
    }
}
