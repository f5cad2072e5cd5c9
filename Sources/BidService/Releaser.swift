import AuctionRules
import Ledger
import Proof

/// The releasing thread: waits until what was written to the log is durable, and only then lets out what it
/// holds, in the order of the log. Meanwhile the log's thread writes the next batch. What has been written
/// when it comes to it shares one sync.
///
/// When nothing else waits, whoever has written does the same itself. They never do it at once (`CommitLine`).
///
/// A failed sync is a failed commit: nothing of what it was for is answered but `unknownOutcome`, and so is
/// everything that was written after it.
final class Releaser: @unchecked Sendable {
    // Sendable: `log` and `isLost` are used only by whoever lets batches out, or, while nothing is under way, by
    // the writer's thread.

    private let line: CommitLine
    private var log: any BidLog
    /// Whether what comes now may not be in the log, or not durable.
    private var isLost = false
    private let board: PublicBoard
    private let publisher: any Publisher
    private let notary: Notary
    private let webhooks: WebhookNotes
    private let statistics: StatisticsBox

    init(
        log: any BidLog, line: CommitLine, board: PublicBoard, publisher: any Publisher,
        notary: Notary, webhooks: WebhookNotes, statistics: StatisticsBox
    ) {
        self.log = log
        self.line = line
        self.board = board
        self.publisher = publisher
        self.notary = notary
        self.webhooks = webhooks
        self.statistics = statistics
    }

    /// Goes on with a log that has been opened afresh.
    func resume(with log: any BidLog) {
        self.log = log
        isLost = false
    }

    /// The thread's body.
    func run() {
        while let commits = line.nextWritten() { letOut(commits, isKept: false) }
    }

    /// Lets out what is written, in a test that steps the threads.
    ///
    /// - Returns: false when there is nothing.
    func step() -> Bool {
        let commits = line.takeWritten()
        if !commits.isEmpty { letOut(commits, isKept: false) }
        return !commits.isEmpty
    }

    /// Makes durable what whoever wrote it has kept, and lets it out.
    ///
    /// - Parameter onDurable: called in between.
    func letOut(_ commits: [Commit], onDurable: () -> Void) {
        letOut(commits, isKept: true, onDurable)
    }

    private func letOut(_ commits: [Commit], isKept: Bool, _ onDurable: () -> Void = {}) {
        sync(commits)
        if !isLost { onDurable() }
        for commit in commits {
            if let failure = commit.failure { lose(failure) }
            if isLost { tellUnknown(commit.batch) } else { release(commit.batch) }
            line.noteDone(commit, isKept: isKept, isLost: isLost)
        }
    }

    private func sync(_ commits: [Commit]) {
        guard !isLost, commits.contains(where: \.needsSync) else { return }
        do { try log.sync() } catch { return lose(error) }
        let now = ContinuousClock.now
        for commit in commits where commit.needsSync {
            let count = commit.batch.entryCount
            if count > 0 { statistics.noteCommit(entries: count, took: now - commit.start) }
        }
    }

    private func lose(_ error: LedgerError) {
        isLost = true
        note(error)
    }

    /// The log can't be used any more. On this thread or the log's.
    func note(_ error: LedgerError) {
        if line.note(error) { statistics.noteFailure() }
    }

    private func tellUnknown(_ batch: borrowing DecidedBatch) {
        for outcome in batch.outcomes { outcome.respond(instead: { _ in .unknownOutcome }) }
        publisher.flush()
    }

    /// Lets out what is on disk now: the board first, so that nobody gets a change that a snapshot
    /// taken afterwards would not know.
    private func release(_ batch: borrowing DecidedBatch) {
        let version = board.update(with: batch)
        if let keys = batch.signingKeys { notary.follow(keys) }
        // Before the answers: who has one and asks for the figures is counted there.
        statistics.noteDurable(batch.arrivals.count, since: batch.decidedAt)
        statistics.note(batch.verdicts)
        // Most commits have nobody who asked for one.
        var receipts = batch.wantsReceipts ? receipts(for: batch)[...] : []
        for outcome in batch.outcomes {
            switch outcome {
            case .answer(let answer, let submission): submission.respond(answer)
            case .receipt(let reply, _, let submission):
                submission.respond(
                    receipts.popFirst().map { .receipted(reply, $0) } ?? .reply(reply))
            case .publication(let publication): publisher.publish(publication, version: version)
            case .awaited: preconditionFailure("Every answer is known when its batch is finished")
            }
        }
        publisher.flush()
        if let number = batch.webhookNote { webhooks.confirm(number) }
    }

    /// The receipts that are asked for, in the order of the answers: one signature for all of them.
    /// Here, so that an answer with its receipt still comes before the change that it made.
    private func receipts(for batch: borrowing DecidedBatch) -> [SignedStatement] {
        let statements = batch.outcomes.compactMap { outcome -> String? in
            guard case .receipt(let reply, let auction, _) = outcome else { return nil }
            return ReceiptStatement.text(of: reply, on: auction)
        }
        guard !statements.isEmpty else { return [] }
        return notary.sign(
            statements, log: log.logID, head: batch.log.head, at: batch.finishedAt) ?? []
    }
}
