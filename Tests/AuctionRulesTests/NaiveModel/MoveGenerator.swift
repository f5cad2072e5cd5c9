import SeededRandom

/// Makes up a lot and the commands on it, from one seed. It looks at the naive board to aim where
/// the rules have their corners: at the minimum, the leader's max, the reserve, the cap, the end.
struct MoveGenerator {
    private var random: SplitMix64
    /// The unit of time: stamps are whole multiples of it, give or take a millisecond.
    private let unit: Int64
    private var lastStamp: Int64 = 0
    private var requests: [(who: Int, id: Int, what: Move.What)] = []

    let conditions: Conditions
    let length: Int

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        // Milliseconds, seconds, or half hours: the last so that retractions meet their limits.
        unit = random.pick([1, 1000, 1_800_000])
        length = 30 + random.below(31)
        conditions = Self.conditions(&random, unit: unit)
        self.random = random
    }

    // MARK: - Conditions

    private static func conditions(_ random: inout SplitMix64, unit: Int64) -> Conditions {
        let tables: [[(from: Int64, step: Int64)]] = [
            [(0, 1)], [(0, 5)], [(0, 10)], [(0, 1), (10, 2), (30, 5), (100, 10)],
            [(0, 5), (100, 25), (500, 50), (2500, 100)],
        ]
        let bands = random.pick(tables)
        var made = Conditions(start: random.within(1...60), bands: bands)
        let step = made.step(at: made.start)
        if random.chance(50) {
            made.reserve = random.chance(10) ? 1 : made.start + random.within(0...20) * step
        }
        if random.chance(30) {
            made.cap = max(made.start, made.reserve ?? 0) + random.within(0...30) * step
            made.isCapAlwaysTaken = random.chance(50)
        }
        if random.chance(10) { made.opensAt = random.within(1...10) * unit }
        if random.chance(85) { made.endsAt = made.opensAt + random.within(10...90) * unit }
        if random.chance(70) { made.softness = softness(&random, end: made.endsAt, unit: unit) }
        made.minResume = random.within(0...20) * unit
        made.completesIncrement = random.chance(40)
        made.isLadder = random.chance(15)
        if random.chance(25) { made.fatFinger = random.within(1...4) }
        made.isRetractable = random.chance(50)
        if random.chance(30) { made.limit = made.start + random.within(0...30) * step }
        return made
    }

    private static func softness(
        _ random: inout SplitMix64, end: Int64?, unit: Int64
    ) -> Conditions.Softness {
        var stages: [Conditions.Stage] = []
        for _ in 0...random.below(3) {
            let window = random.within(1...30) * unit
            let amount = random.within(1...30) * unit
            stages.append(.init(window: window, isAdding: random.chance(50), amount: amount))
        }
        let hardEnd = end.map { $0 + random.within(0...50) * unit }
        return Conditions.Softness(
            stages: stages, onLeaderOnly: random.chance(30),
            extensionsMax: random.chance(40) ? random.below(4) : nil,
            hardEnd: random.chance(40) ? hardEnd : nil)
    }

    // MARK: - Moves

    mutating func next(on board: NaiveBoard) -> Move {
        let stamp = stamp(on: board)
        return Move(kind: kind(on: board), stamp: stamp)
    }

    /// Mostly small steps; at times to the edge of the end, at times backwards.
    private mutating func stamp(on board: NaiveBoard) -> Int64 {
        switch random.below(100) {
        case 0..<40: break
        case 40..<80: lastStamp += random.within(1...2) * unit
        case 80..<88: lastStamp += random.within(3...8) * unit
        case 88..<95: lastStamp = max(0, lastStamp - random.within(1...6) * unit)
        case 95..<99: lastStamp = max(lastStamp, (board.end ?? 0) - random.within(1...3))
        default: lastStamp = max(lastStamp, (board.end ?? 0) + random.within(0...1))
        }
        return lastStamp
    }

    private mutating func kind(on board: NaiveBoard) -> Move.Kind {
        if case .paused = board.phase, random.chance(40) { return .resume }
        switch random.below(200) {
        case 0..<104: return bid(by: who(), on: board)
        case 104..<122: return bid(by: board.leader ?? who(), on: board)
        case 122..<126: return request(who(), fresh: .buy)
        case 126..<140: return repetition(on: board)
        case 140..<154: return withPastBid { .void(who: $0, id: $1) }
        case 154..<166: return retraction()
        case 166..<174:
            // Also into the leader's hidden max, and to the price itself.
            let start = board.conditions.start
            let aim = random.pick([board.reserve, board.reserve, board.max, board.price])
            return .lowerReserve(max(1, (aim ?? start) + random.within(-20...3)))
        case 174..<179: return .pause
        case 179..<182: return .resume
        case 182..<188: return .extend(random.within(-1...20) * unit)
        case 188..<189: return .close
        case 189..<190: return .cancel
        default: return .tick
        }
    }

    private mutating func who() -> Int {
        if random.chance(3) { return Cast.seller }
        return random.chance(3) ? Cast.stranger : random.below(Cast.bidders.count)
    }

    private mutating func bid(by who: Int, on board: NaiveBoard) -> Move.Kind {
        let what = Move.What.bid(isExact: random.chance(25), amount: amount(on: board))
        return request(who, fresh: what)
    }

    private mutating func request(_ who: Int, fresh what: Move.What) -> Move.Kind {
        let id = requests.count
        requests.append((who, id, what))
        return .request(who: who, id: id, what, confirm: random.chance(50))
    }

    private mutating func amount(on board: NaiveBoard) -> Int64 {
        let minimum = board.minimum ?? board.conditions.start
        let step = board.conditions.step(at: board.price ?? board.conditions.start)
        let around = random.within(-1...1)
        let amount =
            switch random.below(12) {
            case 0...2: minimum
            case 3: minimum + around
            case 4...6: minimum + random.within(0...8) * step
            case 7: minimum + random.within(0...40)
            case 8: (board.max ?? minimum) + around
            case 9: (board.reserve ?? minimum) + around
            case 10: (board.conditions.cap ?? minimum) + around
            default: minimum * random.within(2...6)
            }
        return max(1, amount)
    }

    /// An id again: mostly with the same content, at times with another, or by another bidder.
    private mutating func repetition(on board: NaiveBoard) -> Move.Kind {
        guard !requests.isEmpty else { return .tick }
        let past = random.pick(requests)
        let other = Move.What.bid(isExact: false, amount: amount(on: board))
        let what = random.chance(60) ? past.what : other
        let who = random.chance(85) ? past.who : who()
        return .request(who: who, id: past.id, what, confirm: random.chance(50))
    }

    private mutating func withPastBid(_ make: (Int, Int) -> Move.Kind) -> Move.Kind {
        guard !requests.isEmpty else { return .tick }
        // The newest are the likeliest.
        let past = requests.suffix(random.chance(60) ? 4 : requests.count)
        let bid = random.pick(Array(past))
        return make(bid.who, bid.id)
    }

    private mutating func retraction() -> Move.Kind {
        guard !requests.isEmpty else { return .tick }
        let past = requests.suffix(random.chance(60) ? 3 : requests.count)
        let bid = random.pick(Array(past))
        return request(bid.who, fresh: .retract(bid.id))
    }
}
