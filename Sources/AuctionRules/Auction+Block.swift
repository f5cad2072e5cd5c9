/// A live-room lot on the block: what the auctioneer does, and what it makes of the lot.
extension Auction {
    /// Where a live-room lot is in the room.
    public struct Block: Hashable, Sendable {
        /// What the next bid must offer; nil while the lot is not on the block.
        public internal(set) var ask: Amount?
        /// Counts the asks: another one with each bid that is accepted and with each move.
        public internal(set) var askSeq: Int64 = 0
        /// 0, 1 or 2; each bid takes them back.
        public internal(set) var fairWarnings = 0
        /// When the lot last came on the block; nil: it never has.
        public internal(set) var since: Instant?
    }

    /// How many fair warnings there are before the hammer.
    public static let fairWarningsMax = 2

    public var isOnBlock: Bool { block?.ask != nil }

    /// Whether bids are shown as they are made.
    var showsBidding: Bool { block.map { $0.ask != nil } ?? isOpenOutcry }

    // MARK: - Following the log

    /// The lot comes on the block, or its ask moves.
    mutating func apply(_ event: AskSet, at t: Instant) {
        if block?.ask == nil { block?.since = t }
        if let standing = event.standing { show(standing) }
        ask(event.ask)
    }

    mutating func apply(_ event: Reopened, at t: Instant) {
        phase = .open
        endsAt = terms.closesAt
        block?.since = t
        askOverPrice()
    }

    mutating func warn() { block?.fairWarnings += 1 }

    mutating func takeBackWarnings() { block?.fairWarnings = 0 }

    /// The lot has ended.
    mutating func leaveBlock() {
        block?.ask = nil
        takeBackWarnings()
    }

    /// The ask after a bid, or after one was voided: a step over the price.
    mutating func askOverPrice() { ask(nextAsk(over: standing.price)) }

    private mutating func ask(_ amount: Amount) {
        block?.ask = amount
        block?.askSeq += 1
        takeBackWarnings()
    }

    private func nextAsk(over price: Amount?) -> Amount {
        price.map { $0 + terms.increments.increment(at: $0) } ?? terms.start
    }

    // MARK: - The auctioneer's commands

    func setAsk(to amount: Amount?) -> Result<[AuctionEvent], Objection> {
        guard case .live(let format) = bidding, case .open = phase else {
            return objection("get an ask", "open and in the live room")
        }
        let standing = isOnBlock ? nil : format.standingOnTheBlock(in: self)
        let price = (standing ?? self.standing).price
        var ask = amount ?? nextAsk(over: price)
        if let amount {
            if isOnBlock {
                guard price.map({ amount > $0 }) ?? true, amount >= terms.start else {
                    return .failure(
                        Objection(
                            .askNotHigher,
                            "The ask of lot \(id) must be above its price, and not under its "
                                + "start."))
                }
            } else {
                guard amount >= terms.start else {
                    return .failure(
                        Objection(
                            .askNotHigher, "The ask of lot \(id) must not be under its start."))
                }
                // Absentee bids may go further than the auctioneer opens.
                if let price, amount <= price { ask = nextAsk(over: price) }
            }
        }
        let told = standing == self.standing ? nil : standing
        return .success([.askSet(AskSet(ask: ask, standing: told, seq: seq + 1))])
    }

    func giveFairWarning() -> Result<[AuctionEvent], Objection> {
        guard isOnBlock, case .open = phase else {
            return objection("get a fair warning", "on the block")
        }
        guard (block?.fairWarnings ?? 0) < Self.fairWarningsMax else {
            return .failure(
                Objection(
                    .wrongStatus,
                    "Lot \(id) has had its second fair warning: sell it with the hammer, or pass it."
                ))
        }
        return .success([.fairWarned(seq: seq + 1)])
    }

    func hammer() -> Result<[AuctionEvent], Objection> {
        guard case .live(let format) = bidding, isOnBlock, case .open = phase else {
            return objection("be sold by the hammer", "on the block")
        }
        guard block?.fairWarnings == Self.fairWarningsMax else {
            return .failure(
                Objection(
                    .wrongStatus,
                    "Lot \(id) has not had two fair warnings since its last bid: give them first."))
        }
        guard let outcome = format.sale(of: standing, in: self) else {
            return .failure(
                Objection(
                    .wrongStatus,
                    standing.leader == nil
                        ? "Lot \(id) has no bid to sell it to: pass it."
                        : "Lot \(id) has not met its reserve: pass it, or lower the reserve."))
        }
        return .success([.closed(Closed(outcome: outcome, cause: .hammer, seq: seq + 1))])
    }

    func pass(_ reason: String?) -> Result<[AuctionEvent], Objection> {
        guard isOnBlock, case .open = phase else { return objection("be passed", "on the block") }
        return checked(reason).map {
            [.closed(Closed(outcome: .passed, cause: .hammer, reason: $0, seq: seq + 1))]
        }
    }

    /// The house has seen that no other lot has come on the block since.
    func reopen(_ reason: String?) -> Result<[AuctionEvent], Objection> {
        guard block != nil, case .closed = phase else {
            return objection("be reopened", "a live-room lot that was sold or passed")
        }
        return checked(reason).map { [.reopened(Reopened(reason: $0, seq: seq + 1))] }
    }

    /// Voids the last bid that was made on the block.
    func undo(_ reason: String?) -> Result<[AuctionEvent], Objection> {
        guard isOnBlock, case .open = phase else {
            return objection("have a bid undone", "on the block")
        }
        guard let last = commitments.last(where: { !$0.isVoided && $0.seq != nil }) else {
            return .failure(
                Objection(.unknownBid, "Lot \(id) has no bid on the block that could be undone."))
        }
        return required(reason ?? "The auctioneer took the bid back.").map {
            [.bidsVoided(voided([last.ordinal], cause: .administrator(reason: $0)))]
        }
    }
}

extension House {
    /// Why the sale's other lots forbid it, if they do: at most one of them is on the block, and a lot
    /// that has left it comes back only until the next one is there.
    func blockObjection(to command: AuctionCommand, on auction: Auction) -> Objection? {
        let isReopening: Bool
        switch command {
        case .ask where !auction.isOnBlock: isReopening = false
        case .reopen: isReopening = true
        default: return nil
        }
        guard let sale = auction.terms.sale, let catalogue = sales[sale] else { return nil }
        for id in catalogue.auctions where id != auction.id {
            let block = auctions.with(id) { $0.block } ?? nil
            if block?.ask != nil {
                return Objection(
                    .wrongStatus, "Lot \(id) of the same sale is on the block: end it first.")
            }
            if isReopening, case .closed(_, _, let closedAt) = auction.phase,
                let since = block?.since, since >= closedAt
            {
                return Objection(
                    .wrongStatus,
                    "Lot \(id) has been on the block since: lot \(auction.id) can't be reopened.")
            }
        }
        return nil
    }
}
