import AuctionRules
import Ledger
import Proof

/// The log's thread: makes decided batches durable, one after the other, and only then lets out what
/// they hold. While it waits for the disk, the writer decides the next batch.
///
/// A failed append is a stop: nothing of that batch is answered but `unknownOutcome`, nothing
/// after it is tried, and the log is not touched again until the writer has read it afresh.
final class Committer: @unchecked Sendable {
    // Sendable: `slot`, `isBusy`, `isWriting`, `isAwaited`, `failed` and `isStopping` are used only
    // while `monitor` is locked; `log` and `signer` are used only by this committer's thread, or,
    // while that thread is known to be idle or failed, by the writer's.

    private let monitor: any Monitor
    private var slot: DecidedBatch?
    private var isBusy = false
    /// Whether a batch is on its way to the disk.
    private var isWriting = false
    /// Whether the writer has a batch that grows until it can go on.
    private var isAwaited = false
    private var failed = false
    private var isStopping = false

    private var log: any BidLog
    private var signer = CertificateSigner()
    private let board: PublicBoard
    private let publisher: any Publisher
    private let notary: Notary
    private let webhooks: WebhookNotes
    private let statistics: StatisticsBox
    private let space: SpaceWatch
    /// Called once after a failed append.
    private let onFailure: @Sendable (LedgerError) -> Void
    /// Called when it ``isAwaited``, and may have become ready.
    private let onReady: @Sendable () -> Void

    init(
        log: any BidLog, board: PublicBoard, publisher: any Publisher, notary: Notary,
        webhooks: WebhookNotes, statistics: StatisticsBox, space: SpaceWatch, monitor: any Monitor,
        onFailure: @escaping @Sendable (LedgerError) -> Void,
        onReady: @escaping @Sendable () -> Void
    ) {
        self.log = log
        self.board = board
        self.publisher = publisher
        self.notary = notary
        self.webhooks = webhooks
        self.statistics = statistics
        self.space = space
        self.monitor = monitor
        self.onFailure = onFailure
        self.onReady = onReady
    }

