/// One command of a random sequence, in the naive model's words: bidders and bid ids are numbers.
struct Move: CustomStringConvertible {
    enum What: Hashable {
        case bid(isExact: Bool, amount: Int64)
        case buy
        /// Takes back the bid with that id.
        case retract(Int)
    }

    enum Kind {
        case request(who: Int, id: Int, What, confirm: Bool)
        case void(who: Int, id: Int)
        case lowerReserve(Int64)
        case pause
        case resume
        case extend(Int64)
        case close
        case cancel
        case tick
    }

    let kind: Kind
    /// When it came in; stamps may run backwards.
    let stamp: Int64

    var description: String { "at \(stamp): \(kind)" }
}

/// The people of a random sequence.
enum Cast {
    static let bidders = 0..<4
    /// Has a limit, where the conditions have one.
    static let limited = 3
    /// Sells the lot, and may not bid on it.
    static let seller = 4
    static let stranger = 5
    static let names = ["A", "B", "C", "D", "S", "X"]
}

/// The conditions of a random sequence's lot, in plain numbers.
struct Conditions {
    struct Stage {
        var window: Int64
        var isAdding: Bool
        var amount: Int64
    }

    struct Softness {
        var stages: [Stage]
        var onLeaderOnly: Bool
        var extensionsMax: Int?
        var hardEnd: Int64?
    }

    var start: Int64
    var bands: [(from: Int64, step: Int64)]
    var reserve: Int64?
    var cap: Int64?
    var isCapAlwaysTaken = false
    var opensAt: Int64 = 0
    var endsAt: Int64?
    var softness: Softness?
    var minResume: Int64 = 0
    var completesIncrement = false
    var isLadder = false
    var fatFinger: Int64?
    var isRetractable = false
    var limit: Int64?

    /// The step of the last band that starts at or below the price.
    func step(at price: Int64) -> Int64 {
        bands.filter { $0.from <= price }.map(\.step).max() ?? 0
    }

    /// Climbs rung by rung.
    func isRung(_ amount: Int64) -> Bool {
        var rung = start
        while rung < amount { rung += step(at: rung) }
        return rung == amount
    }
}
