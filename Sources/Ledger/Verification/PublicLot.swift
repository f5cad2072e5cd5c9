import AuctionRules

/// One lot followed by what is public of it alone, and held to the rules that can be checked so.
///
/// Written from the rulebook (sections 3 to 5), not from the rules' own code, which made the log.
struct PublicLot {
    /// What the command of the last event must lead to next, under the same seq.
    private enum Due {
        case end(Instant)
        case sale(to: String, price: Amount)
    }

    enum Phase: Hashable {
        case scheduled, open
        case paused(remaining: Milliseconds?)
        case closed(at: Instant)
        case cancelled
    }

    /// A rule that an event breaks, and how.
    struct Breach: Error {
        let rule: String
        let detail: String
    }

    let terms: PublicTerms
    var phase = Phase.scheduled
    private(set) var seq: Int64 = 0
    private(set) var startsAt: Instant
    var endsAt: Instant?
    /// What a live-room lot asks for while it is on the block.
    var ask: Amount?
    var fairWarnings = 0
    var extensionsByBids = 0
    var standing: PublicStanding
    private var aliases = 0
    /// The lowest price that met the reserve, which never rises while a bid stands: no higher one
    /// can be unmet later. (What was unmet says little: the reserve may be lowered in silence.)
    private var lowestMet: Amount?
    private(set) var bids: Int64 = 0
    /// The seqs of the bids, rising.
    private var bidSeqs: [Int64] = []
    private var voidedSeqs: Set<Int64> = []
    private var due: Due?
    /// Whether the last event was a public bid within the window of the soft close.
    private(set) var isLateBid = false

    init(_ terms: PublicTerms) {
        self.terms = terms
        startsAt = terms.opensAt
        endsAt = terms.closesAt
        standing = PublicStanding(
            price: nil, leader: nil, reserve: terms.hasReserve ? .unmet : .none)
    }

    private var isEnglish: Bool { terms.format == .english }
    var isLive: Bool { terms.format == .live }
    /// Whether bids are shown.
    var isOpenOutcry: Bool { isEnglish || isLive }

    /// The least that a newcomer must offer.
    private var minimum: Amount {
        standing.price.map { $0 + terms.increments.increment(at: $0) } ?? terms.start
    }

    mutating func follow(_ event: PublicEvent, at t: Instant) throws(Breach) {
        isLateBid = false
        if let due {
            try check(event, is: due)
            self.due = nil
        } else if let next = event.seq {
            try require(
                next == seq + 1, "seq without holes", "seq \(next) follows seq \(seq)")
        }
        try apply(event, at: t)
        if let next = event.seq { seq = next }
    }

    /// To be called when there is nothing more: nothing may be left undone.
    func finish() throws(Breach) {
        switch due {
        case nil: break
        case .end: throw Breach(rule: "soft close", detail: "a bid did not extend the end")
        case .sale: throw Breach(rule: "buy-now", detail: "a lot at its cap was not closed")
        }
    }

    private func check(_ event: PublicEvent, is due: Due) throws(Breach) {
        try require(
            event.seq == seq, "one command, one seq",
            "seq \(event.seq ?? 0) where the bid's consequence had to come under seq \(seq)")
        switch (due, event.content) {
        case (.end(let end), .extended(let told, .bid)) where told == end: break
        case (.sale(let winner, let price), .closed(let outcome, .bought)):
            try require(
                outcome.winner == winner && outcome.price == price, "buy-now",
                "sold to \(outcome.winner ?? "nobody"), not to \(winner) at \(price)")
        case (.end(let end), _):
            throw Breach(
                rule: "soft close", detail: "the bid had to extend the end to \(end)")
        case (.sale, _):
            throw Breach(rule: "buy-now", detail: "the price reached the cap, and nothing closed")
        }
    }

    private mutating func apply(_ event: PublicEvent, at t: Instant) throws(Breach) {
        switch event.content {
        case .created: throw Breach(rule: "a lot is created once", detail: "it is there already")
        case .announced: break
        case .opened:
            try require(phase == .scheduled, "opened when scheduled", "it was not")
            phase = .open
            startsAt = min(startsAt, t)
        case .bid(let bidder, let after): try bid(by: bidder, to: after, event.seq, at: t)
        case .sealedBid:
            try require(!isOpenOutcry, "an english bid is public", "it hides its bidder")
            try requireTaking(at: t)
        case .voided(let bids, let after, let outcome): try void(bids, to: after, outcome)
        case .reserveLowered(let state):
            try require(
                standing.reserve == .unmet && state == .met && standing.price != nil,
                "a lowered reserve can only be met by it", "it went to \(state.rawValue)")
            try show(
                PublicStanding(
                    price: standing.price, leader: standing.leader, reserve: state))
        case .extended(let end, let extender): try extend(to: end, extender, event.seq)
        case .paused:
            try require(phase == .open, "paused when open", "it was not")
            phase = .paused(remaining: endsAt?.milliseconds(since: t))
            endsAt = nil
        case .resumed(let end): try resume(with: end, at: t)
        case .closed(let outcome, let cause): try close(outcome, cause, at: t)
        case .cancelled:
            try require(!hasEnded, "cancelled before its end", "it had ended")
            phase = .cancelled
            leaveBlock()
        case .asked(let ask, let after): try asked(ask, after)
        case .warned: try warned()
        case .reopened: try reopen()
        case .refusedLate(let lateBy):
            guard case .closed(let at) = phase else {
                throw Breach(rule: "late only after the close", detail: "it was not closed")
            }
            let expected = max(0, t.milliseconds(since: min(at, endsAt ?? at)))
            try require(
                lateBy == expected, "lateness", "it says \(lateBy) ms, it was \(expected) ms")
        }
    }

