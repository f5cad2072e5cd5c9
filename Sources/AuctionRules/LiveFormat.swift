/// The live room (rulebook, section 7): the auctioneer asks, the room and the bidders online answer,
/// and absentee bids, left before the lot was on the block, are executed one step over the room.
///
/// A bid that is made on the block is shown at face value. An absentee bid is a max, like the English
/// auction's: it makes no public change when it is left, which is how the two are told apart. What the
/// format remembers are the two best standing offers. Where the lot is in the room is ``Auction/Block``.
struct LiveFormat: BiddingFormat {
    struct Lead: Hashable, Sendable {
        /// The bidder's on the lot.
        let number: Int
        /// The most that the auctioneer bids for him; with `plus_one` it may be one step over what he
        /// left.
        let max: Amount
        let isAbsentee: Bool
        /// The one step further that `plus_one` grants has been taken.
        var hasStepped = false
    }

    private let tie: TieRule
    private let plusOne: Bool
    private let increments: IncrementTable
    private(set) var lead: Lead?
    /// The best standing offer of anybody else.
    private(set) var rivalMax: Amount?

    static let isOpenOutcry = true

    init(_ terms: Terms) {
        tie = terms.tie
        plusOne = terms.plusOne
        increments = terms.increments
    }

    /// The ask on the block; before that what an absentee bid must offer.
    @inline(__always)
    func minimum(in auction: Auction) -> Amount { auction.block?.ask ?? auction.terms.start }

    // MARK: - Admission

    func refusal(of offer: Offer, in auction: Auction) -> Refusal? {
        guard offer.kind != .buy else {
            return .unsupported("A live-room lot can't be bought at once: bid at the ask")
        }
        guard let block = auction.block, let ask = block.ask else {
            return refusalOfAbsentee(offer, in: auction)
        }
        if auction.standing.leader == offer.bidder { return .alreadyLeading }
        if offer.kind != .room {
            guard let seen = offer.askSeq else {
                return .unsupported("The lot is on the block: name the ask_seq of the ask you saw")
            }
            guard seen == block.askSeq else { return .askMoved(ask: ask, askSeq: block.askSeq) }
            // Only the auctioneer can take more than was asked for.
            if offer.amount > ask { return .offLadder }
        }
        return offer.amount < ask ? .tooLow(minimum: ask) : nil
    }

    private func refusalOfAbsentee(_ offer: Offer, in auction: Auction) -> Refusal? {
        switch offer.kind {
        case .room: return .unsupported("The lot is not on the block: put it there first")
        case .exact, .buy:
            return .unsupported(
                "Before the lot is on the block it takes absentee bids: offer a max")
        case .max: break
        }
        if let own = auction.participants[offer.bidder]?.standingAmount, offer.amount <= own {
            return .maxNotHigher
        }
        let start = auction.terms.start
        return offer.amount < start ? .tooLow(minimum: start) : nil
    }

    /// The most that a bid may cost its bidder: what an absentee bid may be stretched to counts.
    func commitment(of offer: Offer, in auction: Auction) -> Amount {
        guard plusOne, auction.block?.ask == nil else { return offer.amount }
        return offer.amount + increments.increment(at: offer.amount)
    }

    // MARK: - The price

    /// An absentee bid shows nothing.
    func standing(after offer: Offer, in auction: Auction) -> Standing? {
        guard auction.block?.ask != nil else { return nil }
        var next = self
        let newcomer = auction.participants.count + 1
        let number = auction.participants.number(of: offer.bidder) ?? newcomer
        next.commit(by: number, offer.amount, isAbsentee: false)
        guard let lead = next.lead else { return nil }
        guard lead.number != number else {
            return shown(at: offer.amount, leader: offer.bidder, upTo: lead.max, in: auction)
        }
        return shown(at: over(offer.amount, upTo: lead.max), leader: lead, in: auction)
    }

    /// The bidding as the lot comes on the block: absentee bids against each other.
    func standingOnTheBlock(in auction: Auction) -> Standing {
        guard let lead else { return .empty }
        let price = rivalMax.map { over($0, upTo: lead.max) }
        return shown(at: price ?? auction.terms.start, leader: lead, in: auction)
    }

    /// One step over a rival, as far as the max goes.
    private func over(_ rival: Amount, upTo max: Amount) -> Amount {
        min(max, rival + increments.increment(at: rival))
    }

    /// An absentee bid that covers the reserve is executed at that.
    private func shown(at price: Amount, leader: Lead, in auction: Auction) -> Standing {
        shown(
            at: price, leader: auction.participants.bidder(number: leader.number),
            upTo: leader.max, in: auction)
    }

    private func shown(
        at price: Amount, leader: BidderID, upTo leaderMax: Amount, in auction: Auction
    ) -> Standing {
        var price = max(price, auction.terms.start)
        if let reserve = auction.reserve, !auction.standing.isReserveMet, leaderMax >= reserve {
            price = max(price, reserve)
        }
        return Standing(
            price: price, leader: leader,
            isReserveMet: auction.reserve.map { price >= $0 } ?? false)
    }

