import AuctionRules

/// When a public lot's end moves, and what it closes with.
extension PublicLot {
    /// Where a late bid at `t` on another lot of the group must move the end; nil: nowhere.
    func end(afterGroupsBidAt t: Instant) -> Instant? {
        guard phase == .open || phase == .scheduled, startsAt <= t, let endsAt, endsAt > t else {
            return nil
        }
        return newEnd(at: t)
    }

    /// The end after a late bid at `t`, by section 5.
    func newEnd(at t: Instant) -> Instant? {
        guard let softClose = terms.softClose, let end = endsAt,
            extensionsByBids < softClose.extensionsMax ?? .max
        else { return nil }
        let stage = softClose.stages[min(extensionsByBids, softClose.stages.count - 1)]
        let new =
            stage.mode == .add
            ? end.advanced(by: stage.amount) : max(end, t.advanced(by: stage.amount))
        let clamped = min(new, softClose.hardEnd ?? new)
        return clamped > end ? clamped : nil
    }

    mutating func extend(
        to end: Instant, _ extender: PublicEvent.Extender, _ seq: Int64?
    ) throws(Breach) {
        try require(
            phase == .scheduled || phase == .open, "extended before its end", "it was not")
        guard let endsAt, end > endsAt else {
            throw Breach(rule: "an end only moves to a later time", detail: "to \(end)")
        }
        if case .bid = extender {
            try require(seq == self.seq, "a bid extends under its own seq", "it did not")
        } else {
            try require(seq == self.seq + 1, "seq without holes", "seq \(seq ?? 0)")
        }
        switch extender {
        case .bid: extensionsByBids += 1
        case .groupsBid:
            try require(
                phase == .open && terms.softClose?.group != nil, "a group is extended while open",
                "it was not open, or is in no group")
            extensionsByBids += 1
        case .other: break
        }
        self.endsAt = end
    }

    mutating func resume(with end: Instant?, at t: Instant) throws(Breach) {
        guard case .paused(let remaining) = phase else {
            throw Breach(rule: "resumed when paused", detail: "it was not")
        }
        let expected = remaining.map { t.advanced(by: max($0, terms.resumeMin)) }
        try require(
            end == expected, "a resumed lot has what was left, or the least",
            "it ends at \(end.map { "\($0)" } ?? "no time")")
        phase = .open
        endsAt = end
        fairWarnings = 0
    }

    mutating func close(
        _ outcome: PublicOutcome, _ cause: Closed.Cause, at t: Instant
    ) throws(Breach) {
        switch cause {
        case .time:
            try require(
                phase == .open && t >= endsAt ?? .latest, "not closed before its end",
                "at \(t), and it ends at \(endsAt.map { "\($0)" } ?? "no time")")
        case .hammer:
            try require(!hasEnded && phase != .scheduled, "closed once", "it was not open")
            endsAt = t
        case .bought:
            try require(
                phase == .open && standing.price == terms.cap && standing.price != nil,
                "bought at the cap", "it was not")
        }
        if isLive { try checkHammer(outcome, cause) }
        try check(outcome)
        phase = .closed(at: t)
        leaveBlock()
        if !isOpenOutcry, let winner = outcome.winner {
            standing = PublicStanding(
                price: outcome.price, leader: winner, reserve: terms.hasReserve ? .met : .none)
        }
    }

    func check(_ outcome: PublicOutcome) throws(Breach) {
        let expected: PublicOutcome
        // What the auctioneer passes is not sold, whatever was bid.
        if isLive, outcome.code == "passed" { return }
        guard isOpenOutcry else {
            // Who bid what on a sealed lot is for the house to know.
            guard let price = outcome.price else { return }
            try require(price >= terms.start, "price >= start", "\(price) < \(terms.start)")
            return
        }
        if isLive, standing.price == nil || standing.reserve == .unmet {
            expected = PublicOutcome(code: "passed", winner: nil, price: nil)
        } else if standing.price == nil {
            expected = PublicOutcome(code: "no_bids", winner: nil, price: nil)
        } else if standing.reserve == .unmet {
            expected = PublicOutcome(code: "reserve_not_met", winner: nil, price: nil)
        } else {
            expected = PublicOutcome(
                code: "sold", winner: standing.leader, price: standing.price)
        }
        try require(
            outcome == expected, "the result is the standing",
            "it says \(outcome.code), and should say \(expected.code)")
    }
}
