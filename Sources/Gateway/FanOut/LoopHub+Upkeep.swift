import AuctionRules
import BidService
import NIOCore
import WireProtocol

/// What is done once a second: heartbeats, pings, and connections that have been silent, stuck or expired.
///
/// In the last minute of a lot each of its watchers has a heartbeat every second, which takes as long as to tell them
/// of a bid. So they are looked after in slices, too, between which the loop looks at its sockets.
extension LoopHub {
    /// Those who have not been looked after in this second.
    struct Round {
        fileprivate var left: ArraySlice<Watcher>
        /// As a rule none is, and then nobody's hundred lots have to be gone through.
        fileprivate let isAnyInLastMinute: Bool
        /// How many bytes wait for the one furthest behind.
        fileprivate var worst = 0
    }

    /// Some have still to be looked after: ``lookAfterMore()`` goes on with them.
    var isInRound: Bool { round != nil }

    /// A second has passed.
    func second() {
        lookAfter(upTo: .max)
        polls.checkExpiry(at: clock.now())
        reviewInterest()
        tick += 1
        let now = clock.now()
        round = Round(
            left: Array(watchers.values)[...],
            isAnyInLastMinute: isInLastMinute(auctions, at: now) || isInLastMinute(sales, at: now))
        lookAfter(upTo: slice)
    }

    /// The next slice of them.
    func lookAfterMore() { lookAfter(upTo: slice) }

    private func lookAfter(upTo most: Int) {
        guard var round else { return }
        // Who hears of the time hears what it is now.
        let now = clock.now()
        var heartbeats = HeartbeatEncoder(now: now, deflater: deflater)
        // Some may have gone meanwhile.
        for watcher in round.left.prefix(most) where watchers[watcher.id] === watcher {
            watcher.measure()
            round.worst = max(round.worst, watcher.behind)
            endIfOver(watcher, at: now)
            keepAlive(watcher)
            watcher.told.prune(before: delivered)
            let isDue = tick - watcher.lastHeartbeat >= limits.heartbeatSeconds
            guard isDue || round.isAnyInLastMinute else { continue }
            let topics = topics(of: watcher)
            guard isDue || topics.contains(where: { $0.isInLastMinute(at: now) }) else { continue }
            write(
                heartbeats.frame(
                    for: topics, since: watcher.lastHeartbeat, in: watcher.form), to: watcher)
            watcher.lastHeartbeat = tick
        }
        round.left = round.left.dropFirst(most)
        if round.left.isEmpty {
            budget.report(round.worst, of: loop)
            countWatchers()
            self.round = nil
        } else {
            self.round = round
        }
        flushWritten()
    }

    /// Says how many watch here, while some administrator wants to know, and tells those of this loop
    /// what it comes to over all.
    private func countWatchers() {
        guard census.isWanted else { return }
        var count = Census.Count()
        for (id, topic) in auctions { count.auctions[id] = topic.watches.count }
        for (id, topic) in sales { count.sales[id] = topic.watches.count }
        polls.count(into: &count.auctions)
        for console in consoles.all { console.leaveOut(of: &count) }
        census.report(count, of: loop)
        for console in consoles.all {
            guard let chunk = console.chunk(for: census, at: tick) else { continue }
            write(chunk, to: console.watcher)
        }
    }

    private func endIfOver(_ watcher: Watcher, at now: Instant) {
        watcher.checkStall(at: tick)
        if !watcher.hasSpoken, tick - watcher.openedAt >= limits.firstMessageSecondsMax {
            watcher.close(.nothingSaid)
        }
        if let expiresAt = watcher.expiresAt, expiresAt <= now { watcher.close(.tokenExpired) }
        if let since = watcher.leavingSince, tick - since >= limits.answerSecondsMax {
            watcher.leave()
        }
    }

    private func keepAlive(_ watcher: Watcher) {
        // Events have no ping: the kernel says when nobody takes the heartbeats any more.
        guard watcher.form.carrier == .webSocket else { return }
        if let pingedAt = watcher.pingedAt {
            if tick - pingedAt >= limits.pongSecondsMax { watcher.close(.noPong) }
        } else if tick - watcher.lastHeard >= limits.pingAfterSeconds {
            watcher.pingedAt = tick
            write(Frames.ping, to: watcher)
        }
    }

    private func isInLastMinute(_ topics: [some Hashable: Topic], at now: Instant) -> Bool {
        topics.values.contains { $0.isInLastMinute(at: now) }
    }

    private func topics(of watcher: Watcher) -> [Topic] {
        watcher.auctions.keys.compactMap { auctions[$0] }
            + watcher.sales.keys.compactMap { sales[$0] }
    }
}
