/// What an administrator may do to a lot.
public enum AuctionCommand: Hashable, Sendable {
    /// Opens a scheduled lot now.
    case open
    case pause(reason: String?)
    case resume
    /// Closes an open or paused lot now, with the result that it has.
    case close(reason: String?)
    case cancel(reason: String)
    /// Moves the end to a later time.
    case extend(Extension, reason: String?)
    case lowerReserve(to: Amount)
    /// Voids the bid of that id; `bidder` says whose, where two bidders chose the same id.
    case voidBid(BidID, bidder: BidderID?, reason: String)
    case announce(text: String)
    // The live room.
    /// Puts a queued lot on the block, or moves its ask; nil: to what the terms give.
    case ask(Amount?)
    /// Gives the first or the second fair warning.
    case warn
    /// Sells the lot to its leader.
    case hammer
    /// Ends the lot unsold.
    case pass(reason: String?)
    /// Brings a lot that was sold or passed back on the block.
    case reopen(reason: String?)
    /// Voids the last bid that was made on the block.
    case undo(reason: String?)
    /// Brings the lot's clock up to date, and nothing else.
    case advanceClock

    /// How an end moves.
    public enum Extension: Hashable, Sendable {
        case by(Milliseconds)
        case to(Instant)
    }
}

extension Auction {
    func decide(_ command: AuctionCommand, at t: Instant) -> Decision {
        let (auction, clock) = broughtUpToDate(at: t)
        switch auction.events(for: command, at: t) {
        case .success(let events):
            return Decision(events: EventList((clock + events).map { .auction(id, $0) }))
        case .failure(let objection):
            return Decision(
                events: EventList(clock.map { .auction(id, $0) }), answer: .declined(objection))
        }
    }

    private func events(
        for command: AuctionCommand, at t: Instant
    ) -> Result<[AuctionEvent], Objection> {
        switch command {
        case .advanceClock: .success([])
        case .open: open(at: t)
        case .pause(let reason): pause(reason)
        case .resume: resume(at: t)
        case .close(let reason): close(reason)
        case .cancel(let reason): cancel(reason)
        case .extend(let amount, let reason): extend(amount, reason)
        case .lowerReserve(let amount): lowerReserve(to: amount)
        case .voidBid(let bid, let bidder, let reason): void(bid, of: bidder, reason)
        case .announce(let text): announce(text)
        case .ask(let amount): setAsk(to: amount)
        case .warn: giveFairWarning()
        case .hammer: hammer()
        case .pass(let reason): pass(reason)
        case .reopen(let reason): reopen(reason)
        case .undo(let reason): undo(reason)
        }
    }

    private func open(at t: Instant) -> Result<[AuctionEvent], Objection> {
        guard case .scheduled = phase else { return objection("be opened", "scheduled") }
        return .success([.opened(seq: seq + 1)])
    }

    private func pause(_ reason: String?) -> Result<[AuctionEvent], Objection> {
        guard case .open = phase else { return objection("be paused", "open") }
        return checked(reason).map { [.paused(reason: $0, seq: seq + 1)] }
    }

    private func resume(at t: Instant) -> Result<[AuctionEvent], Objection> {
        guard case .paused(let remaining) = phase else { return objection("resume", "paused") }
        let end = remaining.map { t.advanced(by: max($0, terms.resumeMin)) }
        return .success([.resumed(endsAt: end, seq: seq + 1)])
    }

    private func close(_ reason: String?) -> Result<[AuctionEvent], Objection> {
        guard block == nil else {
            return .failure(
                Objection(
                    .wrongStatus,
                    "Lot \(id) is sold in the room: end it with the hammer, or pass it."))
        }
        switch phase {
        case .open, .paused: break
        default: return objection("be closed", "open or paused")
        }
        return checked(reason).map { [.closed(closed(.hammer, reason: $0))] }
    }

