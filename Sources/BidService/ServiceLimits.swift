public import AuctionRules
public import Ledger

/// Every bound of the service, with its reason.
public struct ServiceLimits: Hashable, Sendable {
    /// Commands that may wait. At 50,000 decisions a second this is a fifth of a second's work:
    /// whoever would wait longer is better told `unavailable` at once.
    public var queuedCommandsMax = 10_000
    /// Log entries in one commit. What a commit costs by itself is shared by all of them: the sync, a message
    /// to each bidder's connection, the rows and pages of a lot that many of the bids are on. With 256 a bid took
    /// a fifth more of the server's CPU on 64 lots, and half as much again on 1,000 (docs/performance.md).
    /// Everybody in a commit waits for the last one.
    public var batchEntriesMax = 1024
    /// Log entries in a commit that the writer writes itself when nothing else is under way, so that no other thread
    /// need be woken. Of more the next ones are decided meanwhile. 0: none.
    public var atOnceEntriesMax = 64
    /// After how many entries a commit is finished that the clock fills: a lot that ends is dearer than a bid, and
    /// bids that come meanwhile are not to wait for a thousand of them.
    var clockEntriesMax: Int { min(batchEntriesMax, 256) }
    /// Public changes kept in memory per lot for those who resume; further back, a snapshot.
    public var recentChangesMax = 512
    /// How many are kept as the writer knows them, who is ahead of what is shown by five batches at
    /// most: one that grows, one that waits, one that is being written, and those that are not let out. Besides
    /// a batch's commands the clock may have opened and closed the lot.
    ///
    /// With them a commit that failed and holds all the same can be told change by change.
    var keptChangesMax: Int {
        recentChangesMax + (3 + CommitLine.unreleasedMax) * (batchEntriesMax + 2)
    }
    /// How often a durable heartbeat is written while nothing else is: what the outage rule
    /// can be wrong by.
    public var heartbeatInterval: Milliseconds = 1000
    /// How long to wait before a log is opened again that could not be; then twice as long, and so on.
    public var recoveryInterval: Milliseconds = 1000
    /// The longest such wait: when the disk works again, nobody waits longer for the service.
    public var recoveryIntervalMax: Milliseconds = 8000
    /// How many bytes must be free on the log's disk: below, open lots are paused and new ones are
    /// refused. Enough for the write-ahead log at its usual length (17 MiB), for moving that into the
    /// database, and for what pausing every lot writes. 0: not watched.
    public var freeSpaceMin = 256 << 20
    /// How often the free space is looked at.
    public var freeSpaceInterval: Milliseconds = 1000
    /// What a lot has left at least that an outage hit (rulebook, section 5); 0: rule off.
    public var reopenMin: Milliseconds = 300_000
    /// How much a start may have to follow of the log, and how much a commit writes so that it stays so.
    public var snapshots = SnapshotKeeper.Limits()

    /// Whether an accepted bid is taken in one piece (`DecidedBatch.take`). Not: for comparison.
    var takesBidsInOnePiece = true

    public init() {}
}
