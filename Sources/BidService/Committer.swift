import AuctionRules
import Ledger

/// The log's thread: writes decided batches to the log, one after the other, and hands them on to be made
/// durable and let out (see `Releaser`). While it writes, the writer decides the next batch. A small batch that
/// finds it idle is written by the writer itself.
///
/// A failed write is a stop: nothing of that batch is answered but `unknownOutcome`, nothing
/// after it is tried, and the log is not touched again until the writer has read it afresh.
final class Committer: @unchecked Sendable {
    // Sendable: `log` and `signer` are used only by whoever has taken a batch out of the line, or claimed the log
    // there, or, while nothing is under way, by the writer's thread.

    let line: CommitLine
    private let releaser: Releaser
    private var log: any BidLog
    private var signer = CertificateSigner()
    private let notary: Notary
    private let statistics: StatisticsBox
    private let space: SpaceWatch

    init(
        log: any BidLog, line: CommitLine, releaser: Releaser, notary: Notary,
        statistics: StatisticsBox, space: SpaceWatch
    ) {
        self.log = log
        self.line = line
        self.releaser = releaser
        self.notary = notary
        self.statistics = statistics
        self.space = space
    }

    /// Lets go of a log that has failed, so that it can be opened afresh.
    func closeLog() {
        // A log that failed may fail to close, too; either way it is not used again.
        try? log.close()
    }

    /// Goes on with a log that has been opened afresh.
    ///
    /// - Returns: the batch that was still waiting when the log failed; nothing of it happened.
    func resume(with log: any BidLog) -> Commit? {
        self.log = log
        signer.noteReopening()
        releaser.resume(with: log)
        return line.resume()
    }

    /// The thread's body.
    func run() {
        while let commit = line.next() { process(commit) }
        closeLog()
    }

    /// Writes the batch that was handed over, in a test that steps the threads.
    ///
    /// - Parameter keepsNone: the releaser is to let it out, even where this thread would.
    /// - Returns: false when there is none, or none can be written now.
    func step(keepsNone: Bool) -> Bool {
        guard let commit = line.take() else { return false }
        process(commit, keepsNone: keepsNone)
        return true
    }

    /// Writes a batch and lets it out, on the writer's own thread, if nothing is in the way of that.
    ///
    /// A thread that is woken runs on another core than who wakes it, if that has nothing to do, and finds nothing
    /// of what it needs in that core's cache: to wake the log's for a lone bid cost as much as all that the service
    /// does for it (docs/performance.md, "A lone bid").
    ///
    /// - Returns: false, and nothing done, when it is to be handed over.
    func commitAtOnce(_ commit: Commit) -> Bool {
        guard line.claim() else { return false }
        writeAndPassOn(commit)
        line.finish(leavingUntidy: log.isCheckpointDue)
        return true
    }

    private func process(_ commit: Commit, keepsNone: Bool = false) {
        writeAndPassOn(commit, keepsNone: keepsNone)
        if commit.failure == nil { tidy() }
        line.finish()
    }

    private func writeAndPassOn(_ commit: Commit, keepsNone: Bool = false) {
        write(commit)
        if line.passOn(commit, keepsNone: keepsNone) {
            releaser.letOut([commit]) { line.noteDurable() }
        }
    }

    private func write(_ commit: Commit) {
        commit.start = .now
        do {
            if let heartbeat = commit.batch.heartbeat {
                try log.beat(at: heartbeat)
                try log.checkpoint(isIdle: true)
            }
            try signer.sign(&commit.batch, by: notary, of: log)
            try commit.batch.write(to: log)
            space.look(at: log)
        } catch {
            commit.failure = error
        }
    }

    /// Has the log moved to its final place if that is due, when nobody waits for this batch, or beside
    /// those who wait for the disk.
    private func tidy() {
        do {
            try log.checkpoint(isIdle: false)
        } catch {
            releaser.note(error)
        }
    }
}
