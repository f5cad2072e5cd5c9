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

    /// What came together. It is kept as it came: with some thousand commands in the queue, to move each
    /// of them, and to count who holds it, would be a part of the time that a bid takes.
    struct Group {
        var submissions: ArraySlice<Submission>
        let stamp: Instant
        /// The same moment on a clock that measures how long things take.
        let arrival: ContinuousClock.Instant
    }

    struct Taken {
        let groups: [Group]
        let watermark: Instant
        /// Nothing more will come.
        let isClosed: Bool
    }

    private let clock: any ServiceClock
    private let limit: Int
    private let condition = NSCondition()
    private var groups: [Group] = []
    /// How many commands are in them.
    private var waiting = 0
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
    func submit(_ submissions: [Submission]) -> Int {
        guard !submissions.isEmpty else { return 0 }
        let (taken, isFirst) = append(submissions)
        // Not under the lock: who wakes needs it at once, and would sleep again until it is free.
        if isFirst { condition.signal() }
        return taken
    }

    /// - Returns: how many were taken, and whether nothing had waited before them.
    private func append(_ submissions: [Submission]) -> (count: Int, isFirst: Bool) {
        condition.lock()
        defer { condition.unlock() }
        let taken = submissions.prefix(max(0, limit - waiting))
        guard !isClosed, !taken.isEmpty else { return (0, false) }
        groups.append(Group(submissions: taken, stamp: stamp(), arrival: .now))
        defer { waiting += taken.count }
        return (taken.count, waiting == 0)
    }

    /// Takes up to `max` commands; waits for one until `deadline`, until woken or closed.
    func take(max: Int, until deadline: Instant) -> Taken {
        condition.lock()
        defer { condition.unlock() }
        while waiting == 0, !isClosed, !isWoken, stamp() < deadline {
            _ = condition.wait(until: clock.wakeUp(for: deadline))
        }
        isWoken = false
        let taken = takeGroups(max: max)
        // With commands left behind, the clock may not be brought past them.
        let watermark = groups.first?.stamp ?? stamp()
        return Taken(groups: taken, watermark: watermark, isClosed: isClosed && waiting == 0)
    }

    /// Takes the first `max` commands out; a group that is too large is divided. Call with the lock held.
    private func takeGroups(max: Int) -> [Group] {
        guard waiting > max else {
            defer {
                groups = []
                waiting = 0
            }
            return groups
        }
        var taken: [Group] = []
        var room = max
        for var group in groups {
            group.submissions = group.submissions.prefix(room)
            guard !group.submissions.isEmpty else { break }
            room -= group.submissions.count
            taken.append(group)
        }
        waiting -= max
        // The last one may have been taken in part, and its rest is the first of what is left.
        let last = taken.count - 1
        groups[last].submissions.removeFirst(taken[last].submissions.count)
        groups.removeFirst(groups[last].submissions.isEmpty ? taken.count : last)
        return taken
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
        return waiting
    }

    /// The time now, never before an earlier stamp. Call with the lock held.
    private func stamp() -> Instant {
        lastStamp = max(lastStamp, clock.now())
        return lastStamp
    }
}