    // MARK: - Voids

    /// What the survivors lead to, and never above the price before; nothing before the lot has been on
    /// the block.
    func standing(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Standing {
        let survivors = auction.commitments.filter {
            !$0.isVoided && !voided.contains($0.ordinal)
        }
        var counted = LiveFormat(auction.terms)
        counted.recount(survivors)
        guard let lead = counted.lead, let before = auction.standing.price else { return .empty }
        var price = auction.terms.start
        if let rivalMax = counted.rivalMax { price = max(price, over(rivalMax, upTo: lead.max)) }
        for survivor in survivors where survivor.number == lead.number && survivor.seq != nil {
            price = max(price, survivor.amount)
        }
        if let reserve = auction.reserve, lead.max >= reserve { price = max(price, reserve) }
        price = min(price, before)
        return Standing(
            price: price, leader: auction.participants.bidder(number: lead.number),
            isReserveMet: auction.reserve.map { price >= $0 } ?? false)
    }

    /// Absentee bids can be taken back until the lot is on the block, all of a bidder's at once.
    func retraction(
        of bid: BidID, by bidder: BidderID, at t: Instant, in auction: Auction
    ) -> Result<[Int], Refusal> {
        let own = auction.commitments.filter { $0.bidder == bidder }
        guard auction.commitment(of: BidKey(bidder: bidder, id: bid)) != nil else {
            return .failure(.unsupported("There is no such bid of yours on this lot"))
        }
        guard auction.block?.since == nil else {
            return .failure(.unsupported("The lot has been on the block: its bids stand"))
        }
        return .success(own.filter { !$0.isVoided }.map(\.ordinal))
    }

    // MARK: - The end

    /// The auctioneer decides; only a void can change it later.
    func outcome(in auction: Auction) -> Outcome { outcome(withoutOrdinals: [], in: auction) }

    func outcome(withoutOrdinals voided: Set<Int>, in auction: Auction) -> Outcome {
        guard case .sold? = auction.outcome else { return .passed }
        let standing =
            voided.isEmpty ? auction.standing : standing(withoutOrdinals: voided, in: auction)
        return sale(of: standing, in: auction) ?? .passed
    }

    /// How the hammer sells the lot; nil when it can't.
    func sale(of standing: Standing, in auction: Auction) -> Outcome? {
        guard let price = standing.price, let leader = standing.leader,
            auction.reserve == nil || standing.isReserveMet
        else { return nil }
        return .sold(to: leader, price: price)
    }

    // MARK: - Following the log

    mutating func commit(
        _ amount: Amount, by number: Int, _ kind: Commitment.Kind, isPublic: Bool
    ) {
        commit(by: number, amount, isAbsentee: !isPublic)
    }

    private mutating func commit(by number: Int, _ amount: Amount, isAbsentee: Bool) {
        guard let lead else {
            lead = Lead(number: number, max: amount, isAbsentee: isAbsentee)
            return
        }
        if lead.number == number {
            guard amount > lead.max else { return }
            self.lead = Lead(number: number, max: amount, isAbsentee: isAbsentee)
            return
        }
        let isTieWithRoom = amount == lead.max && lead.isAbsentee && !isAbsentee
        if isTieWithRoom, plusOne, !lead.hasStepped {
            // Exactly one step further, and only once.
            let max = lead.max + increments.increment(at: lead.max)
            self.lead = Lead(
                number: lead.number, max: max, isAbsentee: true, hasStepped: true)
            rivalMax = Swift.max(amount, rivalMax ?? amount)
        } else if amount > lead.max || (isTieWithRoom && tie == .liveWins) {
            rivalMax = Swift.max(lead.max, rivalMax ?? lead.max)
            self.lead = Lead(number: number, max: amount, isAbsentee: isAbsentee)
        } else {
            rivalMax = Swift.max(amount, rivalMax ?? amount)
        }
    }

    mutating func recount(_ commitments: some Sequence<Commitment>) {
        (lead, rivalMax) = (nil, nil)
        for commitment in commitments where !commitment.isVoided {
            commit(
                by: commitment.number, commitment.amount, isAbsentee: commitment.seq == nil)
        }
    }

    static func standingAmount(of commitments: some Sequence<Commitment>) -> Amount? {
        commitments.lazy.map(\.amount).max()
    }
}

/// Who has it when the room bids just as much as an absentee bid goes to.
public enum TieRule: String, Hashable, Sendable, CaseIterable {
    /// What was committed first; an absentee bid always was.
    case earliestWins = "earliest_wins"
    /// The bid that is made on the block, in the room or online.
    case liveWins = "live_wins"
    case absenteeWins = "absentee_wins"
}

extension Standing {
    /// Of a lot without a bid that counts.
    static let empty = Standing(price: nil, leader: nil, isReserveMet: false)
}
