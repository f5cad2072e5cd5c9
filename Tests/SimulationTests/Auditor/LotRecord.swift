import AuctionRules

/// One lot as the events alone have it, followed with as little of the engine's thinking as will do:
/// when it may be bid on, whose offer is the best, and between which bounds the price is.
struct LotRecord {
    private struct Offer {
        let bidder: BidderID
        let amount: Amount
        let isBuy: Bool
        var isVoid = false
    }

    private let id: AuctionID
    private var isOpen = false
    private var end: Instant?
    private var isClosed = false
    private var offers: [Offer] = []
    private var format = Format.english
    private var findings: [Finding] = []

    init(_ id: AuctionID) { self.id = id }

    /// - Parameter lot: as the event leaves it.
    /// - Returns: what is wrong.
    mutating func follow(_ event: AuctionEvent, at t: Instant, lot: Auction) -> [Finding] {
        findings = []
        switch event {
        case .created(let terms):
            end = terms.closesAt
            format = terms.format
        case .opened: isOpen = true
        case .bidAccepted(let accepted):
            if !isOpen || end.map({ t >= $0 }) ?? false {
                find(.inTime, "bid \(accepted.request.id) at \(t), the end is \(end ?? .latest)")
            }
            offers.append(
                Offer(
                    bidder: accepted.request.bidder, amount: accepted.amount,
                    isBuy: accepted.request.action == .buy))
            if let standing = accepted.standing { check(standing, lot) }
        case .bidsVoided(let voided):
            for ordinal in voided.ordinals { offers[ordinal].isVoid = true }
            if let standing = voided.standing { check(standing, lot) }
            if let outcome = voided.outcome { check(outcome, lot) }
        case .extended(let extended): end = extended.endsAt
        case .paused: (isOpen, end) = (false, nil)
        case .resumed(let endsAt, _): (isOpen, end) = (true, endsAt)
        case .closed(let closed):
            if isClosed { find(.oneWinner, "closed twice") }
            (isOpen, isClosed) = (false, true)
            if closed.cause == .time, end.map({ t < $0 }) ?? true {
                find(.inTime, "closed at \(t), before its end")
            }
            check(closed.outcome, lot)
        case .cancelled: isOpen = false
        case .askSet(let asked): if let standing = asked.standing { check(standing, lot) }
        case .reopened: (isOpen, isClosed, end) = (true, false, nil)
        case .bidRefused, .reserveLowered, .announced, .fairWarned: break
        }
        return findings
    }

    /// Everybody's best standing offer, the best first; of equal ones the earlier one.
    private var ranking: [Offer] {
        var own: [BidderID: (offer: Offer, place: Int)] = [:]
        for (place, offer) in offers.enumerated() where !offer.isVoid {
            let isBetter = own[offer.bidder].map {
                format.isOpenOutcry ? offer.isBuy || offer.amount > $0.offer.amount : true
            }
            if isBetter ?? true { own[offer.bidder] = (offer, place) }
        }
        return own.values.sorted { left, right in
            if left.offer.isBuy != right.offer.isBuy { return left.offer.isBuy }
            return (right.offer.amount, left.place) < (left.offer.amount, right.place)
        }.map(\.offer)
    }

    private mutating func check(_ standing: Standing, _ lot: Auction) {
        let ranking = ranking
        guard let best = ranking.first else {
            if standing.leader != nil { find(.price, "somebody leads without a standing bid") }
            return
        }
        guard format.isOpenOutcry else { return }
        // In the live room a rule says who has it of equal offers.
        let isEqual =
            format == .live
            && ranking.contains {
                $0.bidder == standing.leader && $0.amount == best.amount
            }
        if standing.leader != best.bidder, !isEqual {
            find(
                .price,
                "\(standing.leader?.text ?? "nobody") leads, and \(best.bidder) has the best offer")
        }
        guard let price = standing.price else { return find(.price, "there is no price") }
        let stretch = lot.terms.plusOne ? lot.terms.increments.increment(at: best.amount) : nil
        if price > stretch.map({ best.amount + $0 }) ?? best.amount {
            find(.price, "\(price) is more than the leader offered")
        }
        let cap = lot.terms.buyNow?.price ?? best.amount
        if ranking.count > 1, !best.isBuy, price < min(ranking[1].amount, best.amount, cap) {
            find(.price, "\(price) is less than the next one's \(ranking[1].amount)")
        }
    }

    private mutating func check(_ outcome: Outcome, _ lot: Auction) {
        guard case .sold(let winner, let price) = outcome else {
            if outcome == .noBids, !ranking.isEmpty { find(.oneWinner, "unsold in spite of bids") }
            return
        }
        let ranking = ranking
        let isEqual =
            format == .live
            && ranking.contains {
                $0.bidder == winner && $0.amount == ranking.first?.amount
            }
        if winner != ranking.first?.bidder, !isEqual {
            find(.oneWinner, "\(winner) has not the best offer")
        }
        let floor = max(lot.terms.start, lot.reserve ?? lot.terms.start)
        let next = ranking.dropFirst().first?.amount
        switch format {
        case .english, .live:
            if price != lot.standing.price { find(.price, "sold at another price") }
        case .sealedFirstPrice:
            if price != ranking.first?.amount { find(.price, "not sold at the best offer") }
        case .vickrey:
            if price != max(floor, next ?? floor) { find(.price, "not sold at the next offer") }
        }
    }

    private mutating func find(_ promise: Finding.Promise, _ detail: String) {
        findings.append(Finding(promise: promise, detail: "\(id): \(detail)"))
    }
}
