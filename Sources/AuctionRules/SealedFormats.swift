/// Sealed first-price and Vickrey auctions (rulebook, section 7). They differ in one thing only:
/// what the winner pays.
///
/// Before the close nothing is shown. A bid may be replaced or withdrawn until then; a bidder's last
/// surviving one counts.
protocol SealedFormat: BiddingFormat {
    init()
    /// What the winner pays; `secondHighest` is the best standing bid of anybody else.
    static func price(highest: Amount, secondHighest: Amount?, in auction: Auction) -> Amount
}

/// The highest wins and pays what it bid.
struct SealedFirstPriceFormat: SealedFormat {
    static func price(highest: Amount, secondHighest: Amount?, in auction: Auction) -> Amount {
        highest
    }
}

/// The highest wins and pays the second highest, but at least the reserve and the start.
struct VickreyFormat: SealedFormat {
    static func price(highest: Amount, secondHighest: Amount?, in auction: Auction) -> Amount {
        // Nothing is sold below its start, even where the reserve is lower or was lowered.
        let floor = max(auction.terms.start, auction.reserve ?? auction.terms.start)
        return max(floor, secondHighest ?? floor)
    }
}

extension SealedFormat {
    static var isOpenOutcry: Bool { false }

    @inline(__always)
    func minimum(in auction: Auction) -> Amount { auction.terms.start }

    func refusal(of offer: Offer, in auction: Auction) -> Refusal? {
        guard offer.kind != .buy else {
            return .unsupported("A sealed lot can't be bought at once: place a bid")
        }
        let minimum = minimum(in: auction)
        return offer.amount < minimum ? .tooLow(minimum: minimum) : nil
    }

    func standing(after offer: Offer, in auction: Auction) -> Standing? { nil }

    func standing(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Standing {
        switch outcome(withoutOrdinals: voided, in: auction) {
        case .sold(let winner, let price) where auction.isClosed:
            Standing(price: price, leader: winner, isReserveMet: auction.reserve != nil)
        default:
            Standing(price: nil, leader: nil, isReserveMet: false)
        }
    }

    func retraction(
        of bid: BidID, by bidder: BidderID, at t: Instant, in auction: Auction
    ) -> Result<[Int], Refusal> {
        let own = auction.commitments.filter { $0.bidder == bidder }
        guard auction.commitment(of: BidKey(bidder: bidder, id: bid)) != nil else {
            return .failure(.unsupported("There is no such bid of yours on this lot"))
        }
        // Withdrawing the bid withdraws what it had replaced, too.
        return .success(own.filter { !$0.isVoided }.map(\.ordinal))
    }

    func outcome(in auction: Auction) -> Outcome {
        outcome(withoutOrdinals: [], in: auction)
    }

    func outcome(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Outcome {
        var standing: [BidderID: Commitment] = [:]
        for commitment in auction.commitments
        where !commitment.isVoided && !voided.contains(commitment.ordinal) {
            standing[commitment.bidder] = commitment
        }
        // Ties go to the earliest.
        let ranked = standing.values.sorted {
            ($1.amount, $0.ordinal) < ($0.amount, $1.ordinal)
        }
        guard let best = ranked.first else { return .noBids }
        if let reserve = auction.reserve, best.amount < reserve { return .reserveNotMet }
        let price = Self.price(
            highest: best.amount, secondHighest: ranked.dropFirst().first?.amount, in: auction)
        return .sold(to: best.bidder, price: price)
    }

    mutating func commit(
        _ amount: Amount, by number: Int, _ kind: Commitment.Kind, isPublic: Bool
    ) {}

    mutating func recount(_ commitments: some Sequence<Commitment>) {}

    static func standingAmount(of commitments: some Sequence<Commitment>) -> Amount? {
        commitments.reduce(nil) { _, last in last.amount }
    }
}
