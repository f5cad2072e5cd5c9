import AuctionRules

/// The invariants of the rulebook's sections 3 and 9, asked of the engine's own lot and of nothing
/// else: counted afresh from its commitments.
struct Invariants {
    /// Whether the price may have left the closed form: a leader's raise leaves a cut-short price
    /// as it is, a lowered reserve may be covered and yet unmet.
    private var hasRaise = false
    private var hasLoweredReserve = false

    /// What is broken after a command, seen from before it.
    mutating func broken(by outcome: Saleroom.Outcome, from before: Auction, to after: Auction)
        -> [String]
    {
        var faults: [String] = []
        var previous = before
        for step in outcome.steps {
            note(step.event, leader: previous.standing.leader)
            faults += brokenByEvent(step.event, from: previous, to: step.after)
            previous = step.after
        }
        if outcome.steps.isEmpty, before != after { faults.append("changed without an event") }
        if let told = outcome.acceptance, !told.tells(after.publicState) {
            faults.append("the bidder is told another lot than everybody")
        }
        return faults + brokenStandings(of: after)
    }

    private mutating func note(_ event: AuctionEvent, leader: BidderID?) {
        switch event {
        case .bidAccepted(let event): if event.request.bidder == leader { hasRaise = true }
        case .reserveLowered: hasLoweredReserve = true
        default: break
        }
    }

    // MARK: - From one moment to the next

    private func brokenByEvent(
        _ event: AuctionEvent, from before: Auction, to after: Auction
    ) -> [String] {
        var faults: [String] = []
        let (old, new) = (before.standing, after.standing)
        var isVoid = false
        switch event {
        case .bidAccepted(let event):
            let isRival = event.request.bidder != old.leader
            if isRival, let price = old.price, let risen = new.price, risen <= price {
                faults.append("an accepted rival bid did not raise the price")
            }
            if let end = before.endsAt, let at = after.commitments.last?.at, at >= end {
                faults.append("accepted at \(at), the end being \(end)")
            }
            if !isRival, event.standing == nil, before.publicState != after.publicState {
                faults.append("a silent raise changed something public")
            }
        case .bidRefused:
            if before.publicState != after.publicState { faults.append("a refusal changed it") }
            if before.commitments != after.commitments { faults.append("a refusal committed") }
        case .bidsVoided: isVoid = true
        case .extended:
            if let end = before.endsAt, let moved = after.endsAt, moved <= end {
                faults.append("an extension did not extend")
            }
        case .reserveLowered:
            if new.price != old.price || new.leader != old.leader {
                faults.append("lowering the reserve spent a hidden max")
            }
        default: break
        }
        if !isVoid {
            if let price = old.price, price > new.price ?? 0 { faults.append("the price fell") }
            if old.isReserveMet, !new.isReserveMet { faults.append("met reverted") }
        } else if before.endsAt != after.endsAt {
            faults.append("a void moved the end")
        }
        if let seq = event.seq {
            if seq != before.seq, seq != before.seq + 1 { faults.append("seq has a hole") }
        } else if before.publicState != after.publicState {
            faults.append("a public change without a seq")
        }
        if after.seq != before.seq, before.publicState.looksLike(after.publicState) {
            faults.append("a seq without a public change")
        }
        return faults
    }

    // MARK: - At every moment

    private func brokenStandings(of auction: Auction) -> [String] {
        var faults: [String] = []
        let standing = auction.standing
        let alive = auction.commitments.filter { !$0.isVoided }
        let keys = Set(auction.commitments.map { auction.key(of: $0) })
        if keys.count != auction.commitments.count { faults.append("one id committed twice") }
        if case .closed(_, .time, let at) = auction.phase, let end = auction.endsAt, at < end {
            faults.append("closed before its end")
        }
        guard let price = standing.price, let leader = standing.leader else {
            if !alive.isEmpty { faults.append("offers without a price") }
            return faults
        }
        let own = alive.filter { $0.bidder == leader }
        guard let max = own.map(\.amount).max() else { return ["the leader has no offer"] }
        if max != auction.leaderMax { faults.append("the leader's max is not his best offer") }
        if price < auction.terms.start { faults.append("the price is below the start") }
        if price > max { faults.append("the price is above the leader's max") }
        let isMet = auction.reserve.map { price >= $0 } ?? false
        if isMet != standing.isReserveMet { faults.append("met is wrong") }

        // A bought lot is off the ladder of maxes: the buyer leads at the cap.
        let isBought = alive.contains { $0.kind == .buy }
        let rivals = alive.filter { $0.bidder != leader }
        let rivalMax = rivals.map(\.amount).max()
        if !isBought, let rivalMax {
            if rivalMax > max { faults.append("a rival holds a higher max") }
            let since = own.first { $0.amount == max }?.ordinal ?? 0
            let rivalSince = rivals.first { $0.amount == max }?.ordinal ?? .max
            if rivalSince < since { faults.append("a tie went to the later one") }
            if price < rivalMax, price != auction.terms.buyNow?.price {
                faults.append("the price is below a rival's max")
            }
        }
        if !isBought, !hasLoweredReserve {
            let form = closedForm(own: own, max: max, rivalMax: rivalMax, of: auction)
            let mayBeCutShort = hasRaise && !auction.terms.completesIncrementOnRaise
            if price > form || (price != form && !mayBeCutShort) {
                faults.append("the price is \(price), the closed form \(form)")
            }
        }
        return faults
    }

    private func closedForm(
        own: [Commitment], max: Amount, rivalMax: Amount?, of auction: Auction
    ) -> Amount {
        let terms = auction.terms
        var form = terms.start
        for exact in own where exact.kind == .exact { form = Swift.max(form, exact.amount) }
        if let rivalMax {
            let over = rivalMax + terms.increments.increment(at: rivalMax)
            form = Swift.max(form, rivalMax == max ? max : min(max, over))
        }
        if let reserve = auction.reserve, max >= reserve { form = Swift.max(form, reserve) }
        return min(form, terms.buyNow?.price ?? form)
    }
}

extension Acceptance {
    fileprivate func tells(_ state: PublicState) -> Bool {
        (seq, price, minimum, reserve, endsAt) == (
            state.seq, state.price, state.minimum, state.reserve, state.endsAt
        )
    }
}

extension PublicState {
    /// Whether everybody sees the same, the number of the change left aside.
    fileprivate func looksLike(_ other: PublicState) -> Bool {
        (price, minimum, leader, bids, reserve) == (
            other.price, other.minimum, other.leader, other.bids, other.reserve
        )
            && (status, outcome, buyNow) == (other.status, other.outcome, other.buyNow)
            && (startsAt, endsAt, extensions) == (other.startsAt, other.endsAt, other.extensions)
    }
}
