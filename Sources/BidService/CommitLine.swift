import AuctionRules
import Ledger

/// Where the batches are that the writer has decided, until they are let out: one may wait for the log's
/// thread, one is being written, and a few are written and wait for the disk. The writer, the log's thread
/// and the releasing one hand them on here, and wait for each other. A small batch that nothing is in the way of
/// need not be handed on: the writer claims the log.
///
/// A failure stops the line: nothing more is taken. Only once nothing is under way any more it is told, as
/// from then on the log is nobody's but the writer's.
final class CommitLine: @unchecked Sendable {
    // Sendable: all mutable state is used only while `monitor` is locked.

    /// How many batches may be written and not let out: one whose sync is under way, and one for the next.
    /// Each that is more makes bids wait for longer than the disk asks for.
    static let unreleasedMax = 2

    private let monitor: any Monitor
    /// Decided, and waits for the log's thread.
    private var slot: Commit?
    /// Whether the log's thread, or the writer in its place, has one in hand, and is still writing it.
    private var isBusy = false
    private var isWriting = false
    /// In the order of the log; nobody has them in hand.
    private var written: [Commit] = []
    /// How many the releasing thread has in hand.
    private var releasing = 0
    /// How many of those that are not let out bring a new signing key: what comes after is signed with it, or
    /// not at all, and waits until it is known.
    private var newKeys = 0
    /// Whether the writer has a batch that grows, and whether that is a large one; nil: it has none.
    private var awaited: Bool?
    /// Whether no further batch is taken, and why; and whether that has come to an end.
    private var isStopped = false
    private var failure: LedgerError?
    private var hasEnded = false
    /// Whether the service stops, orderly.
    private var isClosing = false
    /// How many batches were taken to be written and how many of them are done with, since the start.
    private var takenCount = 0
    private var doneCount = 0
    /// Whether readers may have seen something in the log that a failed sync has lost.
    private var isDoubtful = false
    /// Whether the log is to be moved to its final place behind the next batch, by the log's thread.
    private var isUntidy = false

    /// Called once after a failure, when nothing is under way any more.
    private let onFailure: @Sendable (LedgerError) -> Void
    /// Called when the writer waits for it, and the log's thread may be free.
    private let onReady: @Sendable () -> Void

    init(
        monitor: any Monitor, onFailure: @escaping @Sendable (LedgerError) -> Void,
        onReady: @escaping @Sendable () -> Void
    ) {
        self.monitor = monitor
        self.onFailure = onFailure
        self.onReady = onReady
    }

    private var unreleased: Int { written.count + releasing }
    private var isUnderWay: Bool { isBusy || unreleased > 0 }
    private var hasRoom: Bool { unreleased < Self.unreleasedMax && newKeys == 0 }
    /// Whether a batch that is handed over would be written now.
    private var isFree: Bool { !isWriting && hasRoom }
    /// Nothing will come any more.
    private var isOver: Bool { isClosing && !isUnderWay && (slot == nil || hasEnded) }

    /// Changes something under the lock, and then wakes and tells whoever it is for: nobody else, as a thread
    /// that is woken for nothing costs a lone bid more than all of this. Not under the lock: who wakes needs
    /// it at once, and would sleep again until it is free.
    private func change<Result>(_ body: () -> Result) -> Result {
        monitor.lock()
        let doneBefore = doneCount
        let result = body()
        var end: LedgerError?
        if let failure, !isUnderWay, !hasEnded {
            hasEnded = true
            end = failure
        }
        var isReady = false
        if let isLarge = awaited, slot == nil, isFree || isLarge {
            isReady = true
            awaited = nil
        }
        let isForWriter = slot == nil || hasEnded
        let isForLog = canTake || isOver
        let isForReleaser = !written.isEmpty || isOver
        let isForReaders = doneCount != doneBefore
        monitor.unlock()
        if isForWriter { monitor.wake(.writer) }
        if isForLog { monitor.wake(.log) }
        if isForReleaser { monitor.wake(.releaser) }
        if isForReaders { monitor.wake(.readers) }
        if let end { onFailure(end) }
        if isReady { onReady() }
        return result
    }

    // MARK: - For the writer

