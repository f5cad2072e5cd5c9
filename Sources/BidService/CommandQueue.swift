import AuctionRules
import Foundation

/// The one way in: commands in the order of their arrival stamps.
///
/// The stamp is given under the queue's lock, so that the order of the queue is the order of the
/// stamps, and the `watermark` of a `take` is later than every stamp taken before and not later
/// than any stamp to come: whatever is due by the watermark can be decided without overtaking a
/// command that came in time.
final class CommandQueue: @unchecked Sendable {
    // Sendable: all mutable state is read and written only while `condition` is locked.

    struct Entry {
        let submission: Submission
        let stamp: Instant
        /// The same moment on a clock that measures how long things take.
        let arrival: ContinuousClock.Instant
    }

    struct Taken {
        let entries: [Entry]
        let watermark: Instant
        /// Nothing more will come.
        let isClosed: Bool
    }

    private let clock: any ServiceClock
    private let limit: Int
    private let condition = NSCondition()
    private var entries: [Entry] = []
    private var lastStamp = Instant(milliseconds: 0)
    private var isClosed = false
    private var isWoken = false

    init(clock: any ServiceClock, limit: Int) {
        self.clock = clock
        self.limit = limit
        clock.onStep { [weak self] in self?.wake() }
    }

    /// Takes what has come together, in its order and with one stamp.
    ///
    /// - Returns: how many were taken. Of the rest, as the queue is full or closed, nobody will answer
    ///   any.
    func submit(_ submissions: some Collection<Submission>) -> Int {
        guard !submissions.isEmpty else { return 0 }
        let (taken, isFirst) = append(submissions)
        // Not under the lock: who wakes needs it at once, and would sleep again until it is free.
        if isFirst { condition.signal() }
        return taken
    }

    /// - Returns: how many were taken, and whether nothing had waited before them.
    private func append(_ submissions: some Collection<Submission>) -> (count: Int, isFirst: Bool) {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed else { return (0, false) }
        let wasEmpty = entries.isEmpty
        let taken = submissions.prefix(max(0, limit - entries.count))
        let (stamp, arrival) = (stamp(), ContinuousClock.now)
        for submission in taken {
            entries.append(Entry(submission: submission, stamp: stamp, arrival: arrival))
        }
        return (taken.count, wasEmpty && !entries.isEmpty)
    }

    /// Takes up to `max` commands; waits for one until `deadline`, until woken or closed.
    func take(max: Int, until deadline: Instant) -> Taken {
        condition.lock()
        defer { condition.unlock() }
        while entries.isEmpty, !isClosed, !isWoken, stamp() < deadline {
            _ = condition.wait(until: clock.wakeUp(for: deadline))
        }
        isWoken = false
        let taken: [Entry]
        if entries.count <= max {
            taken = entries
            entries = []
            entries.reserveCapacity(taken.count)
        } else {
            taken = Array(entries.prefix(max))
            entries.removeFirst(max)
        }
        // With commands left behind, the clock may not be brought past them.
        let watermark = entries.first?.stamp ?? stamp()
        return Taken(
            entries: taken, watermark: watermark, isClosed: isClosed && entries.isEmpty)
    }

    /// Makes a waiting `take` return.
    func wake() {
        condition.lock()
        isWoken = true
        condition.unlock()
        condition.signal()
    }

    /// Takes no more commands; those that wait are still taken out.
    func close() {
        condition.lock()
        isClosed = true
        condition.unlock()
        condition.signal()
    }

    var count: Int {
        condition.lock()
        defer { condition.unlock() }
        return entries.count
    }

    /// The time now, never before an earlier stamp. Call with the lock held.
    private func stamp() -> Instant {
        lastStamp = max(lastStamp, clock.now())
        return lastStamp
    }
}
