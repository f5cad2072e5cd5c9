import Foundation

/// What the service's parts run on: a thread each, or a test that steps them one at a time.
protocol ServiceRunner: Sendable {
    /// What guards that which they share, and how they wait for each other.
    var monitor: any Monitor { get }
    /// Runs the committer until it is told to stop.
    func run(_ committer: Committer)
    /// Runs the releaser until it is told to stop.
    func run(_ releaser: Releaser)
    /// Runs the writer until its queue is closed and empty.
    func run(_ writer: Writer)
    /// Waits until all have ended.
    func join()
}

/// A lock that can be waited on until somebody else has changed what it guards.
protocol Monitor: Sendable {
    func lock()
    func unlock()
    /// Lets go of the lock, waits until such ones are woken, and has the lock again.
    func wait(as waiter: Waiter)
    func wake(_ waiter: Waiter)
}

/// Who waits. Of the first three there is one each.
enum Waiter: Int, CaseIterable, Sendable { case writer, log, releaser, readers }

/// A lock of the system's, and something to wait for for each of those who wait: who is woken for nothing costs
/// a lone bid more than anything else here.
final class ThreadMonitor: Monitor, @unchecked Sendable {
    // Sendable: the system's lock and conditions are for any thread; the pointers never change.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let conditions = UnsafeMutablePointer<pthread_cond_t>.allocate(
        capacity: Waiter.allCases.count)

    init() {
        pthread_mutex_init(mutex, nil)
        for waiter in Waiter.allCases { pthread_cond_init(conditions + waiter.rawValue, nil) }
    }

    deinit {
        for waiter in Waiter.allCases { pthread_cond_destroy(conditions + waiter.rawValue) }
        pthread_mutex_destroy(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
    func wait(as waiter: Waiter) { pthread_cond_wait(conditions + waiter.rawValue, mutex) }
    func wake(_ waiter: Waiter) { pthread_cond_broadcast(conditions + waiter.rawValue) }
}

/// A thread each.
final class ThreadRunner: ServiceRunner {
    let monitor: any Monitor = ThreadMonitor()
    private let committerThread: ServiceThread
    private let releaserThread: ServiceThread
    private let writerThread: ServiceThread

    init(scheduling: Scheduling = .normal) {
        committerThread = ServiceThread(name: "gavel-log", scheduling: scheduling)
        releaserThread = ServiceThread(name: "gavel-release", scheduling: scheduling)
        writerThread = ServiceThread(name: "gavel-writer", scheduling: scheduling)
    }

    func run(_ committer: Committer) { committerThread.start { committer.run() } }

    func run(_ releaser: Releaser) { releaserThread.start { releaser.run() } }

    func run(_ writer: Writer) {
        let handover = Handover(writer)
        writerThread.start { handover.value.run() }
    }

    func join() {
        writerThread.join()
        committerThread.join()
        releaserThread.join()
    }
}

/// A named thread that can be waited for.
final class ServiceThread: @unchecked Sendable {
    // Sendable: `state` is used only while `condition` is locked.
    private enum State { case none, starting, running, done }

    private let name: String
    private let scheduling: Scheduling
    private let condition = NSCondition()
    private var state = State.none

    init(name: String, scheduling: Scheduling = .normal) {
        self.name = name
        self.scheduling = scheduling
    }

    /// Returns once the thread has its name and is scheduled as it is to be.
    func start(_ body: @escaping @Sendable () -> Void) {
        change(to: .starting)
        let thread = Thread { [self] in
            ThreadName.set(name)
            // Who asks for it has found out whether it may be had; without it all goes on, but later.
            try? scheduling.apply()
            change(to: .running)
            body()
            change(to: .done)
        }
        thread.start()
        wait { $0 != .starting }
    }

    /// Returns at once for one that was never started.
    func join() { wait { $0 == .none || $0 == .done } }

    private func change(to state: State) {
        condition.lock()
        self.state = state
        condition.broadcast()
        condition.unlock()
    }

    private func wait(until isReached: (State) -> Bool) {
        condition.lock()
        while !isReached(state) { condition.wait() }
        condition.unlock()
    }
}

/// Moves the writer to its thread.
private struct Handover: @unchecked Sendable {
    // Sendable: the writer is made on one thread and, from the start of its own on, used only there.
    let value: Writer

    init(_ value: Writer) { self.value = value }
}
