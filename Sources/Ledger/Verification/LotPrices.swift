import AuctionRules

/// The secret side of one lot's bidding: who stands with what, and the price that follows from it.
///
/// Written from the rulebook's closed form (section 3), over the commitments alone, and not from the
/// rules' own code, which made the log: two ways to the same price.
struct LotPrices {
    private struct Stand {
        var max: Amount
        /// Of the commitment that first offered `max`: ties go to the earlier one.
        var priority: Int
        /// The highest offer that is shown at face value: exact bids and buys.
        var shown: Amount?
    }

    private var stands: [BidderID: Stand] = [:]
    private var leader: BidderID?
    /// Who took the lot at its cap leads whatever others have offered.
    private var buyer: BidderID?
    /// The best standing max but the leader's.
    private var rivalMax: Amount?
    /// The live room has rules of its own.
    private var room = RoomPrices()

    // MARK: - Following the log

    /// What a bid makes of the bidding, or what is wrong with it.
    ///
    /// - Parameter auction: the lot before it.
    mutating func follow(
        _ event: BidAccepted, on auction: Auction, at t: Instant
    ) throws(PublicLot.Breach) {
        let bidder = event.request.bidder
        try require(
            Self.takesBids(auction.status) && auction.startsAt <= t
                && t < auction.endsAt ?? .latest,
            "no bid accepted at or after the end", "it is accepted at \(t)")
        try require(
            event.ordinal == auction.commitments.count, "ordinals without holes",
            "ordinal \(event.ordinal)")
        try require(
            auction.reply(to: event.request.key) == nil, "one reply per bid id",
            "the id had a reply")
        let kind: Commitment.Kind
        switch event.request.action {
        case .bid(let asked, let amount, _), .bidAtAsk(let asked, let amount, _, _):
            kind = asked == .max ? .max : .exact
            try require(amount == event.amount, "what is offered is committed", "it is not")
        case .room(let amount):
            kind = .room
            try require(amount == event.amount, "what is offered is committed", "it is not")
        case .buy:
            kind = .buy
            try require(
                event.amount == auction.terms.buyNow?.price, "a buy is at the cap", "it is not")
        case .retract: throw PublicLot.Breach(rule: "a bid offers", detail: "it retracts")
        }
        try require(
            (event.seq == nil || event.seq == auction.seq + 1)
                && (event.standing == nil || event.seq != nil), "seq without holes",
            "seq \(event.seq ?? 0) follows \(auction.seq)")
        guard auction.terms.format != .live else { return try room.follow(event, on: auction) }
        try require(kind != .room, "only a live-room lot takes bids from the room", "it does")
        guard auction.terms.format == .english else {
            return try require(event.standing == nil, "a sealed lot shows nothing", "it does")
        }
        let isOwn = leader == bidder && kind != .buy
        let maxBefore = leader.flatMap { stands[$0]?.max }
        let minimum =
            auction.standing.price.map { $0 + auction.terms.increments.increment(at: $0) }
            ?? auction.terms.start
        if isOwn {
            try require(
                kind == .max && event.amount > maxBefore ?? event.amount,
                "a leader only raises his max", "he does not")
        } else if kind != .buy {
            try require(
                event.amount >= minimum, "no bid under the minimum",
                "\(event.amount) is under \(minimum)")
        }
        commit(bidder, kind, event.amount, ordinal: event.ordinal)
        let price =
            isOwn
            ? priceAfterRaise(to: event.amount, from: maxBefore, on: auction) : closedForm(auction)
        try check(event.standing, is: standing(at: price, on: auction), on: auction)
    }

    /// What a void makes of the bidding, or what is wrong with it.
    mutating func follow(_ event: BidsVoided, on auction: Auction) throws(PublicLot.Breach) {
        let commitments = auction.commitments
        let voided = Set(event.ordinals)
        try require(
            voided.count == event.ordinals.count
                && voided.allSatisfy {
                    commitments.indices.contains($0) && !commitments[$0].isVoided
                }, "a bid is voided once", "an ordinal is none that stands")
        guard !voided.isEmpty else {
            return try require(
                event.standing == nil && event.seq == nil, "voiding twice changes nothing",
                "it does")
        }
        guard auction.terms.format != .live else { return try room.follow(event, on: auction) }
        self = LotPrices()
        for commitment in commitments
        where !commitment.isVoided && !voided.contains(commitment.ordinal) {
            commit(
                commitment.bidder, commitment.kind, commitment.amount,
                ordinal: commitment.ordinal)
        }
        if auction.terms.format == .english {
            let price = closedForm(auction).flatMap { form in
                auction.standing.price.map { min(form, $0) }
            }
            let after = standing(at: price, on: auction)
            try require(
                event.standing == after || (event.standing == nil && after == auction.standing),
                "a void leads to min(P*, the price before)", "it leads elsewhere")
        }
        guard auction.isClosed else {
            return try require(event.outcome == nil, "only a closed lot has a result", "it has one")
        }
        let result =
            auction.terms.format == .english
            ? outcome(of: event.standing ?? auction.standing, on: auction)
            : sealedOutcome(on: auction, without: voided)
        try require(event.outcome == result, "the result is the standing", "it is another")
    }

    /// What is wrong with how a lot ended.
    mutating func check(_ event: Closed, on auction: Auction) throws(PublicLot.Breach) {
        guard auction.terms.format != .live else { return try room.check(event, on: auction) }
        let expected =
            auction.terms.format == .english
            ? outcome(of: auction.standing, on: auction) : sealedOutcome(on: auction, without: [])
        try require(event.outcome == expected, "the result follows from the bids", "it does not")
    }

    // MARK: - The live room

