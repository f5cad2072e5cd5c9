import AuctionRules

/// The watchers of one lot or one sale on one event loop, and what the heartbeats say of it.
final class Topic {
    private struct Head {
        var lot: LotHead
        /// The hub's tick in which it changed.
        var changedAt: Int
    }

    /// In no particular order: a watch that goes is replaced by the last one.
    private(set) var watches: [Watcher.Watch] = []
    private var heads: [AuctionID: Head] = [:]
    private var lastMinute: (now: Instant, isIn: Bool)?

    var isEmpty: Bool { watches.isEmpty }

    func add(_ watch: Watcher.Watch) {
        watch.index = watches.count
        watches.append(watch)
    }

    func remove(_ watch: Watcher.Watch) {
        let last = watches.removeLast()
        guard last !== watch else { return }
        watches[watch.index] = last
        last.index = watch.index
    }

    func note(_ head: LotHead?, of auction: AuctionID, at tick: Int) {
        let old = heads[auction]
        guard let head, head.seq >= old?.lot.seq ?? 0 else { return }
        let changedAt = old.flatMap { $0.lot.seq == head.seq ? $0.changedAt : nil } ?? tick
        heads[auction] = Head(lot: head, changedAt: changedAt)
        lastMinute = nil
    }

    /// Whether one of the open lots ends within a minute. Every watcher asks in the same second, so
    /// the answer is kept for that.
    func isInLastMinute(at now: Instant) -> Bool {
        if let known = lastMinute, known.now == now { return known.isIn }
        let isIn = heads.values.contains { head in
            head.lot.endsAt.map { $0.milliseconds(since: now) <= 60_000 } ?? false
        }
        lastMinute = (now, isIn)
        return isIn
    }

    /// The newest seq of every lot that has changed since that tick.
    func collect(since tick: Int, into heads: inout [AuctionID: Int64]) {
        for (auction, head) in self.heads where head.changedAt >= tick {
            heads[auction] = head.lot.seq
        }
    }
}
