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
        let command: Command
        /// The answer shall come with a signed receipt.
        let wantsReceipt: Bool
        let stamp: Instant
        /// The same moment on a clock that measures how long things take.
        let arrival: ContinuousClock.Instant
        let respond: Responder
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

    /// False when the queue is full or closed: nothing was taken, and nobody will answer.
    func submit(
        _ command: Command, wantsReceipt: Bool, respond: @escaping Responder
    ) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed, entries.count < limit else { return false }
        entries.append(
            Entry(
                command: command, wantsReceipt: wantsReceipt, stamp: stamp(), arrival: .now,
                respond: respond))
        if entries.count == 1 { condition.signal() }
        return true
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
        condition.signal()
        condition.unlock()
    }

    /// Takes no more commands; those that wait are still taken out.
    func close() {
        condition.lock()
        isClosed = true
        condition.signal()
        condition.unlock()
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
