import AuctionRules
import Synchronization

/// Counts since the start of the service.
public struct ServiceStatistics: Sendable {
    public var commits: Int64 = 0
    public var entries: Int64 = 0
    /// Time spent in commits, in microseconds.
    public var commitMicroseconds: Int64 = 0
    public var bidsAccepted: Int64 = 0
    public var repeats: Int64 = 0
    /// Refusals by code.
    public var refusals: [String: Int64] = [:]
    /// Commands that were refused because the queue was full or closed.
    public var turnedAway: Int64 = 0
    /// Failed appends to the log.
    public var logFailures: Int64 = 0
    /// False between a failure of the log and the recovery from it.
    public var isAvailable = true
}

/// Where the service's threads count.
final class StatisticsBox: Sendable {
    private let statistics = Mutex(ServiceStatistics())

    var current: ServiceStatistics { statistics.withLock { $0 } }

    func noteCommit(entries: Int, took duration: Duration) {
        let (seconds, attoseconds) = duration.components
        statistics.withLock { statistics in
            statistics.commits += 1
            statistics.entries += Int64(entries)
            statistics.commitMicroseconds += seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        }
    }

    func noteFailure() {
        statistics.withLock { statistics in
            statistics.logFailures += 1
            statistics.isAvailable = false
        }
    }

    func noteRecovery() { statistics.withLock { $0.isAvailable = true } }

    func noteTurnedAway() { statistics.withLock { $0.turnedAway += 1 } }

    /// Counts the answers of a whole batch at once.
    func note(_ answers: some Sequence<Answer>) {
        statistics.withLock { statistics in
            for answer in answers { statistics.count(answer) }
        }
    }
}

extension ServiceStatistics {
    fileprivate mutating func count(_ answer: Answer) {
        switch answer {
        case .reply(let reply):
            switch reply.verdict {
            case .accepted: bidsAccepted += 1
            case .refused(let refusal): refusals[refusal.code, default: 0] += 1
            case .retracted: break
            }
        case .refused(let refusal): refusals[refusal.code, default: 0] += 1
        case .done, .notSeen, .declined, .declinedAll, .unknownOutcome: break
        }
    }
}
