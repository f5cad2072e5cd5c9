import Foundation

/// A server, its watchers, and ways to let updates go from the one to the others.
final class FanOutLane {
    let source: any UpdateSource
    private let crowd: WatcherCrowd
    private var sent = 0

    /// How long nothing may come that was to come.
    private static let patienceSeconds = 60.0

    /// - Parameter updatesMax: how many there may be in all.
    init(_ source: any UpdateSource, watchers: Int, updatesMax: Int) throws {
        self.source = source
        do {
            crowd = try WatcherCrowd(
                of: watchers, watching: source.lot, at: source.port, updatesMax: updatesMax)
        } catch {
            source.kill()
            throw error
        }
    }

    deinit { source.kill() }

    /// Payload bytes of the newest update.
    var updateBytes: Int { crowd.updateBytes }

    /// Lets pings be answered while the other lane is measured.
    func rest() throws {
        try crowd.poll()
        try source.listen()
    }

    /// So many at once, each time when everybody has those before.
    func burst(_ count: Int, times: Int) throws -> Measurement {
        try measure(updates: count * times) {
            for _ in 0..<times {
                try source.update(count)
                sent += count
                try waitForAll()
            }
        }
    }

    /// As many as the watchers take: so many are under way at any time.
    func flood(_ updates: Int, underWay: Int) throws -> Measurement {
        try measure(updates: updates) {
            let last = sent + updates
            while sent < last {
                let room = min(underWay - (sent - crowd.completed), last - sent)
                if room > 0 {
                    try source.update(room)
                    sent += room
                }
                try crowd.poll(milliseconds: 1)
                try source.listen()
            }
            try waitForAll()
        }
    }

    /// By the clock, whether the ones before have arrived or not.
    ///
    /// - Returns: for each the milliseconds from when it was due to when the last watcher had it.
    func trickle(_ updates: Int, perSecond: Int) throws -> [Double] {
        let first = sent
        let start = Self.now
        func due(_ index: Int) -> Int64 {
            start + Int64(index) * 1_000_000_000 / Int64(perSecond)
        }
        while sent - first < updates {
            let wait = due(sent - first) - Self.now
            if wait <= 0 {
                try source.update(1)
                sent += 1
            }
            // A millisecond early, and then without waiting: epoll_wait knows no smaller unit.
            try crowd.poll(milliseconds: max(0, Int(wait / 1_000_000) - 1))
            try source.listen()
        }
        try waitForAll()
        return (0..<updates).map { Double(crowd.completedAt(first + $0) - due($0)) / 1e6 }
    }

    private func measure(updates: Int, _ body: () throws -> Void) throws -> Measurement {
        try Measurement.measure(
            units: updates * crowd.count, cpuTime: { try source.cpuTime() }, body)
    }

    private func waitForAll() throws {
        var completed = crowd.completed
        var start = Self.now
        while crowd.completed < sent {
            try crowd.poll(milliseconds: 100)
            try source.listen()
            if crowd.completed > completed { (completed, start) = (crowd.completed, Self.now) }
            guard Double(Self.now - start) < Self.patienceSeconds * 1e9 else {
                throw BenchmarkFailure(
                    "\(source.name): update \(completed) has not come to everybody")
            }
        }
    }

    /// Of the clock that the crowd's times are of.
    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
