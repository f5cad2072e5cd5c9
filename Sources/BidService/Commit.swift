import AuctionRules
import Ledger

/// A batch on its way from the writer through the log to everybody.
///
/// A class, as three threads hand it on, and a batch is large.
final class Commit: @unchecked Sendable {
    // Sendable: whoever has it in hand uses it alone, and `CommitLine` says who that is.

    var batch: DecidedBatch
    /// When it began to be written.
    var start = ContinuousClock.now
    /// Why it could not be written.
    var failure: LedgerError?

    init(_ batch: consuming DecidedBatch) { self.batch = batch }

    /// Whether it is durable only after a sync.
    var needsSync: Bool { failure == nil && batch.hasRows }
}
