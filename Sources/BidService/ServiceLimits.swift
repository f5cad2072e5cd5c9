public import AuctionRules
public import Ledger

/// Every bound of the service, with its reason.
public struct ServiceLimits: Hashable, Sendable {
    /// Commands that may wait. At 50,000 decisions a second this is a fifth of a second's work:
    /// whoever would wait longer is better told `unavailable` at once.
    public var queuedCommandsMax = 10_000
    /// Log entries in one commit. Larger batches are slower a row (their pages no longer fit the
    /// cache) and make everybody in them wait for the last one.
    public var batchEntriesMax = 256
    /// Public changes kept in memory per lot for those who resume; further back, a snapshot.
    public var recentChangesMax = 512
    /// How often a durable heartbeat is written while nothing else is: what the outage rule
    /// can be wrong by.
    public var heartbeatInterval: Milliseconds = 1000
    /// How long to wait before a broken log is opened again.
    public var recoveryInterval: Milliseconds = 1000
    /// What a lot has left at least that an outage hit (rulebook, section 5); 0: rule off.
    public var reopenMin: Milliseconds = 300_000
    /// How much a start may have to follow of the log, and how much a commit writes so that it stays so.
    public var snapshots = SnapshotKeeper.Limits()

    public init() {}
}
