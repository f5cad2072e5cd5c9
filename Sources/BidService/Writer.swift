import AuctionRules
import Foundation
import Ledger

/// The single writer: the only one who decides anything. Owns the house, the deadlines and the
/// batch in the making; they live on its thread and nowhere else.
///
/// Round by round it takes all that waits, decides it in the order of the stamps with what the
/// clock does in between, and hands the batch to the committer.
///
/// What it does with one command, with the batch and with the log is in files of its own; the
/// properties are theirs, too, and nobody else's.
final class Writer {
    let clock: any ServiceClock
    let limits: ServiceLimits
    let keptChangesMax: Int
    let queue: CommandQueue
    let committer: Committer
    let board: PublicBoard
    let publisher: any Publisher
    let notary: Notary
    let webhooks: WebhookNotes
    let statistics: StatisticsBox
    let space: SpaceWatch
    let requestListeners: RequestListeners
    let onFailure: @Sendable (LedgerError) -> Void
    let onRecovery: @Sendable () -> Void
    let openLog: @Sendable () throws(LedgerError) -> any BidLog

    var house = House()
    var deadlines = Deadlines()
    var batch = DecidedBatch(after: .empty, salts: .random())
    var spaces = BatchSpaces()
    /// Whether the batch waits for the committer, which will wake us.
    var isGrowing = false
    var head = LogHead.empty
    var lastBeat = Instant(milliseconds: 0)
    /// What the snapshot is made of beside the house: what has changed since, and each lot's latest
    /// public changes, in the order of the house's lots.
    var snapshots: SnapshotKeeper
    var recent: [ChangeBook] = []
    /// Whether the house is that of the log; not so between a failure and the next recovery.
    var isSound = false
    var recoveryPace: RecoveryPace
    /// Why the log could not be opened the last time.
    var lastFailure: LedgerError?
    var pausesForSpace = PausesForSpace()
    /// Whether somebody wants to hear of this round's requests.
    var tellsRequests = false

    init(
        clock: any ServiceClock, limits: ServiceLimits, queue: CommandQueue,
        committer: Committer, board: PublicBoard, publisher: any Publisher, notary: Notary,
        webhooks: WebhookNotes, statistics: StatisticsBox, space: SpaceWatch,
        requestListeners: RequestListeners,
        onFailure: @escaping @Sendable (LedgerError) -> Void,
        onRecovery: @escaping @Sendable () -> Void,
        openLog: @escaping @Sendable () throws(LedgerError) -> any BidLog
    ) {
        self.clock = clock
        self.limits = limits
        keptChangesMax = limits.keptChangesMax
        snapshots = SnapshotKeeper(limits.snapshots)
        self.queue = queue
        self.committer = committer
        self.board = board
        self.publisher = publisher
        self.notary = notary
        self.webhooks = webhooks
        self.statistics = statistics
        self.space = space
        self.requestListeners = requestListeners
        self.onFailure = onFailure
        recoveryPace = RecoveryPace(limits)
        self.onRecovery = onRecovery
        self.openLog = openLog
    }

    // MARK: - Rounds

    /// The thread's body: rounds until the queue is closed and empty.
    func run() {
        while round(waitingUntil: wakeUp) {}
    }

    /// One round: takes what waits, or waits for it, and decides it.
    ///
    /// - Returns: false when it was the last one.
    func round(waitingUntil deadline: Instant) -> Bool {
        let taken = queue.take(
            max: max(1, limits.batchEntriesMax - batch.size), until: deadline)
        if isSound, committer.line.hasFailed { isSound = false }
        if !isSound {
            // Nothing of it happened, and nobody is to wait for that until the log is back.
            turnAway(committer.line.takeBack())
            abandonBatch()
            if recoveryPace.isDue(at: clock.now()) { recover() }
        }
        if isSound {
            decide(taken)
        } else {
            turnAway(taken.groups)
        }
        // What still waited when the log failed is answered, too.
        if taken.isClosed { turnAway(committer.line.close()) }
        return !taken.isClosed
    }

    private var wakeUp: Instant {
        guard isSound else { return recoveryPace.next(after: clock.now()) }
        // The snapshot is caught up with while nothing else is to do, and the committer is free.
        guard isGrowing || !snapshots.isBehind(head) else { return clock.now() }
        let beat = lastBeat.advanced(by: limits.heartbeatInterval)
        return min(deadlines.next ?? .latest, beat)
    }

    private func decide(_ taken: CommandQueue.Taken) {
        tellsRequests = requestListeners.isAny
        var ahead = Lookahead(taken.groups)
        for group in taken.groups {
            var requests = 0
            for submission in group.submissions {
                if deadlines.isAnyDue(by: group.stamp) {
                    // It may finish the batch that they are in.
                    batch.arrivals.note(requests, at: group.arrival)
                    requests = 0
                    runDeadlines(by: group.stamp)
                }
                if answer(submission, at: group.stamp, fetching: ahead.next()) { requests += 1 }
            }
            batch.arrivals.note(requests, at: group.arrival)
        }
        runDeadlines(by: taken.watermark)
        followSpace(at: taken.watermark)
        // Answers alone leave nothing on disk that tells how long the engine lived.
        let silence = taken.watermark.milliseconds(since: lastBeat)
        if batch.log.isEmpty, silence >= limits.heartbeatInterval {
            batch.heartbeat = taken.watermark
        }
        isGrowing = hasWork && !taken.isClosed && !isWorthFinishing
        if !isGrowing { finishBatch(at: taken.watermark) }
    }

    /// Whether there is something to be handed to the committer.
    var hasWork: Bool {
        !batch.isEmpty || isSound && (snapshots.isBehind(head) || webhooks.isUrgent)
    }

    /// While the log's thread is busy with the batch before, this one grows: a bid that comes meanwhile waits
    /// for one commit instead of two, and commits are fewer. The line wakes the writer in time;
    /// and a batch that is half as large as can be is made ready for it beforehand. A lone bid finds
    /// the thread idle and never waits.
    private var isWorthFinishing: Bool {
        guard batch.size < limits.batchEntriesMax else { return true }
        return committer.line.isReady(forLarge: 2 * batch.size >= limits.batchEntriesMax)
    }

    /// What the clock does: each lot at its own millisecond, in order.
    func runDeadlines(by instant: Instant) {
        while let (id, due) = deadlines.popDue(by: instant) {
            let decision = house.decide(.administer(id, .advanceClock), at: due)
            record(decision.events, at: house.time(of: due))
            if batch.log.count >= limits.clockEntriesMax { finishBatch(at: instant) }
        }
    }

    /// Pauses what is open while there is no room, and lets it go on when there is some again.
    private func followSpace(at instant: Instant) {
        let t = house.time(of: instant)
        for (id, command) in pausesForSpace.commands(after: space.sight, in: house) {
            record(house.decide(.administer(id, command), at: t).events, at: t)
            if batch.log.count >= limits.clockEntriesMax { finishBatch(at: instant) }
        }
    }
}