    /// Whether a batch need not wait for the log's thread, or is large enough to be the next one. If not,
    /// it had better grow: `onReady` is called when to ask again.
    ///
    /// - Parameter isLarge: the batch is worth a commit of its own, even though more may come.
    func isReady(forLarge isLarge: Bool) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !hasEnded, slot != nil || !isFree && !isLarge else { return true }
        awaited = isLarge
        return false
    }

    /// Takes the log for a batch that the writer itself writes and lets out, if nothing is in the way of that: it
    /// then does what the log's thread would with one that it has taken, up to ``finish(leavingUntidy:)``.
    func claim() -> Bool {
        change {
            guard slot == nil, !isStopped, !isUnderWay, !isUntidy else { return false }
            noteTaken()
            return true
        }
    }

    /// Hands a batch over; waits while the one before it still waits for the log's thread.
    ///
    /// - Returns: false when the log has failed: nothing of this batch happened.
    func hand(over commit: Commit) -> Bool {
        monitor.lock()
        while slot != nil, !hasEnded { monitor.wait(as: .writer) }
        monitor.unlock()
        // Nobody else puts one there.
        return change {
            guard !hasEnded else { return false }
            slot = commit
            return true
        }
    }

    /// Whether the log has failed, and nothing is under way any more.
    var hasFailed: Bool {
        monitor.lock()
        defer { monitor.unlock() }
        return hasEnded
    }

    /// Takes back the batch that was still waiting when the log failed; nothing of it happened.
    func takeBack() -> Commit? {
        monitor.lock()
        defer { monitor.unlock() }
        return hasEnded ? slot.take() : nil
    }

    /// Goes on after a failure.
    ///
    /// - Returns: as ``takeBack()``.
    func resume() -> Commit? {
        monitor.lock()
        defer { monitor.unlock() }
        isStopped = false
        failure = nil
        hasEnded = false
        // What was in the log has been written and synced once more.
        isDoubtful = false
        return slot.take()
    }

    /// Ends both threads when everything handed over is done, and waits until it is.
    ///
    /// - Returns: as ``takeBack()``.
    func close() -> Commit? {
        change { isClosing = true }
        monitor.lock()
        defer { monitor.unlock() }
        while slot != nil && !hasEnded || isUnderWay { monitor.wait(as: .writer) }
        return slot.take()
    }

    // MARK: - For the log's thread, or the writer in its place

    /// Waits for the next batch; nil when there will be none.
    func next() -> Commit? {
        while true {
            monitor.lock()
            while !canTake, !isOver { monitor.wait(as: .log) }
            let isOver = isOver
            monitor.unlock()
            if isOver { return nil }
            // A sync may have failed in between: then there is none yet.
            if let commit = take() { return commit }
        }
    }

    private var canTake: Bool { slot != nil && !isStopped && !isBusy && hasRoom }

    /// The next batch, if there is one that may be written now.
    func take() -> Commit? {
        change {
            guard canTake else { return nil }
            noteTaken()
            return slot.take()
        }
    }

    private func noteTaken() {
        isBusy = true
        isWriting = true
        takenCount += 1
    }

    /// Hands a batch on to the releasing thread; unless nothing waits for the log's thread and nothing is
    /// on its way to be let out: then who wrote it keeps it, and a lone bid does not wait for another thread.
    ///
    /// - Parameter keepsNone: not even then; for a test that decides itself what goes on at once.
    /// - Returns: whether who wrote it keeps it.
    func passOn(_ commit: Commit, keepsNone: Bool) -> Bool {
        change {
            if commit.failure != nil { isStopped = true }
            if commit.batch.signingKeys != nil { newKeys += 1 }
            if slot == nil, unreleased == 0, !keepsNone { return true }
            written.append(commit)
            isWriting = false
            return false
        }
    }

    /// What was kept is on disk: while it lets that out, the next one may come.
    func noteDurable() { change { isWriting = false } }

    /// Whoever had taken a batch is done with it.
    ///
    /// - Parameter isUntidy: the log should be moved to its final place, which takes too long for the writer: it
    ///   claims no batch until the log's thread has done that.
    func finish(leavingUntidy isUntidy: Bool = false) {
        change {
            isBusy = false
            isWriting = false
            self.isUntidy = isUntidy
        }
    }

    // MARK: - For whoever lets batches out

    /// Waits for batches that are written, and takes all of them; nil when there will be none.
    func nextWritten() -> [Commit]? {
        monitor.lock()
        while written.isEmpty, !isOver { monitor.wait(as: .releaser) }
        let commits = takeAllWritten()
        monitor.unlock()
        return commits.isEmpty ? nil : commits
    }

    /// All batches that are written; none when there is nothing, or somebody is still at the last ones.
    func takeWritten() -> [Commit] {
        monitor.lock()
        defer { monitor.unlock() }
        return releasing == 0 ? takeAllWritten() : []
    }

    /// Call with the lock held.
    private func takeAllWritten() -> [Commit] {
        releasing = written.count
        defer { written = [] }
        return written
    }

    /// A batch is let out, or those who wait for it have been told that it may be lost.
    ///
    /// - Parameter isKept: who wrote it had kept it.
    func noteDone(_ commit: Commit, isKept: Bool, isLost: Bool) {
        change {
            if isLost, commit.needsSync { isDoubtful = true }
            if !isKept { releasing -= 1 }
            if commit.batch.signingKeys != nil { newKeys -= 1 }
            doneCount += 1
        }
    }

    /// The log can't be used any more. To be called before anybody is told.
    ///
    /// - Returns: whether that was not known.
    func note(_ error: LedgerError) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        isStopped = true
        guard failure == nil else { return false }
        failure = error
        return true
    }

    // MARK: - For others

    /// Waits until everything is let out that may be in the log now.
    ///
    /// - Returns: false when a sync has failed: what was read of the log may be lost.
    func settle() -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        let count = takenCount
        while doneCount < count { monitor.wait(as: .readers) }
        return !isDoubtful
    }
}