    private func cancel(_ reason: String) -> Result<[AuctionEvent], Objection> {
        switch phase {
        case .scheduled, .open, .paused: break
        default: return objection("be cancelled", "scheduled, open or paused")
        }
        return required(reason).map { [.cancelled(reason: $0, seq: seq + 1)] }
    }

    private func extend(
        _ amount: AuctionCommand.Extension, _ reason: String?
    ) -> Result<[AuctionEvent], Objection> {
        switch phase {
        case .scheduled, .open: break
        default: return objection("be extended", "scheduled or open")
        }
        guard let endsAt else {
            return .failure(
                Objection(.endNotLater, "Lot \(id) has no end that could be moved: close it."))
        }
        let new =
            switch amount {
            case .by(let duration): endsAt.advanced(by: duration)
            case .to(let instant): min(instant, .latest)
            }
        guard new > endsAt else {
            return .failure(
                Objection(.endNotLater, "The new end of lot \(id) must be later than the old one."))
        }
        return checked(reason).map {
            [.extended(Extended(endsAt: new, cause: .administrator(reason: $0), seq: seq + 1))]
        }
    }

    /// Lowering never spends a hidden max: the price stays where it is.
    private func lowerReserve(to new: Amount) -> Result<[AuctionEvent], Objection> {
        guard minimum != nil else { return objection("have its reserve lowered", "not ended") }
        let hasBids = commitments.contains { !$0.isVoided }
        guard let reserve, new < reserve || (!hasBids && new != reserve) else {
            return .failure(
                Objection(
                    .reserveNotLower,
                    "Lot \(id) has no reserve above that amount: a reserve can be lowered, "
                        + "and raised only before the first bid."))
        }
        if let cap = terms.buyNow?.price, new > cap {
            return .failure(
                Objection(.reserveNotLower, "The reserve must not be above the buy-now price."))
        }
        let isMet = standing.price.map { $0 >= new } ?? false
        let isPublic = isMet != standing.isReserveMet
        return .success([
            .reserveLowered(
                ReserveLowered(reserve: new, isMet: isMet, seq: isPublic ? seq + 1 : nil))
        ])
    }

    private func void(
        _ bid: BidID, of bidder: BidderID?, _ reason: String
    ) -> Result<[AuctionEvent], Objection> {
        if case .cancelled = phase { return objection("have a bid voided", "not cancelled") }
        let bidders = bidder.map { [$0] } ?? participants.bidders
        let matches = bidders.compactMap { commitment(of: BidKey(bidder: $0, id: bid)) }
        guard let match = matches.first else {
            return .failure(
                Objection(.unknownBid, "Lot \(id) has no accepted bid \(bid): list its bids."))
        }
        guard matches.count == 1 else {
            return .failure(
                Objection(
                    .unknownBid, "More than one bidder has a bid \(bid) on lot \(id): say whose."))
        }
        guard !match.isVoided else { return .success([]) }
        return required(reason).map { reason in
            [.bidsVoided(voided([match.ordinal], cause: .administrator(reason: reason)))]
        }
    }

    private func announce(_ text: String) -> Result<[AuctionEvent], Objection> {
        required(text).map { [.announced(text: $0)] }
    }

    // MARK: - Objections

    func objection<T>(_ verb: String, _ wanted: String) -> Result<T, Objection> {
        .failure(
            Objection(
                .wrongStatus,
                "Lot \(id) can't \(verb): it is \(status.rawValue), and must be \(wanted)."))
    }

    func checked(_ reason: String?) -> Result<String?, Objection> {
        guard let reason else { return .success(nil) }
        return required(reason).map { $0 }
    }

    func required(_ text: String) -> Result<String, Objection> {
        Terms.objection(toReason: text).map(Result.failure) ?? .success(text)
    }
}

extension Terms {
    /// What is wrong with a reason or an announcement, if anything.
    static func objection(toReason text: String) -> Objection? {
        guard !isPresentable(text, lengthMax: 500) else { return nil }
        return Objection(
            .reasonRequired, "A text of 1 to 500 characters without control characters is needed.")
    }
}
