/// A second live room, written from the rulebook alone: everything that was offered in a list, and the
/// bidding made anew from all of it for every question. Amounts and people are plain numbers.
struct NaiveRoom {
    struct Conditions {
        var start: Int64 = 500
        var step: Int64 = 50
        var reserve: Int64?
        var tie = "earliest_wins"
        var plusOne = false
        var limit: Int64?
    }

    struct Offer {
        let who: Int
        let amount: Int64
        let isLive: Bool
        var isVoid = false
    }

    enum Move: Equatable {
        case absentee(Int, Int64)
        case online(Int, Int64, askSeq: Int64)
        case room(Int, Int64)
        case ask(Int64?)
        case warn, hammer, pass, reopen, undo, pause, resume
        case void(Int)
    }

    /// The one whose bids are bounded.
    static let limited = 3

    let conditions: Conditions
    private(set) var offers: [Offer] = []
    private(set) var status = "open"
    private(set) var price: Int64?
    private(set) var leader: Int?
    private(set) var max: Int64?
    private(set) var ask: Int64?
    private(set) var askSeq: Int64 = 0
    private(set) var warnings = 0
    /// The opening was the first change.
    private(set) var seq: Int64 = 1
    private(set) var outcome: String?
    private var hasBeenUp = false

    init(_ conditions: Conditions) { self.conditions = conditions }

    var isMet: Bool { conditions.reserve.map { (price ?? 0) >= $0 } ?? false }
    var bids: Int { offers.count { $0.isLive && !$0.isVoid } }
    private var isUp: Bool { status == "on_block" || status == "fair_warning" }

    // MARK: - Moves

    mutating func answer(_ move: Move) -> String {
        switch move {
        case .absentee(let who, let amount): return absentee(who, amount)
        case .online(let who, let amount, let seen): return bid(who, amount, seen: seen)
        case .room(let who, let amount): return bid(who, amount, seen: nil)
        case .ask(let amount): return setAsk(amount)
        case .warn:
            guard isUp, warnings < 2 else { return "wrong_status" }
            warnings += 1
            (status, seq) = ("fair_warning", seq + 1)
        case .hammer:
            let isSold = leader != nil && (conditions.reserve == nil || isMet)
            guard isUp, warnings == 2, isSold else { return "wrong_status" }
            end("sold")
        case .pass:
            guard isUp else { return "wrong_status" }
            end("passed")
        case .reopen:
            guard status == "closed" else { return "wrong_status" }
            (status, outcome, seq) = ("on_block", nil, seq + 1)
            raiseAsk()
        case .undo:
            guard isUp else { return "wrong_status" }
            guard let last = offers.lastIndex(where: { $0.isLive && !$0.isVoid }) else {
                return "unknown_bid"
            }
            void(last)
        case .pause:
            guard status == "open" || isUp else { return "wrong_status" }
            (status, seq) = ("paused", seq + 1)
        case .resume:
            guard status == "paused" else { return "wrong_status" }
            (status, warnings, seq) = (ask == nil ? "open" : "on_block", 0, seq + 1)
        case .void(let index):
            if !offers[index].isVoid { void(index) }
        }
        return "done"
    }

    private func gate(_ who: Int, _ cost: Int64) -> String? {
        if status == "paused" || status == "closed" { return status }
        if who == Self.limited, let limit = conditions.limit, cost > limit {
            return "limit_exceeded"
        }
        return nil
    }

    private mutating func absentee(_ who: Int, _ amount: Int64) -> String {
        let stretched = ask == nil && conditions.plusOne ? amount + conditions.step : amount
        if let refusal = gate(who, stretched) { return refusal }
        if ask != nil { return who == leader ? "already_leading" : "unsupported" }
        let own = offers.filter { $0.who == who && !$0.isVoid }.map(\.amount).max()
        if let own, amount <= own { return "max_not_higher" }
        if amount < conditions.start { return "too_low \(conditions.start)" }
        offers.append(Offer(who: who, amount: amount, isLive: false))
        return "accepted"
    }

