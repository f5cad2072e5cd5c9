import AuctionRules
import Synchronization

/// Counts since the start of the service.
public struct ServiceStatistics: Sendable {
    public var entries: Int64 = 0
    /// How long commits took, from their writing until they were durable, in microseconds.
    public var commitSeconds = Histogram(bounds: Histogram.latencyBounds).reading
    /// Log entries in a commit.
    public var batchEntries = Histogram(bounds: StatisticsBox.batchBounds).reading
    /// From a request's arrival until its batch was decided, in microseconds.
    public var decisionSeconds = Histogram(bounds: Histogram.latencyBounds).reading
    /// From then until it was on disk, in microseconds.
    public var durabilitySeconds = Histogram(bounds: Histogram.latencyBounds).reading
    /// New bids; those that were answered before are ``repeats``.
    public var bidsAccepted: Int64 = 0
    /// Requests that got their stored reply again.
    public var repeats: Int64 = 0
    /// Refusals by code, of requests that had not been answered before.
    public var refusals: [String: Int64] = [:]
    /// Commands that were refused because the queue was full or closed.
    public var turnedAway: Int64 = 0
    /// Failed appends to the log.
    public var logFailures: Int64 = 0
    /// How many bytes are free on the log's disk, as last seen; nil when that is not known.
    public var freeSpace: Int64?
    /// There is so little room that lots are paused and new ones refused.
    public var isDiskNearlyFull = false
    public var availability = Availability.available
    /// How the state that is in force was read.
    public var restoration = Restoration()
    /// False between a failure of the log and the recovery from it.
    public var isAvailable: Bool { availability == .available }

    /// Whether bids can be stored.
    public enum Availability: String, Sendable, Hashable {
        case available
        /// The log failed, and can't be opened again yet.
        case logUnavailable = "log_unavailable"
        /// What is in the log's file is not what was written: somebody must mend it.
        case logDamaged = "log_damaged"
        /// The log was opened again and is being read.
        case recovering
    }
}

/// Where the service's threads count.
final class StatisticsBox: Sendable {
    static let batchBounds: [Int64] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000]

    private let statistics = Mutex(ServiceStatistics())
    private let commitSeconds = Histogram(bounds: Histogram.latencyBounds)
    private let batchEntries = Histogram(bounds: batchBounds)
    private let decisionSeconds = Histogram(bounds: Histogram.latencyBounds)
    private let durabilitySeconds = Histogram(bounds: Histogram.latencyBounds)

    var current: ServiceStatistics {
        var current = statistics.withLock { $0 }
        current.commitSeconds = commitSeconds.reading
        current.batchEntries = batchEntries.reading
        current.decisionSeconds = decisionSeconds.reading
        current.durabilitySeconds = durabilitySeconds.reading
        return current
    }

    func noteCommit(entries: Int, took duration: Duration) {
        commitSeconds.observe(duration)
        batchEntries.observe(Int64(entries))
        statistics.withLock { $0.entries += Int64(entries) }
    }

    /// Requests that had come at those moments are decided now.
    func noteDecided(_ arrivals: Arrivals, at now: ContinuousClock.Instant) {
        for (instant, count) in arrivals.groups {
            decisionSeconds.observe(now - instant, count: count)
        }
    }

    /// So many requests that were decided at that moment are on disk now.
    func noteDurable(_ count: Int, since decision: ContinuousClock.Instant?) {
        guard count > 0, let decision else { return }
        durabilitySeconds.observe(.now - decision, count: count)
    }

    func noteFailure() {
        statistics.withLock { statistics in
            statistics.logFailures += 1
            statistics.availability = .logUnavailable
        }
    }

    func note(_ availability: ServiceStatistics.Availability) {
        statistics.withLock { $0.availability = availability }
    }

    func note(_ restoration: Restoration) {
        statistics.withLock { $0.restoration = restoration }
    }

    func noteTurnedAway() { statistics.withLock { $0.turnedAway += 1 } }

    func note(_ verdicts: Verdicts) {
        statistics.withLock { statistics in
            statistics.bidsAccepted += verdicts.accepted
            statistics.repeats += verdicts.repeats
            statistics.refusals.merge(verdicts.refusals, uniquingKeysWith: +)
        }
    }
}

/// How one batch's requests were answered.
struct Verdicts: Sendable {
    private(set) var accepted: Int64 = 0
    private(set) var repeats: Int64 = 0
    private(set) var refusals: [String: Int64] = [:]

    /// A request's bid was accepted.
    mutating func noteAccepted() { accepted += 1 }

    /// - Parameter isRepeat: the request had been answered before.
    mutating func note(_ answer: Answer, to command: Command, isRepeat: Bool) {
        guard case .request = command else { return }
        guard !isRepeat else { return repeats += 1 }
        switch answer {
        case .reply(let reply), .receipted(let reply, _):
            switch reply.verdict {
            case .accepted: accepted += 1
            case .refused(let refusal): refusals[refusal.code, default: 0] += 1
            case .retracted: break
            }
        case .refused(let refusal): refusals[refusal.code, default: 0] += 1
        case .done, .notSeen, .declined, .declinedAll, .unknownOutcome: break
        }
    }
}
