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

    /// In no particular order, but that those who have been told of what is going out come first.
    private(set) var watches: [Watcher.Watch] = []
    /// Of each watch, at the same index.
    private(set) var places: [Place] = []
    /// How many of the watches, from the first, have been told of what is going out.
    var toldCount = 0
    private var heads: [AuctionID: Head] = [:]
    private var lastMinute: (now: Instant, isIn: Bool)?

    var isEmpty: Bool { watches.isEmpty }

    func add(_ watch: Watcher.Watch) {
        watch.index = watches.count
        watch.topic = self
        watches.append(watch)
        places.append(watch.watcher.place)
    }

    /// The watcher of one of the watches has changed.
    func update(_ watch: Watcher.Watch) { places[watch.index] = watch.watcher.place }

    func remove(_ watch: Watcher.Watch) {
        watch.topic = nil
        var hole = watch.index
        if hole < toldCount {
            toldCount -= 1
            move(from: toldCount, to: hole)
            hole = toldCount
        }
        move(from: watches.count - 1, to: hole)
        watches.removeLast()
        places.removeLast()
    }

    private func move(from old: Int, to new: Int) {
        guard old != new else { return }
        watches[new] = watches[old]
        places[new] = places[old]
        watches[new].index = new
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
