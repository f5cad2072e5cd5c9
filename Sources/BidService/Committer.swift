import AuctionRules
import Ledger
import Proof

/// The log's thread: makes decided batches durable, one after the other, and only then lets out what
/// they hold. While it waits for the disk, the writer decides the next batch.
///
/// A failed append is a stop: nothing of that batch is answered but `unknownOutcome`, nothing
/// after it is tried, and the log is not touched again until the writer has read it afresh.
final class Committer: @unchecked Sendable {
    // Sendable: `slot`, `isBusy`, `failed` and `isStopping` are used only while `monitor` is
    // locked; `log` and `signer` are used only by this committer's thread, or, while that thread is
    // known to be idle or failed, by the writer's.

    private let monitor: any Monitor
    private var slot: DecidedBatch?
    private var isBusy = false
    private var failed = false
    private var isStopping = false

    private var log: any BidLog
    private var signer = CertificateSigner()
    private let board: PublicBoard
    private let publisher: any Publisher
    private let notary: Notary
    private let statistics: StatisticsBox
    private let space: SpaceWatch
    /// Called once after a failed append.
    private let onFailure: @Sendable (LedgerError) -> Void

    init(
        log: any BidLog, board: PublicBoard, publisher: any Publisher, notary: Notary,
        statistics: StatisticsBox, space: SpaceWatch, monitor: any Monitor,
        onFailure: @escaping @Sendable (LedgerError) -> Void
    ) {
        self.log = log
        self.board = board
        self.publisher = publisher
        self.notary = notary
        self.statistics = statistics
        self.space = space
        self.monitor = monitor
        self.onFailure = onFailure
    }

    /// Hands a batch over; waits while the one before it still waits for the disk.
    ///
    /// - Returns: false when the log has failed: nothing of this batch happened.
    func hand(over batch: DecidedBatch) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        while slot != nil, !failed { monitor.wait() }
        guard !failed else { return false }
        slot = batch
        monitor.broadcast()
        return true
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
        defer { monitor.unlock() }
        while true {
            if let batch = take() { return batch }
            if isStopping { return nil }
            monitor.wait()
        }
    }

    /// Commits the batch that was handed over.
    ///
    /// - Returns: false when there is none, or none can be committed any more.
    func step() -> Bool {
        monitor.lock()
        let batch = take()
        monitor.unlock()
        guard let batch else { return false }
        finish(batch)
        return true
    }

    /// Takes the batch that was handed over. Call with the lock held.
    private func take() -> DecidedBatch? {
        guard !failed, let batch = slot else { return nil }
        slot = nil
        isBusy = true
        monitor.broadcast()
        return batch
    }

    private func finish(_ batch: DecidedBatch) {
        let error = commit(batch)
        monitor.lock()
        isBusy = false
        if error != nil { failed = true }
        monitor.broadcast()
        monitor.unlock()
        if let error { onFailure(error) }
    }

    private func commit(_ batch: DecidedBatch) -> LedgerError? {
        var batch = batch
        do {
            if let heartbeat = batch.heartbeat {
                try log.beat(at: heartbeat)
                try log.checkpointIfIdle()
            }
            try signer.sign(&batch, by: notary, of: log)
            let start = ContinuousClock.now
            if batch.log.hasRows { try log.append(batch.log) }
            if !batch.log.isEmpty {
                statistics.noteCommit(entries: batch.log.count, took: .now - start)
            }
        } catch {
            statistics.noteFailure()
            for (_, respond) in batch.commands { respond(.unknownOutcome) }
            publisher.flush()
            return error
        }
        space.look(at: log)
        release(batch)
        return nil
    }

    /// Lets out what is on disk now: the board first, so that nobody gets a change that a snapshot
    /// taken afterwards would not know.
    private func release(_ batch: DecidedBatch) {
        let version = board.update(with: batch)
        if let keys = batch.signingKeys { notary.follow(keys) }
        statistics.noteDurable(batch.decisions)
        // Most commits have nobody who asked for one.
        var receipts = batch.wantsReceipts ? receipts(for: batch)[...] : []
        for outcome in batch.outcomes {
            switch outcome {
            case .answer(let answer, let respond): respond(answer)
            case .receipt(let reply, _, let respond):
                respond(receipts.popFirst().map { .receipted(reply, $0) } ?? .reply(reply))
            case .publication(let publication): publisher.publish(publication, version: version)
            }
        }
        publisher.flush()
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