    // MARK: - The bidding

    private mutating func bid(
        by bidder: String, to after: PublicStanding, _ seq: Int64?, at t: Instant
    ) throws(Breach) {
        try require(isOpenOutcry, "a sealed bid is secret", "it shows its bidder")
        guard let seq, let price = after.price, let leader = after.leader else {
            throw Breach(rule: "a public bid has a price", detail: "it has none")
        }
        try requireTaking(at: t)
        if isLive { try checkRoomBid(by: bidder, price) }
        if bidder == Auction.alias(number: aliases + 1) { aliases += 1 }
        try require(
            isKnown(bidder) && isKnown(leader), "aliases count from 1", "\(bidder), \(leader)")
        if bidder == standing.leader, let before = standing.price {
            try require(
                leader == bidder && price >= before, "a leader's raise keeps the lead",
                "\(leader) leads at \(price)")
        } else {
            try require(
                leader == bidder || leader == standing.leader, "the leader or the rival leads",
                "\(leader) leads")
            let minimum = ask ?? minimum
            let least = min(minimum, terms.cap ?? minimum)
            try require(
                price >= least, "a rival bid raises the price by a step",
                "the price is \(price), and at least \(least) was asked")
        }
        try require(
            price <= terms.cap ?? price, "no price above the cap", "the price is \(price)")
        if standing.reserve == .met {
            try require(after.reserve == .met, "a reserve stays met", "it did not")
        }
        let leaderBefore = standing.leader
        try show(after)
        bids += 1
        bidSeqs.append(seq)
        if isLive { askOverPrice() }
        if let softClose = terms.softClose,
            softClose.trigger == .priceOrLeader || leader != leaderBefore, let endsAt
        {
            let stage = softClose.stages[min(extensionsByBids, softClose.stages.count - 1)]
            isLateBid = (1...stage.window).contains(endsAt.milliseconds(since: t))
        }
        if price == terms.cap {
            due = .sale(to: leader, price: price)
        } else if isLateBid {
            due = newEnd(at: t).map(Due.end)
        }
    }

    private mutating func void(
        _ bids: [Int64], to after: PublicStanding?, _ outcome: PublicOutcome?
    ) throws(Breach) {
        try require(phase != .cancelled, "nothing is voided on a cancelled lot", "it was")
        for seq in bids {
            try require(
                contains(seq) && voidedSeqs.insert(seq).inserted, "a bid is voided once",
                "there is no standing bid of seq \(seq)")
        }
        self.bids -= Int64(bids.count)
        if let after {
            if isOpenOutcry {
                let isLower =
                    switch (after.price, standing.price) {
                    case (nil, _): true
                    case (let price?, let before?): price <= before && price >= terms.start
                    case (_?, nil): false
                    }
                try require(isLower, "a void never raises the price", "it did")
            }
            // While nobody's bid stands the reserve may be raised, too.
            if after.price == nil { lowestMet = nil }
            try show(after)
            if ask != nil { askOverPrice() }
        }
        if let outcome {
            guard case .closed = phase else {
                throw Breach(rule: "only a closed lot has a result", detail: "it was not closed")
            }
            try check(outcome)
        }
    }

    mutating func show(_ after: PublicStanding) throws(Breach) {
        try require(
            (after.price == nil) == (after.leader == nil), "who leads has a price",
            "\(after.leader ?? "nobody") leads at \(after.price.map { "\($0)" } ?? "no price")")
        try require(
            terms.hasReserve == (after.reserve != .none), "the reserve is there or not",
            "it is \(after.reserve.rawValue)")
        if let leader = after.leader, isOpenOutcry {
            try require(isKnown(leader), "who leads has bid", "\(leader) leads")
        }
        if isOpenOutcry, let price = after.price {
            try require(price >= terms.start, "price >= start", "\(price) < \(terms.start)")
            switch after.reserve {
            case .none: break
            case .unmet:
                try require(
                    price < lowestMet ?? .largest + .largest, "reserve met = price >= reserve",
                    "unmet at \(price), where less had met it")
            case .met: lowestMet = min(price, lowestMet ?? price)
            }
        }
        standing = after
    }

    var hasEnded: Bool {
        switch phase {
        case .closed, .cancelled: true
        case .scheduled, .open, .paused: false
        }
    }

    private func requireTaking(at t: Instant) throws(Breach) {
        try require(phase == .open, "a bid needs an open lot", "it was not open")
        try require(
            startsAt <= t && t < endsAt ?? .latest, "no bid accepted at or after the end",
            "at \(t), and it ends at \(endsAt.map { "\($0)" } ?? "no time")")
    }

    /// In the live room who left an absentee bid has a number, and nobody hears of it.
    private func isKnown(_ alias: String) -> Bool {
        guard alias.hasPrefix("Bidder "), let number = Int(alias.dropFirst(7)) else { return false }
        return (1...(isLive ? .max : max(1, aliases))).contains(number)
            && alias == Auction.alias(number: number)
    }

    private func contains(_ seq: Int64) -> Bool {
        var low = 0
        var high = bidSeqs.count
        while low < high {
            let middle = (low + high) / 2
            if bidSeqs[middle] < seq { low = middle + 1 } else { high = middle }
        }
        return low < bidSeqs.count && bidSeqs[low] == seq
    }

    func require(
        _ holds: Bool, _ rule: @autoclosure () -> String, _ detail: @autoclosure () -> String
    ) throws(Breach) {
        guard holds else { throw Breach(rule: rule(), detail: detail()) }
    }
}
