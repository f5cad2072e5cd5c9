/// What the house says about a bidder who wants to bid on a lot.
struct Admission {
    /// Why somebody may not bid at all.
    enum Bar {
        case notRegistered
        case notApproved
        case suspended
    }

    /// Step 6: the bidder is unknown, not approved for this sale, or suspended.
    var bar: Bar?
    /// Step 8: the most that this bid may commit to; nil: no bound.
    var amountMax: Amount?

    var refusal: Refusal? {
        switch bar {
        case nil: nil
        case .notRegistered: .notRegistered
        case .notApproved: .notApproved
        case .suspended: .suspended
        }
    }
}

/// A request's way through the checks (rulebook, section 2). Their order is the precedence of the
/// refusals, so that every refusal has one code.
extension Auction {
    func decide(_ request: BidRequest, at t: Instant, admission: Admission) -> Decision {
        // 1. The currency (everything else about the message was checked at the border).
        if !request.action.isIn(terms.currency) {
            return Decision(answer: .refused(.wrongCurrency(expected: terms.currency.code)))
        }
        // 2. The id, also after the close.
        if let reply = replies.reply(to: request, among: participants) {
            guard reply.request.action == request.action else {
                return Decision(answer: .refused(.idempotencyConflict))
            }
            return Decision(answer: .repeated(reply))
        }
        // 4. The clock. (Step 3, the lot itself, is behind us.)
        let events = clockEvents(at: t)
        guard events.isEmpty else {
            let decision = after(events, at: t).judge(request, at: t, admission: admission)
            return Decision(
                events: EventList(events.map { .auction(id, $0) } + decision.events),
                answer: decision.answer)
        }
        return judge(request, at: t, admission: admission)
    }

    /// Steps 5 to 11, on a lot whose clock is right.
    private func judge(_ request: BidRequest, at t: Instant, admission: Admission) -> Decision {
        if let refusal = phaseRefusal(at: t) ?? admission.refusal {
            return refuse(request, refusal)
        }
        let offer: Offer
        switch request.action {
        case .retract(let bid): return judgeRetraction(request, of: bid, at: t)
        case .bid(.max, let amount, _):
            offer = Offer(request: request, kind: .max, amount: amount)
        case .bid(.exact, let amount, _):
            offer = Offer(request: request, kind: .exact, amount: amount)
        case .bidAtAsk(let kind, let amount, let askSeq, _):
            offer = Offer(
                request: request, kind: kind == .max ? .max : .exact, amount: amount,
                askSeq: askSeq)
        case .room(let amount):
            guard block != nil else {
                return refuse(request, .unsupported("This lot is not sold in a room: bid online"))
            }
            offer = Offer(request: request, kind: .room, amount: amount)
        case .buy:
            // A lot without a buy-now price refuses every amount.
            let amount = terms.buyNow?.price ?? terms.start
            offer = Offer(request: request, kind: .buy, amount: amount)
        }
        if hasParties,
            terms.seller == offer.bidder || terms.relatedParties.contains(offer.bidder)
        {
            return refuse(request, .selfBidding)
        }
        if let amountMax = admission.amountMax, bidding.commitment(of: offer, in: self) > amountMax
        {
            return refuse(request, .limitExceeded)
        }
        if let refusal = bidding.refusal(of: offer, in: self) { return refuse(request, refusal) }
        if terms.ladderOnly, offer.kind != .buy,
            !terms.increments.isOnLadder(offer.amount, from: terms.start)
        {
            return refuse(request, .offLadder)
        }
        if let factor = terms.confirmAboveFactor, !request.isConfirmed, offer.kind != .buy {
            let minimum = bidding.minimum(in: self)
            if offer.amount > minimum.times(factor) {
                return refuse(request, .confirmRequired(minimum: minimum))
            }
        }
        // From here on the offer is accepted.
        return accept(offer, request, standing: bidding.standing(after: offer, in: self), at: t)
    }

    private func phaseRefusal(at t: Instant) -> Refusal? {
        switch phase {
        case .open: nil
        case .scheduled: .notOpen
        case .paused: .paused
        case .closed(_, _, let at):
            .closed(lateBy: max(0, t.milliseconds(since: min(at, endsAt ?? at))))
        case .cancelled: .cancelled
        }
    }

    /// A final refusal is logged, so that the reply survives; another one is only answered.
    private func refuse(_ request: BidRequest, _ refusal: Refusal) -> Decision {
        guard refusal.isFinal else { return Decision(answer: .refused(refusal)) }
        let event = BidRefused(request: request, refusal: refusal)
        return Decision(events: EventList(.auction(id, .bidRefused(event))))
    }

    private func accept(
        _ offer: Offer, _ request: BidRequest, standing: consuming Standing?, at t: Instant
    ) -> Decision {
        replies.prefetchEnd()
        let showsCount =
            !isOpenOutcry && terms.showsSealedBidCount
            && participants[offer.bidder]?.standingAmount == nil
        let isPublic = standing != nil || showsCount
        let seq = isPublic ? self.seq + 1 : nil
        let sequel = sequel(of: standing, seq: seq, at: t)
        let accepted = BidAccepted(
            request: request, amount: offer.amount, ordinal: commitmentBook.count,
            standing: standing, seq: seq)
        var events = EventList(.auction(id, .bidAccepted(accepted)))
        if let sequel { events.append(.auction(id, sequel)) }
        return Decision(events: events)
    }

    /// What a bid leads to beside itself, that makes this of the bidding: the close, or a later end.
    private func sequel(of standing: Standing?, seq: Int64?, at t: Instant) -> AuctionEvent? {
        guard let standing, let seq else { return nil }
        if reachesCap(standing), let price = standing.price, let leader = standing.leader {
            return .closed(
                Closed(outcome: .sold(to: leader, price: price), cause: .bought, seq: seq))
        }
        return endAfterPublicChange(to: standing, at: t).map {
            .extended(Extended(endsAt: $0, cause: .softClose, seq: seq))
        }
    }

    /// Whether the lot is sold at once: the price is never shown above the cap.
    func reachesCap(_ standing: Standing) -> Bool {
        guard let cap = terms.buyNow?.price, let price = standing.price else { return false }
        return price >= cap
    }

    /// Where a bid at `t` that makes `standing` of the bidding moves the end; nil: nowhere.
    @inline(__always)
    func endAfterPublicChange(to standing: Standing, at t: Instant) -> Instant? {
        guard let softClose = terms.softClose, let endsAt else { return nil }
        if softClose.trigger == .leader, standing.leader == self.standing.leader { return nil }
        return softClose.newEnd(at: t, end: endsAt, extensions: extensionsByBids)
    }

    private func judgeRetraction(
        _ request: BidRequest, of bid: BidID, at t: Instant
    ) -> Decision {
        switch bidding.retraction(of: bid, by: request.bidder, at: t, in: self) {
        case .failure(let refusal): refuse(request, refusal)
        case .success(let ordinals):
            Decision(events: [
                .auction(id, .bidsVoided(voided(ordinals, cause: .retraction(request))))
            ])
        }
    }
}