    mutating func follow(_ event: AskSet, on auction: Auction) throws(PublicLot.Breach) {
        try require(auction.terms.format == .live, "only a live-room lot has an ask", "it has one")
        try room.follow(event, on: auction)
    }

    mutating func reopen() { room.reopen() }

    private static func takesBids(_ status: AuctionStatus) -> Bool {
        switch status {
        case .open, .onBlock, .fairWarning: true
        case .scheduled, .paused, .closed, .cancelled: false
        }
    }

    // MARK: - The price

    /// P* over what stands; nil when nothing does.
    private func closedForm(_ auction: Auction) -> Amount? {
        guard let leader, let lead = stands[leader] else { return nil }
        if buyer == leader { return auction.terms.buyNow?.price ?? lead.max }
        var price = max(auction.terms.start, lead.shown ?? auction.terms.start)
        if let rivalMax {
            let over = rivalMax + auction.terms.increments.increment(at: rivalMax)
            price = max(price, lead.max == rivalMax ? lead.max : min(lead.max, over))
        }
        if let reserve = auction.reserve, lead.max >= reserve { price = max(price, reserve) }
        return price
    }

    /// A leader's higher max is private, but where it newly covers the reserve, or completes a step.
    private func priceAfterRaise(
        to max: Amount, from before: Amount?, on auction: Auction
    ) -> Amount? {
        guard var price = auction.standing.price, let before else { return nil }
        if auction.terms.completesIncrementOnRaise, let rivalMax {
            let over = rivalMax + auction.terms.increments.increment(at: rivalMax)
            price = Swift.max(price, min(max, over))
        }
        if let reserve = auction.reserve, price < reserve, before < reserve, max >= reserve {
            price = Swift.max(price, reserve)
        }
        return price
    }

    private func standing(at price: Amount?, on auction: Auction) -> Standing {
        guard let price, let leader else {
            return Standing(price: nil, leader: nil, isReserveMet: false)
        }
        let shown = min(price, auction.terms.buyNow?.price ?? price)
        return Standing(
            price: shown, leader: leader, isReserveMet: shown >= auction.reserve ?? .beyondAll)
    }

    private func check(
        _ told: Standing?, is expected: Standing, on auction: Auction
    ) throws(PublicLot.Breach) {
        guard let told else {
            return try require(
                expected == auction.standing, "what changes is public", "the price had to move")
        }
        try require(
            told.price == expected.price, "the price follows from the closed form",
            "it is \(text(told.price)), and follows as \(text(expected.price))")
        try require(
            told.leader == expected.leader,
            "one leader, by the highest offer and then the earliest",
            "another one should lead")
        try require(
            told.isReserveMet == expected.isReserveMet, "reserve met = price >= reserve",
            "it says \(told.isReserveMet ? "met" : "unmet")")
        try require(told != auction.standing, "a public change changes something", "it does not")
    }

    // MARK: - The result

    private func outcome(of standing: Standing, on auction: Auction) -> Outcome {
        guard let price = standing.price, let leader = standing.leader else { return .noBids }
        guard price >= auction.reserve ?? price else { return .reserveNotMet }
        return .sold(to: leader, price: price)
    }

    /// Each bidder's last surviving bid counts; the highest wins, the earlier one on a tie.
    private func sealedOutcome(on auction: Auction, without voided: Set<Int>) -> Outcome {
        var last: [BidderID: Commitment] = [:]
        for commitment in auction.commitments
        where !commitment.isVoided && !voided.contains(commitment.ordinal) {
            last[commitment.bidder] = commitment
        }
        var best: Commitment?
        for commitment in last.values {
            guard let other = best else {
                best = commitment
                continue
            }
            if commitment.amount > other.amount
                || (commitment.amount == other.amount && commitment.ordinal < other.ordinal)
            {
                best = commitment
            }
        }
        guard let best else { return .noBids }
        guard best.amount >= auction.reserve ?? best.amount else { return .reserveNotMet }
        guard auction.terms.format == .vickrey else {
            return .sold(to: best.bidder, price: best.amount)
        }
        let second = last.values.filter { $0.ordinal != best.ordinal }.map(\.amount).max()
        let price = [auction.terms.start, auction.reserve, second].compactMap(\.self).max()
        return .sold(to: best.bidder, price: price ?? auction.terms.start)
    }

    // MARK: - Who stands with what

    private mutating func commit(
        _ bidder: BidderID, _ kind: Commitment.Kind, _ amount: Amount, ordinal: Int
    ) {
        var stand = stands[bidder] ?? Stand(max: amount, priority: ordinal)
        if amount > stand.max { (stand.max, stand.priority) = (amount, ordinal) }
        if kind != .max { stand.shown = max(amount, stand.shown ?? amount) }
        stands[bidder] = stand
        if kind == .buy { buyer = bidder }
        guard let before = leader, before != bidder, let lead = stands[before] else {
            leader = bidder
            return
        }
        let leads =
            kind == .buy || stand.max > lead.max
            || (stand.max == lead.max && stand.priority < lead.priority)
        if leads { leader = bidder }
        let rival = leads ? lead.max : stand.max
        rivalMax = max(rival, rivalMax ?? rival)
    }

    private func text(_ amount: Amount?) -> String { amount.map { "\($0)" } ?? "none" }

    private func require(
        _ holds: Bool, _ rule: @autoclosure () -> String, _ detail: @autoclosure () -> String
    ) throws(PublicLot.Breach) {
        guard holds else { throw PublicLot.Breach(rule: rule(), detail: detail()) }
    }
}

extension Amount {
    /// More than any bid can be: stands for "no reserve that could be met".
    fileprivate static let beyondAll = Amount.largest + .largest
}
