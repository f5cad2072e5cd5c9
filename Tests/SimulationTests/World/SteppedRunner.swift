import AuctionRules

@testable import BidService

/// Runs the service a step at a time, on the thread of whoever asks for it: where the writer would
/// wait for the committer, the committer goes on instead.
final class SteppedRunner: ServiceRunner, @unchecked Sendable {
    // Sendable: a simulation has one thread.
    private let stepped = SteppedMonitor()
    private(set) var writer: Writer?

    var monitor: any Monitor { stepped }

    func run(_ committer: Committer) { stepped.committer = committer }

    func run(_ writer: Writer) { self.writer = writer }

    /// Decides what has come.
    ///
    /// - Returns: false when the service has been stopped and all is done.
    func round() -> Bool {
        // A deadline that has passed: what has not come yet is not waited for.
        writer?.round(waitingUntil: .init(milliseconds: 0)) ?? false
    }

    /// Makes a batch durable that was decided, if there is one.
    @discardableResult
    func commit() -> Bool { stepped.committer?.step() ?? false }

    /// The process is gone, and all that it had in memory: here the writer, the committer and the
    /// monitor hold each other, which two threads don't.
    func abandon() {
        writer = nil
        stepped.committer = nil
    }

    func join() {
        while round() {}
        while commit() {}
        stepped.committer?.closeLog()
        // As of two threads that have ended. A start that fails joins, too, and then nobody is left
        // who could abandon them.
        abandon()
    }
}

/// What one thread needs no lock for.
private final class SteppedMonitor: Monitor, @unchecked Sendable {
    // Sendable: a simulation has one thread.
    var committer: Committer?

    func lock() {}
    func unlock() {}
    func broadcast() {}

    func wait() {
        guard committer?.step() == true else {
            preconditionFailure("The writer waits for a committer that has nothing to do")
        }
    }
}
