/// The English auction with proxy bids (rulebook, section 3).
///
/// P is the visible price, L the leader with the secret max M, R the reserve, S the start. What it
/// remembers are the two best standing maxes, so that a decision takes the same time however many
/// bids there are.
struct EnglishFormat: BiddingFormat {
    struct Lead: Hashable, Sendable {
        /// The bidder's on the lot.
        let number: Int
        let max: Amount

        func isOf(_ offer: Offer, in auction: Auction) -> Bool {
            auction.participants.isNumber(number, of: offer.bidder)
        }
    }

    /// L and M.
    private(set) var lead: Lead?
    /// The best standing max of anybody else.
    private(set) var rivalMax: Amount?

    static let isOpenOutcry = true

    @inline(__always)
    func minimum(in auction: Auction) -> Amount {
        guard let price = auction.standing.price else { return auction.terms.start }
        return price + auction.terms.increments.increment(at: price)
    }

    func refusal(of offer: Offer, in auction: Auction) -> Refusal? {
        if offer.kind == .buy { return refusalOfBuy(in: auction) }
        if let lead, lead.isOf(offer, in: auction) {
            guard offer.kind == .max else { return .alreadyLeading }
            return offer.amount > lead.max ? nil : .maxNotHigher
        }
        let minimum = minimum(in: auction)
        return offer.amount < minimum ? .tooLow(minimum: minimum) : nil
    }

    private func refusalOfBuy(in auction: Auction) -> Refusal? {
        guard let buyNow = auction.terms.buyNow else {
            return .unsupported("This lot has no buy-now price: place a bid")
        }
        guard buyNow.availability == .always || auction.standing.price == nil else {
            return .unsupported("Buy-now ended with the first bid: place a bid")
        }
        return nil
    }

    // MARK: - The price

    func standing(after offer: Offer, in auction: Auction) -> Standing? {
        let after: Standing
        if offer.kind == .buy {
            after = shown(at: offer.amount, leader: offer.bidder, in: auction)
        } else if let lead, lead.isOf(offer, in: auction) {
            let price = priceAfterRaise(to: offer.amount, in: auction)
            after = shown(at: price, leader: offer.bidder, in: auction)
        } else {
            after = standingAfterRival(offer, in: auction)
        }
        return after == auction.standing ? nil : after
    }

    /// The table of section 3, then the reserve step.
    private func standingAfterRival(_ offer: Offer, in auction: Auction) -> Standing {
        let m = offer.amount
        let increments = auction.terms.increments
        var holder: Int?
        var leaderMax = m
        var price: Amount
        if let lead {
            if m > lead.max {
                // The increment is taken at the beaten max, not at the old visible price.
                price = min(m, lead.max + increments.increment(at: lead.max))
            } else {
                // On a tie the earlier commitment wins, at the full amount.
                price = m == lead.max ? m : min(lead.max, m + increments.increment(at: m))
                holder = lead.number
                leaderMax = lead.max
            }
        } else {
            price = auction.terms.start
        }
        if offer.kind == .exact, holder == nil { price = m }
        if let reserve = auction.reserve, !auction.standing.isReserveMet, leaderMax >= reserve {
            price = max(price, reserve)
        }
        let leader = holder.map { auction.participants.bidder(number: $0) } ?? offer.bidder
        return shown(at: price, leader: leader, in: auction)
    }

    /// A leader's higher max is private, but for the two exceptions of section 3.
    private func priceAfterRaise(to m: Amount, in auction: Auction) -> Amount {
        guard let lead, var price = auction.standing.price else { return auction.terms.start }
        if auction.terms.completesIncrementOnRaise, let rivalMax {
            let complete = rivalMax + auction.terms.increments.increment(at: rivalMax)
            price = max(price, min(m, complete))
        }
        // Newly covers it: a max that covered a lowered reserve before is not spent by a raise.
        if let reserve = auction.reserve, !auction.standing.isReserveMet, lead.max < reserve,
            m >= reserve
        {
            price = max(price, reserve)
        }
        return price
    }

    /// As everybody sees it: never above the cap.
    private func shown(at price: Amount, leader: BidderID, in auction: Auction) -> Standing {
        let price = min(price, auction.terms.buyNow?.price ?? price)
        return Standing(
            price: price, leader: leader,
            isReserveMet: auction.reserve.map { price >= $0 } ?? false)
    }

