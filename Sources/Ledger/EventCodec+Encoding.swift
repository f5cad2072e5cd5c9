import AuctionRules
import StrictJSON

extension EventCodec {
    static func encode(_ event: AuctionEvent, to writer: inout JSONWriter) {
        switch event {
        case .created(let terms): encode(terms, to: &writer)
        case .opened(let seq): writer.field("seq", seq)
        case .bidAccepted(let event): encode(event, to: &writer)
        case .bidRefused(let event):
            encode(event.request, to: &writer)
            encode(event.refusal, to: &writer)
        case .bidsVoided(let event): encode(event, to: &writer)
        case .reserveLowered(let event):
            writer.field("reserve", event.reserve.minorUnits)
            writer.field("met", event.isMet)
            writer.fieldIfPresent("seq", event.seq)
        case .extended(let event): encode(event, to: &writer)
        case .paused(let reason, let seq):
            writer.fieldIfPresent("reason", reason)
            writer.field("seq", seq)
        case .resumed(let endsAt, let seq):
            writer.fieldIfPresent("ends_at", endsAt?.milliseconds)
            writer.field("seq", seq)
        case .closed(let event):
            encode(event.outcome, to: &writer)
            writer.field("cause", event.cause.rawValue)
            writer.fieldIfPresent("reason", event.reason)
            writer.field("seq", event.seq)
        case .cancelled(let reason, let seq):
            writer.field("reason", reason)
            writer.field("seq", seq)
        case .announced(let text): writer.field("text", text)
        case .askSet(let event):
            writer.field("ask", event.ask.minorUnits)
            encode(event.standing, to: &writer)
            writer.field("seq", event.seq)
        case .fairWarned(let seq): writer.field("seq", seq)
        case .reopened(let event):
            writer.fieldIfPresent("reason", event.reason)
            writer.field("seq", event.seq)
        }
    }

    static func encode(_ event: HouseEvent, to writer: inout JSONWriter) {
        switch event {
        case .saleCreated(let sale):
            writer.field("id", sale.id.text)
            writer.field("title", sale.title)
            writer.field("stagger", sale.stagger)
            writer.field("requires_approval", sale.requiresApproval)
            writer.fieldIfPresent("soft_close_group", sale.softCloseGroup?.text)
        case .bidderAdded(let bidder):
            writer.field("id", bidder.id.text)
            writer.fieldIfPresent("name", bidder.name)
            encode(bidder.bidLimit, as: "bid_limit", to: &writer)
        case .bidderSuspended(let id, let reason):
            writer.field("id", id.text)
            writer.fieldIfPresent("reason", reason)
        case .bidderReinstated(let id): writer.field("id", id.text)
        case .registered(let registration):
            writer.field("sale", registration.sale.text)
            writer.field("bidder", registration.bidder.text)
            writer.field("approved", registration.isApproved)
            encode(registration.exposureLimit, as: "exposure_limit", to: &writer)
        case .tokenIssued(let token):
            writer.field("hash", token.hash.hex)
            switch token.bearer {
            case .bidder(let id): writer.field("bidder", id.text)
            case .administrator(let name): writer.field("administrator", name)
            }
            writer.fieldIfPresent("expires_at", token.expiresAt?.milliseconds)
        case .tokenRevoked(let hash): writer.field("hash", hash.hex)
        case .signingKeyAdded(let key): writer.field("public_key", key.hex)
        }
    }

    // MARK: - Parts

    private static func encode(_ event: BidAccepted, to writer: inout JSONWriter) {
        encode(event.request, to: &writer)
        writer.field("committed", event.amount.minorUnits)
        writer.field("ordinal", event.ordinal)
        encode(event.standing, to: &writer)
        writer.fieldIfPresent("seq", event.seq)
    }

    private static func encode(_ event: BidsVoided, to writer: inout JSONWriter) {
        writer.array("ordinals") { writer in
            for ordinal in event.ordinals { writer.value(ordinal) }
        }
        switch event.cause {
        case .administrator(let reason): writer.field("reason", reason)
        case .retraction(let request):
            writer.object("retraction") { writer in encode(request, to: &writer) }
        }
        encode(event.standing, to: &writer)
        if let outcome = event.outcome { encode(outcome, to: &writer) }
        writer.fieldIfPresent("seq", event.seq)
    }

    private static func encode(_ event: Extended, to writer: inout JSONWriter) {
        writer.field("ends_at", event.endsAt.milliseconds)
        encode(event.cause, to: &writer)
        writer.field("seq", event.seq)
    }

    /// Public as it is: the reason is one that the administrator gives to everybody.
    static func encode(_ cause: Extended.Cause, to writer: inout JSONWriter) {
        switch cause {
        case .softClose: writer.field("cause", "soft_close")
        case .softCloseGroup(let lot):
            writer.field("cause", "soft_close_group")
            writer.field("bid_on", lot.text)
        case .outage: writer.field("cause", "outage")
        case .administrator(let reason):
            writer.field("cause", "administrator")
            writer.fieldIfPresent("reason", reason)
        }
    }

    private static func encode(_ request: BidRequest, to writer: inout JSONWriter) {
        writer.field("bidder", request.bidder.text)
        writer.field("id", request.id.text)
        switch request.action {
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
        if request.isConfirmed { writer.field("confirmed", true) }
    }

    private static func encode(_ refusal: Refusal, to writer: inout JSONWriter) {
        writer.field("code", refusal.code)
        writer.fieldIfPresent("detail", refusal.detail)
        writer.fieldIfPresent("minimum", refusal.minimum?.minorUnits)
        writer.fieldIfPresent("late_by", refusal.lateBy)
        // The bid's own is its ask_seq.
        writer.fieldIfPresent("present_ask_seq", refusal.askSeq)
    }

    private static func encode(_ standing: Standing?, to writer: inout JSONWriter) {
        guard let standing else { return }
        writer.object("standing") { writer in
            writer.fieldIfPresent("price", standing.price?.minorUnits)
            writer.fieldIfPresent("leader", standing.leader?.text)
            writer.field("reserve_met", standing.isReserveMet)
        }
    }

    private static func encode(_ outcome: Outcome, to writer: inout JSONWriter) {
        writer.field("outcome", outcome.code)
        guard case .sold(let winner, let price) = outcome else { return }
        writer.field("winner", winner.text)
        writer.field("price", price.minorUnits)
    }

    private static func encode(
        _ limit: Limit?, as key: StaticString, to writer: inout JSONWriter
    ) {
        guard let limit else { return }
        writer.object(key) { writer in
            writer.field("amount", limit.amount.minorUnits)
            writer.field("currency", limit.currency.code)
        }
    }
}

extension Refusal {
    /// The text that some refusals carry.
    var detail: String? {
        switch self {
        case .malformed(let text), .wrongCurrency(let text), .unsupported(let text): text
        default: nil
        }
    }
}
