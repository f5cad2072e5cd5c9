import AuctionRules

@testable import Ledger

/// A house, its log and its snapshot, driven by commands as the writer would.
final class SnapshotScene {
    let log: any BidLog
    private(set) var house = House()
    private(set) var head = LogHead.empty
    private(set) var recent: [AuctionID: RecentChanges] = [:]
    /// Every public change, by lot.
    private(set) var changes: [AuctionID: [PublicChange]] = [:]
    private var keeper: SnapshotKeeper
    /// What of the snapshot the last commit wrote.
    private(set) var lastRows: SnapshotRows?
    var now = Instant(milliseconds: 1_700_000_000_000)

    /// How many changes of a lot are kept.
    static let recentMax = 5

    /// - Parameters:
    ///   - house: where to go on; as the log's entry `head` leaves it.
    init(
        _ log: any BidLog, _ limits: SnapshotKeeper.Limits, house: House = House(),
        head: LogHead = .empty
    ) {
        self.log = log
        self.house = house
        self.head = head
        keeper = SnapshotKeeper(limits)
    }

    /// Decides the commands, and appends what they lead to and what the snapshot then needs.
    func commit(_ commands: [Command]) throws {
        var batch = LogBatch(after: head)
        let t = house.time(of: now)
        for command in commands {
            let events = house.decide(command, at: t).events
            for event in events {
                batch.record(event, at: t, in: &house)
                keeper.note(event.auction, since: head)
                guard case .auction(let id, let what) = event,
                    let change = house.auctions[id]?.publicChange(after: what, at: t)
                else { continue }
                note(change, of: id)
            }
        }
        batch.seal(with: house)
        head = batch.head
        batch.snapshot = keeper.rows(of: house, at: head) { recent[$0]?.records }
        lastRows = batch.snapshot
        try log.append(batch)
    }

    private func note(_ change: PublicChange, of id: AuctionID) {
        recent[id, default: RecentChanges()].note(change, max: Self.recentMax)
        if changes[id]?.last?.state.seq == change.state.seq { changes[id]?.removeLast() }
        changes[id, default: []].append(change)
    }

    /// The whole of a random sale.
    ///
    /// - Parameter body: called after every commit.
    func play(
        seed: UInt64, commands: Int, _ body: (SnapshotScene) throws -> Void = { _ in }
    ) throws {
        var sale = RandomSale(seed: seed)
        var sizes = SeededGenerator(seed: seed &+ 1)
        try commit(try sale.opening(at: now))
        var left = commands
        while left > 0 {
            let size = min(left, Int.random(in: 1...12, using: &sizes))
            for _ in 0..<size { now = now.advanced(by: sale.step()) }
            try commit((0..<size).map { _ in sale.next(in: house) })
            try body(self)
            left -= size
        }
    }
}

/// What a start makes of a log with a snapshot.
struct SnapshotStart {
    let position: Int64
    let followed: Int
    let house: House
    let head: LogHead
    let recent: [AuctionID: RecentChanges]

    /// Nil when there is no sound snapshot.
    init?(_ log: any BidLog) throws {
        guard case .sound(let snapshot) = try log.snapshot() else { return nil }
        position = snapshot.head.position
        var (assembly, head, recent) = (snapshot.assembly, snapshot.head, snapshot.changes)
        var followed = 0
        try log.entries(after: head.position) { entry in
            followed += 1
            head = entry.head
            let isNew = assembly.follow(
                entry.event, at: entry.at, recordedAs: entry.hash, position: entry.position)
            guard isNew, case .auction(let id, let event) = entry.event else { return }
            let change = assembly.with(id) { $0.publicChange(after: event, at: entry.at) } ?? nil
            guard let change else { return }
            recent[id, default: RecentChanges()].note(change, max: SnapshotScene.recentMax)
        }
        self.head = head
        self.recent = recent
        self.followed = followed
        house = assembly.finished()
    }
}