    // MARK: - Voids (section 4)

    /// The closed form over the survivors, and never above the price before.
    func standing(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Standing {
        let survivors = auction.commitments.lazy.filter {
            !$0.isVoided && !voided.contains($0.ordinal)
        }
        var counted = EnglishFormat()
        counted.recount(survivors)
        guard let lead = counted.lead, let before = auction.standing.price else {
            return Standing(price: nil, leader: nil, isReserveMet: false)
        }
        let bestExact =
            survivors
            .filter { $0.number == lead.number && $0.kind != .max }
            .map(\.amount).max()
        let price = min(
            before,
            closedForm(
                lead: lead, rivalMax: counted.rivalMax, bestExact: bestExact, in: auction))
        return shown(
            at: price, leader: auction.participants.bidder(number: lead.number), in: auction)
    }

    /// P* of section 3.
    private func closedForm(
        lead: Lead, rivalMax: Amount?, bestExact: Amount?, in auction: Auction
    ) -> Amount {
        var price = auction.terms.start
        if let bestExact { price = max(price, bestExact) }
        if let rivalMax {
            let overRival = rivalMax + auction.terms.increments.increment(at: rivalMax)
            price = max(price, min(lead.max, overRival))
        }
        if let reserve = auction.reserve, lead.max >= reserve { price = max(price, reserve) }
        return price
    }

    func retraction(
        of bid: BidID, by bidder: BidderID, at t: Instant, in auction: Auction
    ) -> Result<[Int], Refusal> {
        let own = auction.commitments.filter { $0.bidder == bidder && !$0.isVoided }
        guard
            let target = auction.commitment(of: BidKey(bidder: bidder, id: bid))
        else { return .failure(.unsupported("There is no such bid of yours on this lot")) }
        guard auction.terms.retraction == .ebay else {
            return .failure(.unsupported("Bids on this lot can't be taken back"))
        }
        guard !target.isVoided else { return .success([]) }
        let hour: Milliseconds = 3_600_000
        let left = auction.endsAt?.milliseconds(since: t) ?? .max
        if left > 12 * hour { return .success(own.map(\.ordinal)) }
        guard target.ordinal == own.last?.ordinal, t.milliseconds(since: target.at) <= hour else {
            return .failure(
                .unsupported(
                    "In the last 12 hours only your last bid can be taken back, within an hour"))
        }
        return .success([target.ordinal])
    }

    // MARK: - The close

    func outcome(in auction: Auction) -> Outcome {
        outcome(of: auction.standing, in: auction)
    }

    func outcome(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Outcome {
        outcome(of: standing(withoutOrdinals: voided, in: auction), in: auction)
    }

    private func outcome(of standing: Standing, in auction: Auction) -> Outcome {
        guard let price = standing.price, let leader = standing.leader else { return .noBids }
        guard auction.reserve == nil || standing.isReserveMet else { return .reserveNotMet }
        return .sold(to: leader, price: price)
    }

    // MARK: - Following the log

    mutating func commit(
        _ amount: Amount, by number: Int, _ kind: Commitment.Kind, isPublic: Bool
    ) {
        guard let lead else {
            lead = Lead(number: number, max: amount)
            return
        }
        if lead.number == number {
            self.lead = Lead(number: number, max: max(lead.max, amount))
        } else if amount > lead.max || kind == .buy {
            rivalMax = max(lead.max, rivalMax ?? lead.max)
            self.lead = Lead(number: number, max: amount)
        } else {
            rivalMax = max(amount, rivalMax ?? amount)
        }
    }

    /// The leader holds the highest standing max, ties to the one who first committed it.
    mutating func recount(_ commitments: some Sequence<Commitment>) {
        self = EnglishFormat()
        for commitment in commitments where !commitment.isVoided {
            commit(
                commitment.amount, by: commitment.number, commitment.kind,
                isPublic: commitment.seq != nil)
        }
    }

    static func standingAmount(of commitments: some Sequence<Commitment>) -> Amount? {
        commitments.lazy.map(\.amount).max()
    }
}
