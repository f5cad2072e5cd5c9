import AuctionRules
import StrictJSON

extension EventCodec {
    static func auctionEvent(_ kind: String, _ object: JSONObject) throws -> AuctionEvent {
        let fields = PayloadFields(kind: kind, object: object)
        return switch kind {
        case "auction_created": .created(try terms(fields))
        case "auction_opened": .opened(seq: try fields.integer("seq"))
        case "bid_accepted": .bidAccepted(try bidAccepted(fields))
        case "bid_refused":
            .bidRefused(BidRefused(request: try request(fields), refusal: try refusal(fields)))
        case "bids_voided": .bidsVoided(try bidsVoided(fields))
        case "reserve_lowered":
            .reserveLowered(
                ReserveLowered(
                    reserve: try fields.amount("reserve"), isMet: try fields.bool("met"),
                    seq: try fields.optionalInteger("seq")))
        case "auction_extended": .extended(try extended(fields))
        case "auction_paused":
            .paused(reason: try fields.optionalString("reason"), seq: try fields.integer("seq"))
        case "auction_resumed":
            .resumed(
                endsAt: try fields.optionalInstant("ends_at"), seq: try fields.integer("seq"))
        case "auction_closed":
            .closed(
                Closed(
                    outcome: try outcome(fields), cause: try fields.member("cause"),
                    reason: try fields.optionalString("reason"), seq: try fields.integer("seq")))
        case "auction_cancelled":
            .cancelled(reason: try fields.string("reason"), seq: try fields.integer("seq"))
        case "auction_announced": .announced(text: try fields.string("text"))
        case "ask_set": .askSet(try askSet(fields))
        case "fair_warning_given": .fairWarned(seq: try fields.integer("seq"))
        case "auction_reopened":
            .reopened(
                Reopened(
                    reason: try fields.optionalString("reason"), seq: try fields.integer("seq")))
        default: throw EventCodingError(kind, "is of no kind that an auction's event has")
        }
    }

    static func houseEvent(_ kind: String, _ object: JSONObject) throws -> HouseEvent {
        let fields = PayloadFields(kind: kind, object: object)
        return switch kind {
        case "sale_created":
            .saleCreated(
                Sale(
                    id: try fields.id("id"), title: try fields.string("title"),
                    stagger: try fields.integer("stagger"),
                    requiresApproval: try fields.bool("requires_approval"),
                    softCloseGroup: try fields.optionalString("soft_close_group").map {
                        try SoftCloseGroup($0)
                    }))
        case "bidder_added":
            .bidderAdded(
                Bidder(
                    id: try fields.id("id"), name: try fields.optionalString("name"),
                    bidLimit: try fields.limit("bid_limit")))
        case "bidder_suspended":
            .bidderSuspended(try fields.id("id"), reason: try fields.optionalString("reason"))
        case "bidder_reinstated": .bidderReinstated(try fields.id("id"))
        case "bidder_registered":
            .registered(
                Registration(
                    sale: try fields.id("sale"), bidder: try fields.id("bidder"),
                    isApproved: try fields.bool("approved"),
                    exposureLimit: try fields.limit("exposure_limit")))
        case "token_issued":
            .tokenIssued(
                Token(
                    hash: try fields.tokenHash("hash"), bearer: try bearer(fields),
                    expiresAt: try fields.optionalInstant("expires_at")))
        case "token_revoked": .tokenRevoked(try fields.tokenHash("hash"))
        case "signing_key_added": .signingKeyAdded(try fields.publicKey("public_key"))
        default: throw EventCodingError(kind, "is of no kind that the house's event has")
        }
    }

    // MARK: - Parts

    private static func bidAccepted(_ fields: PayloadFields) throws -> BidAccepted {
        BidAccepted(
            request: try request(fields), amount: try fields.amount("committed"),
            ordinal: Int(try fields.integer("ordinal")), standing: try standing(fields),
            seq: try fields.optionalInteger("seq"))
    }

    private static func bidsVoided(_ fields: PayloadFields) throws -> BidsVoided {
        let ordinals = try fields.object.array("ordinals").map { value in
            guard case .integer(let ordinal) = value else {
                throw fields.fault("ordinals", "must hold integers")
            }
            return Int(ordinal)
        }
        let cause: BidsVoided.Cause =
            if let retraction = try fields.optionalObject("retraction") {
                .retraction(try request(retraction))
            } else {
                .administrator(reason: try fields.string("reason"))
            }
        return BidsVoided(
            ordinals: ordinals, cause: cause, standing: try standing(fields),
            outcome: try fields.optionalString("outcome") == nil ? nil : try outcome(fields),
            seq: try fields.optionalInteger("seq"))
    }

