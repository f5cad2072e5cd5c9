import AuctionRules
import Foundation
import Testing

/// The engine against the naive model: random lots and random histories, and after every command
/// both must say and show the same, and every invariant must hold. After every history the log,
/// replayed, must give the same house.
///
/// `SEQUENCES=100000` runs that many, `SEED=4711` runs that one alone and prints its history.
@Suite struct NaiveModelTests {
    static let environment = ProcessInfo.processInfo.environment
    static let shards = 4

    static func seeds(of shard: Int) -> [UInt64] {
        if let seed = environment["SEED"].flatMap(UInt64.init) { return shard == 0 ? [seed] : [] }
        let count = environment["SEQUENCES"].flatMap(UInt64.init) ?? 2000
        return Array(stride(from: UInt64(shard + 1), through: count, by: shards))
    }

    @Test(arguments: 0..<shards)
    func `the engine agrees with the naive model`(shard: Int) throws {
        var failures = 0
        for seed in Self.seeds(of: shard) {
            var sequence = try RandomSequence(seed: seed)
            try sequence.run()
            if Self.environment["SEED"] != nil { print(sequence.history.joined(separator: "\n")) }
            guard !sequence.faults.isEmpty else { continue }
            Issue.record("SEED=\(seed): \(sequence.report)")
            failures += 1
            // The first few say enough.
            if failures == 3 { return }
        }
    }
}

/// One random lot with its history, in both models.
struct RandomSequence {
    private var generator: MoveGenerator
    private var model: NaiveAuction
    private var room: Saleroom
    private var invariants = Invariants()
    private var moves: [(move: Move, answer: String, board: NaiveBoard)] = []
    private(set) var faults: [String] = []

    init(seed: UInt64) throws {
        generator = MoveGenerator(seed: seed)
        let conditions = generator.conditions
        model = NaiveAuction(conditions)
        room = Saleroom(bidders: [])
        let limit = conditions.limit.flatMap(Amount.init(minorUnits:))
        for (who, name) in Cast.names.enumerated() where who != Cast.stranger {
            let isLimited = who == Cast.limited
            let bidder = Bidder(
                id: try BidderID(name),
                bidLimit: isLimited ? limit.map { Limit(amount: $0, currency: .usd) } : nil)
            room.perform(.addBidder(bidder))
        }
        let created = room.perform(.createAuction("lot", try conditions.terms()))
        if created.code != "done" { faults.append("not created: \(created.answer)") }
    }

    var history: [String] {
        moves.map { move, answer, board in
            let leader = board.leader.map { Cast.names[$0] } ?? "-"
            return "\(move) -> \(answer); \(board.price ?? 0) \(leader) \(board.minimum ?? 0)"
        }
    }

    var report: String {
        ([faults.joined(separator: "; "), "\(generator.conditions)"] + history.suffix(12))
            .joined(separator: "\n")
    }

    /// Runs until the end, or until the first fault.
    mutating func run() throws {
        guard faults.isEmpty else { return }
        var board = model.board
        var afterTheEnd = 0
        for _ in 0..<generator.length where afterTheEnd < 8 {
            let move = generator.next(on: board)
            let before = room.lot
            let outcome = room.perform(
                move.command, at: Instant(milliseconds: move.stamp))
            let expected = model.answer(move)
            board = model.board
            let lot = room.lot
            faults += Agreement.differences(
                between: lot, Agreement.spelling(of: outcome), and: board, expected)
            faults += invariants.broken(by: outcome, from: before, to: lot)
            moves.append((move, expected, board))
            guard faults.isEmpty else { return }
            if board.isOver { afterTheEnd += 1 }
        }
        replay()
    }

    /// The recorded events alone give an equal house, and following them on a copy leaves the
    /// original as it was.
    private mutating func replay() {
        var house = House()
        var halfway = house
        let middle = room.log.count / 2
        for (index, entry) in room.log.enumerated() {
            if index == middle { halfway = house }
            let hash = EntryHash(words: SIMD4(UInt64(index + 1), 0, 0, 0))
            house.apply(entry.event, at: entry.at, recordedAs: hash)
        }
        if house != room.house { faults.append("the replay is another house") }
        var again = House()
        for (index, entry) in room.log.prefix(middle).enumerated() {
            let hash = EntryHash(words: SIMD4(UInt64(index + 1), 0, 0, 0))
            again.apply(entry.event, at: entry.at, recordedAs: hash)
        }
        if again != halfway { faults.append("the copy followed the original") }
    }
}
