/// Where the naive model's lot stands: computed from the list of facts, from the first one on,
/// every time it is asked for. Slow, and too simple to share the engine's mistakes: prices come from
/// the closed form of the rulebook's section 3 over all standing offers, never from the last price.
struct NaiveBoard {
    struct Offer {
        let who: Int
        let id: Int
        let amount: Int64
        let isExact: Bool
        let isBuy: Bool
        let t: Int64
        var isVoid = false
        var isPublic = false
    }

    enum Phase: Equatable {
        case scheduled, open, cancelled
        case paused(left: Int64?)
        case closed(at: Int64)
    }

    let conditions: Conditions
    var offers: [Offer] = []
    var phase = Phase.scheduled
    var price: Int64?
    var reserve: Int64?
    var end: Int64?
    var seq: Int64 = 0
    var extensions = 0
    var extensionsByBids = 0

    init(_ conditions: Conditions, _ facts: [NaiveAuction.Fact]) {
        self.conditions = conditions
        reserve = conditions.reserve
        end = conditions.endsAt
        for fact in facts { follow(fact) }
    }

    // MARK: - What anybody may ask

    var leader: Int? { ranking.first?.who }
    var max: Int64? { ranking.first?.max }
    var isMet: Bool { reserve.map { (price ?? 0) >= $0 } ?? false }
    var bidCount: Int { offers.count { $0.isPublic && !$0.isVoid } }
    var isOver: Bool {
        if case .closed = phase { return true }
        return phase == .cancelled
    }
    var minimum: Int64? {
        guard !isOver else { return nil }
        return price.map { $0 + conditions.step(at: $0) } ?? conditions.start
    }
    var reserveState: String { reserve == nil ? "none" : isMet ? "met" : "unmet" }
    var outcome: String? {
        guard case .closed = phase else { return nil }
        guard let price, let leader else { return "no_bids" }
        return reserve != nil && !isMet ? "reserve_not_met" : "sold to \(leader) at \(price)"
    }

    /// Everybody's highest standing offer, the best first; of equal ones the one made first. Who
    /// has bought is before all.
    var ranking: [(who: Int, max: Int64)] {
        var ranking: [(who: Int, max: Int64)] = []
        // From the best offer down, and the older of two equal ones first: everybody's first
        // appearance is his highest.
        let standing = offers.indices.filter { !offers[$0].isVoid }
        for index in standing.sorted(by: isBetter) {
            let offer = offers[index]
            if ranking.contains(where: { $0.who == offer.who }) { continue }
            let own = standing.filter { offers[$0].who == offer.who }
            ranking.append((offer.who, own.map { offers[$0].amount }.max() ?? offer.amount))
        }
        return ranking
    }

    private func isBetter(_ left: Int, _ right: Int) -> Bool {
        let (one, other) = (offers[left], offers[right])
        if one.isBuy != other.isBuy { return one.isBuy }
        return one.amount != other.amount ? one.amount > other.amount : left < right
    }

    /// P* of section 3, under the cap; nil without a standing offer.
    var closedForm: Int64? {
        let ranking = ranking
        guard let first = ranking.first else { return nil }
        var candidates = [conditions.start]
        for offer in offers where offer.who == first.who && !offer.isVoid {
            if offer.isExact || offer.isBuy { candidates.append(offer.amount) }
        }
        if ranking.count > 1 { candidates.append(overRival(ranking[1].max, atMost: first.max)) }
        if let reserve, first.max >= reserve { candidates.append(reserve) }
        let highest = candidates.max() ?? conditions.start
        return conditions.cap.map { min($0, highest) } ?? highest
    }

    private func overRival(_ rival: Int64, atMost max: Int64) -> Int64 {
        rival == max ? max : min(max, rival + conditions.step(at: rival))
    }

    // MARK: - Following the facts

    private mutating func follow(_ fact: NaiveAuction.Fact) {
        switch fact {
        case .opened:
            phase = .open
            seq += 1
        case .offered(let offer): follow(offer)
        case .voided(let indices): followVoid(indices)
        case .reserveLowered(let new):
            let before = isMet
            reserve = new
            if isMet != before { seq += 1 }
        case .paused(let t):
            phase = .paused(left: end.map { $0 - t })
            end = nil
            seq += 1
        case .resumed(let t):
            if case .paused(let left?) = phase { end = t + Swift.max(left, conditions.minResume) }
            phase = .open
            seq += 1
        case .extended(let new):
            end = new
            extensions += 1
            seq += 1
        case .closed(let t, let isHammered):
            phase = .closed(at: t)
            if isHammered { end = t }
            seq += 1
        case .cancelled:
            phase = .cancelled
            seq += 1
        }
    }

    private mutating func follow(_ offer: Offer) {
        let ahead = ranking.first
        let before = (price: price, leader: ahead?.who, max: ahead?.max, isMet: isMet)
        offers.append(offer)
        if offer.who == before.leader, !offer.isBuy {
            followRaise(to: offer.amount, from: before.max ?? 0)
        } else {
            price = closedForm
        }
        guard before.price != price || before.leader != leader || before.isMet != isMet else {
            return
        }
        offers[offers.count - 1].isPublic = true
        seq += 1
        if let cap = conditions.cap, let price, price >= cap {
            phase = .closed(at: offer.t)
        } else if before.leader != leader || conditions.softness?.onLeaderOnly == false {
            extend(at: offer.t)
        }
    }

    /// A leader's own higher max.
    private mutating func followRaise(to amount: Int64, from old: Int64) {
        var prices = [price ?? conditions.start]
        if conditions.completesIncrement, let rival = ranking.dropFirst().first {
            prices.append(overRival(rival.max, atMost: amount))
        }
        if let reserve, !isMet, old < reserve, reserve <= amount { prices.append(reserve) }
        price = prices.max().map { highest in conditions.cap.map { min($0, highest) } ?? highest }
    }

    private mutating func followVoid(_ indices: [Int]) {
        let before = (price: price, leader: leader, isMet: isMet, bids: bidCount)
        for index in indices { offers[index].isVoid = true }
        if let old = price { price = closedForm.map { min($0, old) } }
        let isSame =
            before.price == price && before.leader == leader && before.isMet == isMet
            && before.bids == bidCount
        if !isSame { seq += 1 }
    }

    private mutating func extend(at t: Int64) {
        guard let softness = conditions.softness, let end else { return }
        if let most = softness.extensionsMax, extensionsByBids >= most { return }
        let stage = softness.stages[Swift.min(extensionsByBids, softness.stages.count - 1)]
        guard t < end, end - t <= stage.window else { return }
        var new = stage.isAdding ? end + stage.amount : t + stage.amount
        if let hardEnd = softness.hardEnd { new = Swift.min(new, hardEnd) }
        guard new > end else { return }
        self.end = new
        extensions += 1
        extensionsByBids += 1
    }
}