    /// Whether a batch need not wait for the disk, or is large enough to be the next one. If not, it had
    /// better grow: `onReady` is called when to ask again.
    ///
    /// - Parameter isLarge: the batch is worth a commit of its own, even though more may come.
    func isReady(forLarge isLarge: Bool) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !failed, slot != nil || isWriting && !isLarge else { return true }
        isAwaited = true
        return false
    }

    /// Hands a batch over; waits while the one before it still waits for the disk.
    ///
    /// - Returns: false when the log has failed: nothing of this batch happened.
    func hand(over batch: DecidedBatch) -> Bool {
        monitor.lock()
        while slot != nil, !failed { monitor.wait() }
        let isTaken = !failed
        if isTaken { slot = batch }
        monitor.unlock()
        // Not under the lock: who wakes needs it at once, and would sleep again until it is free.
        if isTaken { monitor.broadcast() }
        return isTaken
    }

    var hasFailed: Bool {
        monitor.lock()
        defer { monitor.unlock() }
        return failed
    }

    /// Ends the thread when everything handed over is done, and waits until it is.
    ///
    /// - Returns: the batch that was still waiting when the log failed; nothing of it happened.
    func stop() -> DecidedBatch? {
        monitor.lock()
        defer { monitor.unlock() }
        isStopping = true
        monitor.broadcast()
        while slot != nil && !failed || isBusy { monitor.wait() }
        defer { slot = nil }
        return slot
    }

    /// Takes back the batch that was still waiting when the log failed; nothing of it happened.
    func takeBack() -> DecidedBatch? {
        monitor.lock()
        defer { monitor.unlock() }
        guard failed else { return nil }
        defer { slot = nil }
        return slot
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
        monitor.lock()
        defer { monitor.unlock() }
        self.log = log
        signer.noteReopening()
        failed = false
        defer { slot = nil }
        return slot
    }

    /// The thread's body.
    func run() {
        while let batch = next() { finish(batch) }
        closeLog()
    }

    /// Waits for a batch; nil when there will be none.
    private func next() -> DecidedBatch? {
        monitor.lock()
        while slot == nil || failed, !isStopping { monitor.wait() }
        let batch = take()
        let isAwaited = takeAwaited()
        monitor.unlock()
        if batch != nil { monitor.broadcast() }
        if isAwaited { onReady() }
        return batch
    }

    /// Commits the batch that was handed over.
    ///
    /// - Returns: false when there is none, or none can be committed any more.
    func step() -> Bool {
        monitor.lock()
        let batch = take()
        monitor.unlock()
        guard let batch else { return false }
        monitor.broadcast()
        finish(batch)
        return true
    }

    /// Whether the writer is to be told that it may go on; only once. Call with the lock held.
    private func takeAwaited() -> Bool {
        defer { isAwaited = false }
        return isAwaited
    }

    /// Takes the batch that was handed over. Call with the lock held; there is room for another one then,
    /// which is to be told when the lock is free.
    private func take() -> DecidedBatch? {
        guard !failed, let batch = slot else { return nil }
        slot = nil
        isBusy = true
        isWriting = true
        return batch
    }

    private func finish(_ batch: DecidedBatch) {
        let error = commit(batch)
        monitor.lock()
        isBusy = false
        isWriting = false
        if error != nil { failed = true }
        monitor.unlock()
        monitor.broadcast()
        if let error { onFailure(error) }
    }

    /// The disk has been written: while its answers go out, the writer can finish the next batch.
    private func noteWritten() {
        monitor.lock()
        isWriting = false
        let isAwaited = takeAwaited()
        monitor.unlock()
        if isAwaited { onReady() }
    }

    private func commit(_ batch: DecidedBatch) -> LedgerError? {
        var batch = batch
        do {
            if let heartbeat = batch.heartbeat {
                try log.beat(at: heartbeat)
                try log.checkpoint(isIdle: true)
            }
            try signer.sign(&batch, by: notary, of: log)
            let start = ContinuousClock.now
            if batch.log.hasRows { try log.append(batch.log) }
            if !batch.log.isEmpty {
                statistics.noteCommit(entries: batch.log.count, took: .now - start)
            }
        } catch {
            statistics.noteFailure()
            for outcome in batch.outcomes { outcome.respond(instead: { _ in .unknownOutcome }) }
            publisher.flush()
            return error
        }
        noteWritten()
        space.look(at: log)
        release(batch)
        return tidy()
    }

    /// Has the log moved to its final place if that is due, now that nobody waits for this batch.
    ///
    /// - Returns: why it can't be used any more. What was let out is durable all the same.
    private func tidy() -> LedgerError? {
        do {
            try log.checkpoint(isIdle: false)
            return nil
        } catch {
            statistics.noteFailure()
            return error
        }
    }

    /// Lets out what is on disk now: the board first, so that nobody gets a change that a snapshot
    /// taken afterwards would not know.
    private func release(_ batch: DecidedBatch) {
        let version = board.update(with: batch)
        if let keys = batch.signingKeys { notary.follow(keys) }
        statistics.noteDurable(batch.arrivals.count, since: batch.decidedAt)
        // Most commits have nobody who asked for one.
        var receipts = batch.wantsReceipts ? receipts(for: batch)[...] : []
        for outcome in batch.outcomes {
            switch outcome {
            case .answer(let answer, let submission): submission.respond(answer)
            case .receipt(let reply, _, let submission):
                submission.respond(
                    receipts.popFirst().map { .receipted(reply, $0) } ?? .reply(reply))
            case .publication(let publication): publisher.publish(publication, version: version)
            }
        }
        publisher.flush()
        if let number = batch.webhookNote { webhooks.confirm(number) }
        statistics.note(batch.verdicts)
    }

    /// The receipts that are asked for, in the order of the answers: one signature for all of them.
    /// Here, so that an answer with its receipt still comes before the change that it made.
    private func receipts(for batch: DecidedBatch) -> [SignedStatement] {
        let statements = batch.outcomes.compactMap { outcome -> String? in
            guard case .receipt(let reply, let auction, _) = outcome else { return nil }
            return ReceiptStatement.text(of: reply, on: auction)
        }
        guard !statements.isEmpty else { return [] }
        return notary.sign(
            statements, log: log.logID, head: batch.log.head, at: batch.finishedAt) ?? []
    }
}