    private mutating func bid(_ who: Int, _ amount: Int64, seen: Int64?) -> String {
        if seen != nil, ask == nil { return absentee(who, amount) }
        let stretched = ask == nil && conditions.plusOne ? amount + conditions.step : amount
        if let refusal = gate(who, stretched) { return refusal }
        guard let ask else { return "unsupported" }
        if who == leader { return "already_leading" }
        if let seen, seen != askSeq { return "ask_moved \(ask)" }
        if seen != nil, amount > ask { return "off_ladder" }
        if amount < ask { return "too_low \(ask)" }
        offers.append(Offer(who: who, amount: amount, isLive: true))
        show(atMost: nil)
        raiseAsk()
        seq += 1
        return "accepted"
    }

    private mutating func setAsk(_ amount: Int64?) -> String {
        guard status == "open" || isUp else { return "wrong_status" }
        if let amount {
            let isTooLow = amount < conditions.start || (isUp && amount <= price ?? 0)
            if isTooLow { return "ask_not_higher" }
        }
        if !isUp { show(atMost: nil) }
        let next = price.map { $0 + conditions.step } ?? conditions.start
        ask = amount.map { $0 > price ?? 0 ? $0 : next } ?? next
        (askSeq, warnings, status, seq) = (askSeq + 1, 0, "on_block", seq + 1)
        hasBeenUp = true
        return "done"
    }

    private mutating func raiseAsk() {
        ask = price.map { $0 + conditions.step } ?? conditions.start
        (askSeq, warnings) = (askSeq + 1, 0)
        if status != "paused" { status = "on_block" }
    }

    private mutating func end(_ result: String) {
        (status, outcome, ask, warnings, seq) = ("closed", result, nil, 0, seq + 1)
    }

    private mutating func void(_ index: Int) {
        let before = (price, leader, isMet, bids)
        offers[index].isVoid = true
        if let old = price { show(atMost: old) }
        if hasBeenUp, outcome == "sold", leader == nil || (conditions.reserve != nil && !isMet) {
            outcome = "passed"
        }
        guard before != (price, leader, isMet, bids) else { return }
        seq += 1
        if ask != nil { raiseAsk() }
    }

    // MARK: - The bidding

    /// Ranks everybody by the best that they stand with.
    private mutating func show(atMost before: Int64?) {
        let standing = offers.enumerated().filter { !$0.element.isVoid }
        var best: [(who: Int, amount: Int64, isLive: Bool, order: Int)] = []
        for who in Set(standing.map(\.element.who)) {
            let own = standing.filter { $0.element.who == who }
            let amount = own.map(\.element.amount).max() ?? 0
            guard let first = own.first(where: { $0.element.amount == amount }) else { continue }
            best.append((who, amount, first.element.isLive, first.offset))
        }
        // The absentee bid that goes furthest, and was left first.
        let absentee = best.indices.filter { !best[$0].isLive }
            .sorted { (best[$1].amount, best[$0].order) < (best[$0].amount, best[$1].order) }.first
        if conditions.plusOne, let absentee {
            let limit = best[absentee].amount
            let isTied = standing.contains {
                $0.element.isLive && $0.element.amount == limit
                    && $0.element.who != best[absentee].who
            }
            if isTied { best[absentee].amount += conditions.step }
        }
        best.sort { one, other in
            if one.amount != other.amount { return one.amount > other.amount }
            if conditions.tie == "live_wins", one.isLive != other.isLive { return one.isLive }
            return one.order < other.order
        }
        guard let first = best.first else {
            (price, leader, max) = (nil, nil, nil)
            return
        }
        var candidates = [conditions.start]
        candidates += standing.map(\.element).filter { $0.who == first.who && $0.isLive }.map(
            \.amount)
        if best.count > 1 {
            candidates.append(min(first.amount, best[1].amount + conditions.step))
        }
        if let reserve = conditions.reserve, first.amount >= reserve { candidates.append(reserve) }
        let highest = candidates.max() ?? conditions.start
        (price, leader, max) = (min(highest, before ?? highest), first.who, first.amount)
    }
}
