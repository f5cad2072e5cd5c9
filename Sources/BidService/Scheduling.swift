import Foundation

/// How the system schedules the threads that a bid passes: the event loops, the writer and the log's.
///
/// On a machine that does not interrupt a thread inside the kernel, as most servers' are, whoever is
/// woken waits until the one that runs has ended its slice, some milliseconds, however unimportant that is.
/// In a siege the ones that run are those that serve strangers' packets. A real-time thread is next as soon
/// as a core comes out of the kernel (docs/performance.md, "A siege").
public enum Scheduling: String, CaseIterable, Sendable {
    /// Like every other program's.
    case normal
    /// Before all that is not real-time, by Linux's `SCHED_RR` and its lowest priority. Linux keeps a
    /// twentieth of each core for the others all the same. Other systems than Linux don't have it.
    case realtime

    /// The system did not permit it: the error number of `sched_setscheduler`.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        public let code: CInt

        public var description: String { String(cString: strerror(code)) }
    }

    /// Has the calling thread scheduled so. What it starts afterwards, threads or programs, is not.
    ///
    /// - Throws: ``Refusal``; the thread is scheduled as before then.
    public func apply() throws(Refusal) {
        guard self == .realtime else { return }
        #if os(Linux)
            var parameters = sched_param(sched_priority: 1)
            // 0: this thread alone.
            guard sched_setscheduler(0, SCHED_RR | Self.resetOnFork, &parameters) == 0 else {
                throw Refusal(code: errno)
            }
        #else
            throw Refusal(code: ENOTSUP)
        #endif
    }

    /// Linux's `SCHED_RESET_ON_FORK`, which Glibc's headers leave out.
    private static let resetOnFork: CInt = 0x4000_0000
}
