import AuctionRules

/// The watchers of one lot or one sale on one event loop, and what the heartbeats say of it.
final class Topic {
    private struct Head {
        var lot: LotHead
        /// The hub's tick in which it changed.
        var changedAt: Int
    }

    /// What a broadcast has to know of a watch that takes it straight to the socket: so little, and
    /// one beside the other, because of ten thousand watchers each is long out of the processor's
    /// cache, and looking there takes as long as a tenth of what the kernel does.
    struct Place {
        /// Nil where the watcher itself has to be looked at.
        var direct: DirectSend?
        var run: RunNumber
    }

    /// In no particular order: a watch that goes is replaced by the last one.
    private(set) var watches: [Watcher.Watch] = []
    /// Of each watch, at the same index.
    private(set) var places: [Place] = []
    /// Counts what makes an older copy of ``places`` untrue for somebody else than who is at work: a
    /// watch that came or went, or one whose connection was closed.
    private(set) var changes = 0
    private var heads: [AuctionID: Head] = [:]
    private var lastMinute: (now: Instant, isIn: Bool)?

    var isEmpty: Bool { watches.isEmpty }

    func add(_ watch: Watcher.Watch) {
        watch.index = watches.count
        watch.topic = self
        watches.append(watch)
        places.append(watch.watcher.place)
        changes += 1
    }

    /// The watcher of one of the watches has changed.
    func update(_ watch: Watcher.Watch) {
        places[watch.index] = watch.watcher.place
        if watch.watcher.isClosed { changes += 1 }
    }

    func remove(_ watch: Watcher.Watch) {
        let last = watches.removeLast()
        let place = places.removeLast()
        changes += 1
        watch.topic = nil
        guard last !== watch else { return }
        watches[watch.index] = last
        places[watch.index] = place
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
