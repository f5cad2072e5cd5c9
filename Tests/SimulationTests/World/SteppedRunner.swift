import AuctionRules

@testable import BidService

/// Runs the service a step at a time, on the thread of whoever asks for it: where one part would wait for
/// another, that one goes on instead.
final class SteppedRunner: ServiceRunner, @unchecked Sendable {
    // Sendable: a simulation has one thread.
    private let stepped = SteppedMonitor()
    private(set) var writer: Writer?

    var monitor: any Monitor { stepped }

    func run(_ committer: Committer) { stepped.committer = committer }

    func run(_ releaser: Releaser) { stepped.releaser = releaser }

    func run(_ writer: Writer) { self.writer = writer }

    /// Decides what has come.
    ///
    /// - Returns: false when the service has been stopped and all is done.
    func round() -> Bool {
        // A deadline that has passed: what has not come yet is not waited for.
        writer?.round(waitingUntil: .init(milliseconds: 0)) ?? false
    }

    /// Writes a batch to the log that was decided, if there is one that may be written.
    ///
    /// - Parameter keepsNone: it is left to the releaser even where the log's thread would let it out.
    @discardableResult
    func commit(keepsNone: Bool = false) -> Bool {
        stepped.committer?.step(keepsNone: keepsNone) ?? false
    }

    /// Makes durable what was written, and lets it out.
    @discardableResult
    func release() -> Bool { stepped.releaser?.step() ?? false }

    /// The process is gone, and all that it had in memory: here the writer, the others and the
    /// monitor hold each other, which threads don't.
    func abandon() {
        writer = nil
        stepped.committer = nil
        stepped.releaser = nil
    }

    func join() {
        while round() {}
        while commit() || release() {}
        stepped.committer?.closeLog()
        // As of threads that have ended. A start that fails joins, too, and then nobody is left
        // who could abandon them.
        abandon()
    }
}

/// What one thread needs no lock for.
private final class SteppedMonitor: Monitor, @unchecked Sendable {
    // Sendable: a simulation has one thread.
    var committer: Committer?
    var releaser: Releaser?

    func lock() {}
    func unlock() {}
    func wake(_ waiter: Waiter) {}

    func wait(as waiter: Waiter) {
        guard committer?.step(keepsNone: true) == true || releaser?.step() == true else {
            preconditionFailure("The \(waiter) waits, and nobody has anything to do")
        }
    }
}
