import AuctionRules

/// The secret side of a live-room lot's bidding: who stands with what, and what follows from it.
///
/// Written from the rulebook (section 7) as a ranking of all that stands, made anew for each event,
/// and not from the rules' own code, which follows bid by bid: two ways to the same price.
struct RoomPrices {
    /// Somebody's best standing offer.
    private struct Stand {
        let bidder: BidderID
        var amount: Amount
        var ordinal: Int
        /// Made on the block, and not left before.
        var isLive: Bool
    }

    /// How many asks there have been.
    private var askSeq: Int64 = 0
    private var isOnBlock = false

    // MARK: - Following the log

    mutating func follow(
        _ event: BidAccepted, on auction: Auction
    ) throws(PublicLot.Breach) {
        guard isOnBlock else {
            try require(
                event.standing == nil && event.seq == nil, "an absentee bid shows nothing",
                "it does")
            guard case .bid(.max, _, _) = event.request.action else {
                // With an ask_seq that nobody asked for it is an absentee bid, too.
                guard case .bidAtAsk(.max, _, _, _) = event.request.action else {
                    throw PublicLot.Breach(
                        rule: "before the block only a max is left", detail: "it is none")
                }
                return
            }
            return
        }
        switch event.request.action {
        case .bidAtAsk(_, _, let seen, _):
            try require(
                seen == askSeq, "a bid answers the present ask",
                "it answers ask \(seen), and ask \(askSeq) stands")
        case .room: break
        case .bid, .buy, .retract:
            throw PublicLot.Breach(
                rule: "a bid answers the present ask", detail: "it names none")
        }
        try require(
            auction.standing.leader != event.request.bidder,
            "a leader does not bid against himself",
            "he does")
        var offers = Self.standing(auction, without: [])
        offers.append((event.request.bidder, event.amount, event.ordinal, true))
        let expected = Self.bidding(of: offers, on: auction, atMost: nil)
        try check(event.standing, is: expected)
        askSeq += 1
    }

    mutating func follow(
        _ event: BidsVoided, on auction: Auction
    ) throws(PublicLot.Breach) {
        let offers = Self.standing(auction, without: Set(event.ordinals))
        let after =
            auction.standing.price.map { Self.bidding(of: offers, on: auction, atMost: $0) }
            ?? Standing(price: nil, leader: nil, isReserveMet: false)
        try require(
            event.standing == after || (event.standing == nil && after == auction.standing),
            "a void leads to min(P*, the price before)", "it leads elsewhere")
        if isOnBlock, event.standing != nil { askSeq += 1 }
        guard auction.isClosed else {
            return try require(event.outcome == nil, "only a closed lot has a result", "it has one")
        }
        var result = Outcome.passed
        if case .sold? = auction.outcome, let leader = after.leader, let price = after.price,
            price >= auction.reserve ?? price
        {
            result = .sold(to: leader, price: price)
        }
        try require(event.outcome == result, "the result is the standing", "it is another")
    }

    /// The lot comes on the block, or its ask moves.
    mutating func follow(_ event: AskSet, on auction: Auction) throws(PublicLot.Breach) {
        if isOnBlock {
            try require(
                event.standing == nil, "moving the ask moves nobody", "the bidding changed")
        } else {
            let offers = Self.standing(auction, without: [])
            let expected = Self.bidding(of: offers, on: auction, atMost: nil)
            try require(
                event.standing == expected
                    || (event.standing == nil && expected == auction.standing),
                "absentee bids are executed one step over each other", "they are not")
        }
        isOnBlock = true
        askSeq += 1
    }

    mutating func reopen() {
        isOnBlock = true
        askSeq += 1
    }

    /// The hammer sells to the leader; what is passed is not sold.
    mutating func check(_ event: Closed, on auction: Auction) throws(PublicLot.Breach) {
        isOnBlock = false
        guard event.outcome != .passed else { return }
        guard let leader = auction.standing.leader, let price = auction.standing.price,
            price >= auction.reserve ?? price
        else {
            throw PublicLot.Breach(
                rule: "the hammer needs a bid that meets the reserve", detail: "there is none")
        }
        try require(
            event.outcome == .sold(to: leader, price: price), "the result follows from the bids",
            "it does not")
    }

