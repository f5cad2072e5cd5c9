import AuctionRules
import Foundation
import Ledger

/// The single writer: the only one who decides anything. Owns the house, the deadlines and the
/// batch in the making; they live on its thread and nowhere else.
///
/// Round by round it takes all that waits, decides it in the order of the stamps with what the
/// clock does in between, and hands the batch to the committer.
final class Writer {
    private let clock: any ServiceClock
    private let limits: ServiceLimits
    private let queue: CommandQueue
    private let committer: Committer
    private let board: PublicBoard
    private let publisher: any Publisher
    private let notary: Notary
    private let webhooks: WebhookNotes
    private let statistics: StatisticsBox
    private let space: SpaceWatch
    private let requestListeners: RequestListeners
    private let onFailure: @Sendable (LedgerError) -> Void
    private let onRecovery: @Sendable () -> Void
    private let openLog: @Sendable () throws(LedgerError) -> any BidLog

    private var house = House()
    private var deadlines = Deadlines()
    private var saltKey = SaltKey.random()
    private var batch = DecidedBatch(after: .empty, salts: .random())
    /// Whether the batch waits for the committer, which will wake us.
    private var isGrowing = false
    private var head = LogHead.empty
    private var lastBeat = Instant(milliseconds: 0)
    /// What the snapshot is made of beside the house: what has changed since, and each lot's latest
    /// public changes.
    private var snapshots: SnapshotKeeper
    private var recent: [AuctionID: RecentChanges] = [:]
    /// Whether the house is that of the log; not so between a failure and the next recovery.
    private var isSound = false
    private var recoveryPace: RecoveryPace
    /// Why the log could not be opened the last time.
    private var lastFailure: LedgerError?
    private var pausesForSpace = PausesForSpace()
    /// Whether somebody wants to hear of this round's requests.
    private var tellsRequests = false

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
        if isSound, committer.hasFailed { isSound = false }
        if !isSound {
            // Nothing of it happened, and nobody is to wait for that until the log is back.
            turnAway(committer.takeBack()?.commands ?? [])
            abandonBatch()
            if recoveryPace.isDue(at: clock.now()) { recover() }
        }
        if isSound {
            decide(taken)
        } else {
            turnAway(taken.entries.map { ($0.submission.command, $0.submission.respond) })
        }
        // What still waited when the log failed is answered, too.
        if taken.isClosed { turnAway(committer.stop()?.commands ?? []) }
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
        for entry in taken.entries {
            runDeadlines(by: entry.stamp)
            answer(entry)
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
    private var hasWork: Bool {
        !batch.isEmpty || isSound && (snapshots.isBehind(head) || webhooks.isUrgent)
    }

    /// While the disk is busy with the batch before, this one grows: a bid that comes meanwhile waits
    /// for one commit instead of two, and commits are fewer. The committer wakes the writer in time;
    /// and a batch that is half as large as can be is made ready for it beforehand. A lone bid finds
    /// the disk idle and never waits.
    private var isWorthFinishing: Bool {
        guard batch.size < limits.batchEntriesMax else { return true }
        return committer.isReady(forLarge: 2 * batch.size >= limits.batchEntriesMax)
    }

    /// What the clock does: each lot at its own millisecond, in order.
    private func runDeadlines(by instant: Instant) {
        while let (id, due) = deadlines.popDue(by: instant) {
            let decision = house.decide(.administer(id, .advanceClock), at: due)
            record(decision.events, at: house.time(of: due))
            if batch.log.count >= limits.batchEntriesMax { finishBatch(at: instant) }
        }
    }

    /// Pauses what is open while there is no room, and lets it go on when there is some again.
    private func followSpace(at instant: Instant) {
        let t = house.time(of: instant)
        for (id, command) in pausesForSpace.commands(after: space.sight, in: house) {
            record(house.decide(.administer(id, command), at: t).events, at: t)
            if batch.log.count >= limits.batchEntriesMax { finishBatch(at: instant) }
        }
    }

    private func answer(_ entry: CommandQueue.Entry) {
        let (command, respond) = (entry.submission.command, entry.submission.respond)
        // The sight is behind a lock, and no bid has to know it.
        if command.makesWork, case let sight = space.sight, sight.isLow {
            batch.outcomes.append(.answer(command.declined(with: sight.free), to: respond))
            batch.commands.append((command, respond))
            return
        }
        let decision = house.decide(command, at: entry.stamp)
        // The answer stands before the changes, on the wire too.
        let position = batch.outcomes.count
        record(decision.events, at: house.time(of: entry.stamp))
        let answer = answer(to: command, decision.answer)
        batch.verdicts.note(answer, to: command, isRepeat: decision.answer.isRepeat)
        if case .request = command { batch.arrivals.note(entry.arrival) }
        let outcome = outcome(of: entry.submission, answer)
        if case .receipt = outcome { batch.wantsReceipts = true }
        batch.outcomes.insert(outcome, at: position)
        if tellsRequests, !decision.answer.isRepeat,
            let judged = judged(command, answer, at: house.time(of: entry.stamp))
        {
            batch.outcomes.insert(.publication(.request(judged)), at: position + 1)
        }
        batch.commands.append((command, respond))
    }

    /// What those hear who listen for requests; nil when it was none, or on no lot.
    private func judged(_ command: Command, _ answer: Answer, at t: Instant) -> JudgedRequest? {
        guard case .request(let request, let id) = command else { return nil }
        let verdict: Verdict
        switch answer {
        case .reply(let reply), .receipted(let reply, _): verdict = reply.verdict
        case .refused(let refusal): verdict = .refused(refusal)
        case .notSeen, .done, .declined, .declinedAll, .unknownOutcome: return nil
        }
        return house.auctions.with(id) { $0.judged(request, verdict, at: t) }
    }

    private func outcome(of submission: Submission, _ answer: Answer) -> Outcome {
        switch (submission.command, answer) {
        case (.request(_, let id), .reply(let reply)) where submission.wantsReceipt,
            (.status(_, let id), .reply(let reply)) where submission.wantsReceipt:
            .receipt(reply, on: id, to: submission.respond)
        default: .answer(answer, to: submission.respond)
        }
    }

    private func answer(to command: Command, _ answer: Decision.Answer) -> Answer {
        switch answer {
        case .done:
            guard case .request(let request, let id) = command else { return .done }
            let reply = house.auctions.with(id) { auction in
                // Just given, in nearly every case; only then it need not be looked for.
                let newest = auction.newestReply
                return newest?.request == request ? newest : auction.reply(to: request.key)
            }
            guard let reply = reply ?? nil else {
                preconditionFailure("A decided request has left no reply")
            }
            return .reply(reply)
        case .repeated(let reply): return .reply(reply)
        case .notSeen: return .notSeen
        case .refused(let refusal): return .refused(refusal)
        case .declined(let objection): return .declined(objection)
        case .declinedAll(let objections): return .declinedAll(objections)
        }
    }

    // MARK: - The batch in the making

    /// Logs and applies events, and notes what they have for the outside.
    private func record(_ events: [Event], at t: Instant) {
        for (index, event) in events.enumerated() {
            guard case .auction(let id, let what) = event else {
                batch.log.record(event, at: t, in: &house)
                if case .house(let what) = event {
                    snapshots.note(nil, since: batch.log.expected)
                    batch.outcomes.append(.publication(.house(what)))
                    if case .signingKeyAdded = what { batch.signingKeys = house.signingKeys }
                }
                continue
            }
            let leaderBefore = what.isBid ? house.auctions.with(id) { $0.standing.leader } : nil
            batch.log.record(event, at: t, in: &house)
            let isLastOfItsSeq =
                index + 1 == events.count || !events[index + 1].shares(what.seq, of: id)
            house.auctions.with(id) {
                note(
                    what, of: $0, at: t, leaderBefore: leaderBefore ?? nil, isLast: isLastOfItsSeq)
            }
        }
    }

    private func note(
        _ event: AuctionEvent, of auction: Auction, at t: Instant, leaderBefore: BidderID?,
        isLast: Bool
    ) {
        if event.mayMoveDeadline { deadlines.note(auction) }
        if batch.touch(event, on: auction) {
            snapshots.note(auction.id, since: batch.log.expected)
        }
        switch event {
        case .created:
            batch.outcomes.append(.publication(.created(auction.publicState)))
        case .announced(let text):
            batch.outcomes.append(
                .publication(
                    .announcement(auction.id, sale: auction.terms.sale, text: text, at: t)))
        default: break
        }
        if isLast, let change = auction.publicChange(after: event, at: t) {
            batch.outcomes.append(.publication(.change(change)))
            recent[auction.id, default: RecentChanges()]
                .note(change, max: limits.keptChangesMax)
        }
        for notice in auction.privateNotices(after: event, leaderBefore: leaderBefore) {
            batch.outcomes.append(.publication(.notice(notice)))
        }
    }

    /// Hands the batch to the committer and starts the next one after it.
    private func finishBatch(at watermark: Instant) {
        guard hasWork else { return }
        defer { batch = DecidedBatch(after: head, salts: saltKey) }
        guard isSound else { return turnAway(batch.commands) }
        batch.lots = batch.touched.compactMap { id, bidders in
            house.auctions.with(id) { LotUpdate(of: $0, bidders: bidders, recent: recent[id]) }
        }
        if batch.arrivals.count > 0 {
            let now = ContinuousClock.now
            batch.decidedAt = now
            statistics.noteDecided(batch.arrivals, at: now)
        }
        batch.log.seal(with: house)
        batch.finishedAt = house.time(of: watermark)
        head = batch.log.head
        if !batch.log.isEmpty || batch.heartbeat != nil { lastBeat = watermark }
        batch.log.snapshot = snapshots.rows(of: house, at: head) { recent[$0]?.records }
        if let (rows, number) = webhooks.take() {
            batch.log.webhooks = rows
            batch.webhookNote = number
        }
        if !committer.hand(over: batch) {
            isSound = false
            turnAway(batch.commands)
        }
    }

    /// The log has failed: nothing of what was decided after it happened.
    private func abandonBatch() {
        turnAway(batch.commands)
        batch = DecidedBatch(after: head, salts: saltKey)
        isGrowing = false
    }

    private func turnAway(_ commands: [(command: Command, respond: Responder)]) {
        guard !commands.isEmpty else { return }
        for (command, respond) in commands { respond(command.unavailable) }
        publisher.flush()
    }

    // MARK: - From the log

    /// Throws away what is in memory and reads the log after a failure. Leaves `isSound` false when
    /// the log can't be had.
    ///
    /// What became due meanwhile is left to the round: commands wait that came in before it.
    private func recover() {
        do {
            committer.closeLog()
            let log = try openLog()
            statistics.note(.recovering)
            let now = try restore(from: log)
            finishBatch(at: now)
            recoveryPace.noteSuccess()
            lastFailure = nil
            statistics.note(.available)
            onRecovery()
        } catch {
            // Still not to be had: it is tried again after a pause, and until then all is turned away.
            statistics.note(error.isDamage ? .logDamaged : .logUnavailable)
            recoveryPace.noteFailure(at: clock.now())
            if error != lastFailure { onFailure(error) }
            lastFailure = error
        }
    }

    /// The start: like a recovery, but the caller hears of a fault, and no command waits.
    func start(with log: any BidLog) throws(LedgerError) {
        let now = try restore(from: log)
        runDeadlines(by: now)
        finishBatch(at: now)
    }

    /// Makes the house from the log, and applies the outage rule.
    ///
    /// - Returns: the time at which that was.
    private func restore(from log: any BidLog) throws(LedgerError) -> Instant {
        let restored = try RestoredState(from: log, limits)
        let start = ContinuousClock.now
        let house = restored.house
        let lastAlive = max(try log.lastHeartbeat() ?? house.lastInstant, house.lastInstant)
        self.house = house
        head = restored.head
        snapshots = restored.keeper
        recent = restored.recent
        deadlines = Deadlines(of: house)
        saltKey = log.newSaltKey()
        batch = DecidedBatch(after: head, salts: saltKey)
        space.look(at: log)
        pausesForSpace = PausesForSpace(house: house, recent: recent)
        let waiting = committer.resume(with: log)
        webhooks.takeBack()
        notary.follow(house.signingKeys)
        let (unseen, version) = board.reset(
            logID: log.logID, head: head, house: house, recent: recent)
        for publication in unseen { publisher.publish(publication, version: version) }
        publisher.flush()
        var restoration = restored.restoration
        restoration.publishing = .now - start
        statistics.note(restoration)
        isSound = true
        turnAway(waiting?.commands ?? [])
        let boot = max(clock.now(), lastAlive)
        lastBeat = boot
        if head != .empty {
            let decision = self.house.decideRecovery(
                heartbeat: lastAlive, boot: boot, reopenMin: limits.reopenMin)
            record(decision.events, at: self.house.time(of: boot))
        }
        return boot
    }
}

extension Event {
    /// Whether the event belongs to that public change of that lot.
    fileprivate func shares(_ seq: Int64?, of auction: AuctionID) -> Bool {
        if case .auction(auction, let event) = self { event.seq == seq } else { false }
    }
}

extension AuctionEvent {
    /// Whether it makes a leader, and may displace one.
    fileprivate var isBid: Bool {
        if case .bidAccepted = self { true } else { false }
    }

    /// Whether the lot's clock may have something to do at another time than before.
    fileprivate var mayMoveDeadline: Bool {
        switch self {
        case .bidAccepted, .bidRefused, .bidsVoided, .reserveLowered, .announced, .askSet,
            .fairWarned:
            false
        case .created, .opened, .extended, .paused, .resumed, .closed, .cancelled, .reopened: true
        }
    }
}

extension Decision.Answer {
    fileprivate var isRepeat: Bool {
        if case .repeated = self { true } else { false }
    }
}