    /// An ask may lie one step above the largest amount.
    private static func askSet(_ fields: PayloadFields) throws -> AskSet {
        guard let ask = Amount.derived(try fields.integer("ask")) else {
            throw fields.fault("ask", "is no amount")
        }
        return AskSet(
            ask: ask, standing: try standing(fields), seq: try fields.integer("seq"))
    }

    private static func extended(_ fields: PayloadFields) throws -> Extended {
        let cause: Extended.Cause
        switch try fields.string("cause") {
        case "soft_close": cause = .softClose
        case "soft_close_group": cause = .softCloseGroup(bidOn: try fields.id("bid_on"))
        case "outage": cause = .outage
        case "administrator": cause = .administrator(reason: try fields.optionalString("reason"))
        default: throw fields.fault("cause", "has an unknown name")
        }
        return Extended(
            endsAt: try fields.instant("ends_at"), cause: cause, seq: try fields.integer("seq"))
    }

    private static func request(_ fields: PayloadFields) throws -> BidRequest {
        let action: BidAction
        switch try fields.string("action") {
        case "buy": action = .buy
        case "retract": action = .retract(try fields.id("bid"))
        case "room": action = .room(amount: try fields.amount("amount"))
        default:
            let kind: BidKind = try fields.member("action")
            let amount = try fields.amount("amount")
            let currency = try fields.optionalString("currency")
            if let askSeq = try fields.optionalInteger("ask_seq") {
                action = .bidAtAsk(kind, amount: amount, askSeq: askSeq, currency: currency)
            } else {
                action = .bid(kind, amount: amount, currency: currency)
            }
        }
        return BidRequest(
            bidder: try fields.id("bidder"), id: try fields.id("id"), action: action,
            isConfirmed: try fields.object.optionalBool("confirmed") ?? false)
    }

    private static func refusal(_ fields: PayloadFields) throws -> Refusal {
        let minimum = try fields.optionalInteger("minimum").flatMap(Amount.derived)
        let refusal = Refusal(
            code: try fields.string("code"), detail: try fields.optionalString("detail"),
            minimum: minimum, lateBy: try fields.optionalInteger("late_by"),
            askSeq: try fields.optionalInteger("present_ask_seq"))
        guard let refusal else { throw fields.fault("code", "is no refusal with these fields") }
        return refusal
    }

    private static func standing(_ fields: PayloadFields) throws -> Standing? {
        guard let standing = try fields.optionalObject("standing") else { return nil }
        return Standing(
            price: try standing.optionalAmount("price"),
            leader: try standing.optionalString("leader").map { try BidderID($0) },
            isReserveMet: try standing.bool("reserve_met"))
    }

    private static func outcome(_ fields: PayloadFields) throws -> Outcome {
        switch try fields.string("outcome") {
        case "sold": .sold(to: try fields.id("winner"), price: try fields.amount("price"))
        case "no_bids": .noBids
        case "reserve_not_met": .reserveNotMet
        case "passed": .passed
        default: throw fields.fault("outcome", "has an unknown name")
        }
    }

    private static func bearer(_ fields: PayloadFields) throws -> Token.Bearer {
        guard let bidder = try fields.optionalString("bidder") else {
            return .administrator(name: try fields.string("administrator"))
        }
        return .bidder(try BidderID(bidder))
    }
}

extension Refusal {
    /// The refusal with this code, or nil when there is none with these fields.
    init?(
        code: String, detail: String?, minimum: Amount?, lateBy: Milliseconds?, askSeq: Int64?
    ) {
        switch code {
        case "malformed":
            guard let detail else { return nil }
            self = .malformed(detail)
        case "wrong_currency":
            guard let detail else { return nil }
            self = .wrongCurrency(expected: detail)
        case "unsupported":
            guard let detail else { return nil }
            self = .unsupported(detail)
        case "too_low":
            guard let minimum else { return nil }
            self = .tooLow(minimum: minimum)
        case "confirm_required":
            guard let minimum else { return nil }
            self = .confirmRequired(minimum: minimum)
        case "ask_moved":
            guard let minimum, let askSeq else { return nil }
            self = .askMoved(ask: minimum, askSeq: askSeq)
        case "closed":
            guard let lateBy else { return nil }
            self = .closed(lateBy: lateBy)
        default:
            guard let plain = Self.plain.first(where: { $0.code == code }) else { return nil }
            self = plain
        }
    }

    /// The refusals that carry nothing.
    private static let plain: [Refusal] = [
        .invalidAmount, .idempotencyConflict, .unknownAuction, .notOpen, .paused, .cancelled,
        .notRegistered, .notApproved, .suspended, .selfBidding, .limitExceeded, .alreadyLeading,
        .maxNotHigher, .offLadder, .unavailable,
    ]
}