    // MARK: - The ranking

    private typealias Offer = (bidder: BidderID, amount: Amount, ordinal: Int, isLive: Bool)

    private static func standing(_ auction: Auction, without voided: Set<Int>) -> [Offer] {
        auction.commitments.filter { !$0.isVoided && !voided.contains($0.ordinal) }
            .map { ($0.bidder, $0.amount, $0.ordinal, $0.seq != nil) }
    }

    /// What these offers make of the bidding.
    private static func bidding(
        of offers: [Offer], on auction: Auction, atMost before: Amount?
    ) -> Standing {
        let terms = auction.terms
        var stands: [BidderID: Stand] = [:]
        for offer in offers where offer.amount > stands[offer.bidder]?.amount ?? .nothing {
            stands[offer.bidder] = Stand(
                bidder: offer.bidder, amount: offer.amount, ordinal: offer.ordinal,
                isLive: offer.isLive)
        }
        if terms.plusOne { stretch(&stands, over: offers, terms) }
        let ranking = stands.values.sorted { isBefore($0, $1, terms.tie) }
        guard let first = ranking.first else {
            return Standing(price: nil, leader: nil, isReserveMet: false)
        }
        // Whatever the leader offered on the block is shown at face value.
        let faces = offers.filter { $0.bidder == first.bidder && $0.isLive }.map(\.amount)
        var prices = [terms.start] + faces
        if ranking.count > 1 {
            let rival = ranking[1].amount
            prices.append(min(first.amount, rival + terms.increments.increment(at: rival)))
        }
        if let reserve = auction.reserve, first.amount >= reserve { prices.append(reserve) }
        let price = min(prices.max() ?? terms.start, before ?? .largest + .largest)
        return Standing(
            price: price, leader: first.bidder,
            isReserveMet: auction.reserve.map { price >= $0 } ?? false)
    }

    /// The best absentee bid goes exactly one step over a bid on the block that ties it.
    private static func stretch(
        _ stands: inout [BidderID: Stand], over offers: [Offer], _ terms: Terms
    ) {
        let absentees = stands.values.filter { !$0.isLive }
        let best = absentees.max { ($0.amount, $1.ordinal) < ($1.amount, $0.ordinal) }
        guard let best, offers.contains(where: { $0.isLive && $0.amount == best.amount }) else {
            return
        }
        stands[best.bidder]?.amount = best.amount + terms.increments.increment(at: best.amount)
    }

    private static func isBefore(_ one: Stand, _ other: Stand, _ tie: TieRule) -> Bool {
        if one.amount != other.amount { return one.amount > other.amount }
        if tie == .liveWins, one.isLive != other.isLive { return one.isLive }
        return one.ordinal < other.ordinal
    }

    private func check(
        _ told: Standing?, is expected: Standing
    ) throws(PublicLot.Breach) {
        guard let told else {
            throw PublicLot.Breach(
                rule: "what changes is public", detail: "the price had to move")
        }
        try require(
            told.price == expected.price, "the price follows from the offers",
            "it is \(told.price?.description ?? "none"), and follows as "
                + "\(expected.price?.description ?? "none")")
        try require(
            told.leader == expected.leader, "one leader, by the highest offer and the tie rule",
            "another one should lead")
        try require(
            told.isReserveMet == expected.isReserveMet, "reserve met = price >= reserve",
            "it says \(told.isReserveMet ? "met" : "unmet")")
    }

    private func require(
        _ holds: Bool, _ rule: @autoclosure () -> String, _ detail: @autoclosure () -> String
    ) throws(PublicLot.Breach) {
        guard holds else { throw PublicLot.Breach(rule: rule(), detail: detail()) }
    }
}

extension Amount {
    /// Less than any offer.
    fileprivate static let nothing = Amount.largest.times(0)
}
