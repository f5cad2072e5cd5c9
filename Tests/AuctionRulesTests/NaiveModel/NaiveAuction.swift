/// A second English auction, written from the rulebook alone and as plainly as it can be: a list of
/// facts, and a board computed from all of them whenever somebody wants to know anything.
struct NaiveAuction {
    /// What has happened, in order.
    enum Fact {
        case opened
        case offered(NaiveBoard.Offer)
        case voided([Int])
        case reserveLowered(Int64)
        case paused(at: Int64)
        case resumed(at: Int64)
        case extended(to: Int64)
        case closed(at: Int64, isHammered: Bool)
        case cancelled
    }

    struct Answered {
        let who: Int
        let id: Int
        let what: Move.What
        let answer: String
    }

    let conditions: Conditions
    private var facts: [Fact] = []
    /// Computed from all facts, whenever there is a new one.
    private(set) var board: NaiveBoard
    private(set) var answered: [Answered] = []
    /// The time of the newest thing that was written down.
    private(set) var lastTime: Int64 = 0

    init(_ conditions: Conditions) {
        self.conditions = conditions
        board = NaiveBoard(conditions, [])
        bringUpToDate(at: 0)
    }

    /// What the move is answered: a code, with its number where it has one.
    mutating func answer(_ move: Move) -> String {
        let t = max(lastTime, move.stamp)
        guard case .request(let who, let id, let what, let confirm) = move.kind else {
            bringUpToDate(at: t)
            return administer(move.kind, at: t)
        }
        if let earlier = answered.first(where: { $0.who == who && $0.id == id }) {
            return earlier.what == what ? earlier.answer : "idempotency_conflict"
        }
        bringUpToDate(at: t)
        let answer = judge(who, id, what, confirm, at: t)
        if !answer.hasPrefix("confirm_required") {
            answered.append(Answered(who: who, id: id, what: what, answer: answer))
            lastTime = t
        }
        return answer
    }

    private mutating func add(_ fact: Fact, at t: Int64) {
        facts.append(fact)
        board = NaiveBoard(conditions, facts)
        lastTime = t
    }

    private mutating func bringUpToDate(at t: Int64) {
        if board.phase == .scheduled, conditions.opensAt <= t { add(.opened, at: t) }
        if board.phase == .open, let end = board.end, end <= t {
            add(.closed(at: t, isHammered: false), at: t)
        }
    }

    // MARK: - Requests

    /// The checks of section 2 from the phase on, in their order.
    private mutating func judge(
        _ who: Int, _ id: Int, _ what: Move.What, _ confirm: Bool, at t: Int64
    ) -> String {
        let board = board
        switch board.phase {
        case .scheduled: return "not_open"
        case .paused: return "paused"
        case .cancelled: return "cancelled"
        case .closed(let at): return "closed \(t - min(at, board.end ?? at))"
        case .open: break
        }
        if who == Cast.stranger { return "not_registered" }
        if case .retract(let bid) = what { return retract(bid, by: who, on: board, at: t) }
        if who == Cast.seller { return "self_bidding" }
        let amount: Int64
        var isExact = false
        switch what {
        case .bid(let exact, let offered): (amount, isExact) = (offered, exact)
        case .buy, .retract: amount = conditions.cap ?? conditions.start
        }
        if who == Cast.limited, let limit = conditions.limit, amount > limit {
            return "limit_exceeded"
        }
        if what == .buy {
            let isTaken = conditions.isCapAlwaysTaken || board.price == nil
            guard conditions.cap != nil, isTaken else { return "unsupported" }
        } else if let refusal = refusal(of: amount, isExact, confirm, by: who, on: board) {
            return refusal
        }
        add(
            .offered(
                NaiveBoard.Offer(
                    who: who, id: id, amount: amount, isExact: isExact, isBuy: what == .buy, t: t)),
            at: t)
        return "accepted"
    }

    private func refusal(
        of amount: Int64, _ isExact: Bool, _ confirm: Bool, by who: Int, on board: NaiveBoard
    ) -> String? {
        let minimum = board.minimum ?? 0
        if board.leader == who {
            if isExact { return "already_leading" }
            if amount <= board.max ?? 0 { return "max_not_higher" }
        } else if amount < minimum {
            return "too_low \(minimum)"
        }
        if conditions.isLadder, !conditions.isRung(amount) { return "off_ladder" }
        if let factor = conditions.fatFinger, !confirm, amount > factor * minimum {
            return "confirm_required \(minimum)"
        }
        return nil
    }

    private mutating func retract(
        _ bid: Int, by who: Int, on board: NaiveBoard, at t: Int64
    ) -> String {
        let offers = board.offers
        guard let target = offers.firstIndex(where: { $0.who == who && $0.id == bid }),
            conditions.isRetractable
        else { return "unsupported" }
        guard !offers[target].isVoid else { return "retracted" }
        let own = offers.indices.filter { offers[$0].who == who && !offers[$0].isVoid }
        let hour: Int64 = 3_600_000
        if board.end.map({ $0 - t > 12 * hour }) ?? true {
            add(.voided(own), at: t)
            return "retracted"
        }
        guard own.last == target, t - offers[target].t <= hour else { return "unsupported" }
        add(.voided([target]), at: t)
        return "retracted"
    }

    // MARK: - The administrator

    private mutating func administer(_ kind: Move.Kind, at t: Int64) -> String {
        let board = board
        let isPaused = if case .paused = board.phase { true } else { false }
        switch kind {
        case .request, .tick: return "done"
        case .void(let who, let id):
            guard board.phase != .cancelled else { return "wrong_status" }
            guard let index = board.offers.firstIndex(where: { $0.who == who && $0.id == id })
            else { return "unknown_bid" }
            if !board.offers[index].isVoid { add(.voided([index]), at: t) }
        case .lowerReserve(let new):
            guard !board.isOver else { return "wrong_status" }
            guard let old = board.reserve else { return "reserve_not_lower" }
            let isFree = board.offers.allSatisfy(\.isVoid) && new != old
            guard new < old || isFree, new <= conditions.cap ?? new else {
                return "reserve_not_lower"
            }
            add(.reserveLowered(new), at: t)
        case .pause:
            guard board.phase == .open else { return "wrong_status" }
            add(.paused(at: t), at: t)
        case .resume:
            guard isPaused else { return "wrong_status" }
            add(.resumed(at: t), at: t)
        case .extend(let duration):
            guard board.phase == .open || board.phase == .scheduled else { return "wrong_status" }
            guard let end = board.end, duration > 0 else { return "end_not_later" }
            add(.extended(to: end + duration), at: t)
        case .close:
            guard board.phase == .open || isPaused else { return "wrong_status" }
            add(.closed(at: t, isHammered: true), at: t)
        case .cancel:
            guard !board.isOver else { return "wrong_status" }
            add(.cancelled, at: t)
        }
        return "done"
    }
}
