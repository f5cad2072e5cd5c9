import AuctionRules
import Ledger

/// The log's thread: writes decided batches to the log, one after the other, and hands them on to be made
/// durable and let out (see `Releaser`). While it writes, the writer decides the next batch.
///
/// A failed write is a stop: nothing of that batch is answered but `unknownOutcome`, nothing
/// after it is tried, and the log is not touched again until the writer has read it afresh.
final class Committer: @unchecked Sendable {
    // Sendable: `log` and `signer` are used only by this committer's thread, or, while that one is known to
    // be idle, by the writer's.

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
    func resume(with log: any BidLog) -> DecidedBatch? {
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

    private func process(_ commit: Commit, keepsNone: Bool = false) {
        write(commit)
        if line.passOn(commit, keepsNone: keepsNone) {
            releaser.letOut([commit]) { line.noteDurable() }
        }
        if commit.failure == nil { tidy() }
        line.finish()
    }

    private func write(_ commit: Commit) {
        commit.start = .now
        do {
            if let heartbeat = commit.batch.heartbeat {
                try log.beat(at: heartbeat)
                try log.checkpoint(isIdle: true)
            }
            try signer.sign(&commit.batch, by: notary, of: log)
            if commit.batch.log.hasRows { try log.write(commit.batch.log) }
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
