import Foundation

/// What the writer and the committer run on: two threads, or a test that steps them one at a time.
protocol ServiceRunner: Sendable {
    /// What guards that which the two share, and how the one waits for the other.
    var monitor: any Monitor { get }
    /// Runs the committer until it is told to stop.
    func run(_ committer: Committer)
    /// Runs the writer until its queue is closed and empty.
    func run(_ writer: Writer)
    /// Waits until both have ended.
    func join()
}

/// A lock that can be waited on until somebody else has changed what it guards.
protocol Monitor: Sendable {
    func lock()
    func unlock()
    /// Lets go of the lock, waits for a broadcast, and has the lock again.
    func wait()
    func broadcast()
}

extension NSCondition: Monitor {}

/// A thread each.
final class ThreadRunner: ServiceRunner {
    let monitor: any Monitor = NSCondition()
    private let committerThread: ServiceThread
    private let writerThread: ServiceThread

    init(scheduling: Scheduling = .normal) {
        committerThread = ServiceThread(name: "gavel-log", scheduling: scheduling)
        writerThread = ServiceThread(name: "gavel-writer", scheduling: scheduling)
    }

    func run(_ committer: Committer) { committerThread.start { committer.run() } }

    func run(_ writer: Writer) {
        let handover = Handover(writer)
        writerThread.start { handover.value.run() }
    }

    func join() {
        writerThread.join()
        committerThread.join()
    }
}

/// A named thread that can be waited for.
final class ServiceThread: @unchecked Sendable {
    // Sendable: `isDone` is used only while `condition` is locked, and before the thread starts.
    private let name: String
    private let scheduling: Scheduling
    private let condition = NSCondition()
    private var isDone = true

    init(name: String, scheduling: Scheduling = .normal) {
        self.name = name
        self.scheduling = scheduling
    }

    func start(_ body: @escaping @Sendable () -> Void) {
        isDone = false
        let thread = Thread { [self] in
            // Who asks for it has found out whether it may be had; without it all goes on, but later.
            try? scheduling.apply()
            body()
            condition.lock()
            isDone = true
            condition.broadcast()
            condition.unlock()
        }
        thread.name = name
        thread.start()
    }

    /// Returns at once for one that was never started.
    func join() {
        condition.lock()
        while !isDone { condition.wait() }
        condition.unlock()
    }
}

/// Moves the writer to its thread.
private struct Handover: @unchecked Sendable {
    // Sendable: the writer is made on one thread and, from the start of its own on, used only there.
    let value: Writer

    init(_ value: Writer) { self.value = value }
}
