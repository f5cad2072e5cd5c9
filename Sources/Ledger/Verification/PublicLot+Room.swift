import AuctionRules

/// The public rules of the live room (rulebook, section 7).
extension PublicLot {
    var isOnBlock: Bool { ask != nil }

    /// The lot comes on the block, or its ask moves.
    mutating func asked(_ ask: Amount, _ after: PublicStanding?) throws(Breach) {
        try require(isLive, "only a live-room lot has an ask", "it has one")
        try require(phase == .open, "on the block when open", "it was not")
        if let after {
            try require(!isOnBlock, "moving the ask moves nobody", "the bidding changed")
            try show(after)
        }
        let price = standing.price
        try require(
            ask >= terms.start && price.map { ask > $0 } ?? true, "an ask is above the price",
            "it is \(ask), and the price \(price?.description ?? "none")")
        self.ask = ask
        fairWarnings = 0
    }

    mutating func warned() throws(Breach) {
        try require(
            phase == .open && isOnBlock && fairWarnings < 2, "two fair warnings on the block",
            "it was not on the block, or had had both")
        fairWarnings += 1
    }

    mutating func reopen() throws(Breach) {
        guard isLive, case .closed = phase else {
            throw Breach(rule: "reopened when sold or passed", detail: "it was not")
        }
        phase = .open
        endsAt = terms.closesAt
        askOverPrice()
    }

    func checkRoomBid(by bidder: String, _ price: Amount) throws(Breach) {
        guard let ask else {
            throw Breach(rule: "a public bid needs the block", detail: "it was not there")
        }
        try require(
            bidder != standing.leader, "a leader does not bid against himself", "\(bidder) does")
        try require(price >= ask, "a bid answers the ask", "\(price) is under \(ask)")
    }

    func checkHammer(_ outcome: PublicOutcome, _ cause: Closed.Cause) throws(Breach) {
        try require(
            cause == .hammer && isOnBlock && phase == .open, "the auctioneer ends a live-room lot",
            "it was not on the block")
        try require(
            outcome.code == "passed" || (outcome.code == "sold" && fairWarnings == 2),
            "two fair warnings before the hammer", "there were \(fairWarnings)")
    }

    mutating func askOverPrice() {
        ask = standing.price.map { $0 + terms.increments.increment(at: $0) } ?? terms.start
        fairWarnings = 0
    }

    mutating func leaveBlock() {
        ask = nil
        fairWarnings = 0
    }
}
