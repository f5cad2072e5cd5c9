public import AuctionRules
import Foundation
public import Ledger
public import Proof
import Synchronization

/// The bid service: one queue in, one writer, one log, and out only what is on disk.
///
/// Three threads: the *writer* owns the house and decides (see `Writer`), the *committer* owns the log
/// and writes to it (see `Committer`), the *releaser* waits for the disk and lets out what is durable (see
/// `Releaser`). A small batch that finds nothing under way never leaves the writer's thread. Everything else
/// reads ``board``, which shows what has been let out.
public final class BidService: Sendable {
    /// What has been published, for any thread to read.
    public let board: PublicBoard

    /// Who wants to hear of requests.
    public let requestListeners = RequestListeners()

    private let queue: CommandQueue
    private let notary = Notary()
    private let webhooks = WebhookNotes()
    private let statisticsBox = StatisticsBox()
    private let space: SpaceWatch
    private let line: CommitLine
    private let runner: any ServiceRunner

    /// Reads the log, applies the outage rule and goes to work. Throws when the log can't be had.
    ///
    /// - Parameters:
    ///   - openLog: opens the log; called again after the log has failed.
    ///   - clock: where the arrival stamps come from.
    ///   - publisher: who distributes what is committed.
    ///   - scheduling: of the service's threads.
    ///   - onFailure: told of a log that failed, on the service's thread that has found out; and why it can't be
    ///     opened again, on the writer's.
    ///   - onRecovery: told that commands are taken again afterwards, on the writer's thread.
    ///   - onSpace: told that the log's disk is nearly full, and that there is room again, with the
    ///     free bytes; on the log's thread or the writer's.
    public convenience init(
        limits: ServiceLimits = ServiceLimits(), clock: any ServiceClock = SystemClock(),
        publisher: any Publisher = SilentPublisher(), scheduling: Scheduling = .normal,
        onFailure: @escaping @Sendable (LedgerError) -> Void = { _ in },
        onRecovery: @escaping @Sendable () -> Void = {},
        onSpace: @escaping @Sendable (_ isLow: Bool, _ free: Int64) -> Void = { _, _ in },
        openLog: @escaping @Sendable () throws(LedgerError) -> any BidLog
    ) throws(LedgerError) {
        try self.init(
            limits: limits, clock: clock, publisher: publisher, onFailure: onFailure,
            onRecovery: onRecovery, onSpace: onSpace, runner: ThreadRunner(scheduling: scheduling),
            openLog: openLog)
    }

    /// - Parameter runner: what the writer, the committer and the releaser run on.
    init(
        limits: ServiceLimits, clock: any ServiceClock, publisher: any Publisher,
        onFailure: @escaping @Sendable (LedgerError) -> Void,
        onRecovery: @escaping @Sendable () -> Void,
        onSpace: @escaping @Sendable (_ isLow: Bool, _ free: Int64) -> Void = { _, _ in },
        runner: any ServiceRunner,
        openLog: @escaping @Sendable () throws(LedgerError) -> any BidLog
    ) throws(LedgerError) {
        let log = try openLog()
        board = PublicBoard(recentChangesMax: limits.recentChangesMax)
        let queue = CommandQueue(clock: clock, limit: limits.queuedCommandsMax)
        self.queue = queue
        self.runner = runner
        space = SpaceWatch(limits: limits, clock: clock, onChange: onSpace)
        line = CommitLine(
            monitor: runner.monitor,
            onFailure: { error in
                onFailure(error)
                queue.wake()
            }, onReady: { queue.wake() })
        let releaser = Releaser(
            log: log, line: line, board: board, publisher: publisher, notary: notary,
            webhooks: webhooks, statistics: statisticsBox)
        let committer = Committer(
            log: log, line: line, releaser: releaser, notary: notary, statistics: statisticsBox,
            space: space)
        let writer = Writer(
            clock: clock, limits: limits, queue: queue, committer: committer, board: board,
            publisher: publisher, notary: notary, webhooks: webhooks, statistics: statisticsBox,
            space: space, requestListeners: requestListeners, onFailure: onFailure,
            onRecovery: onRecovery, openLog: openLog)
        runner.run(committer)
        runner.run(releaser)
        do {
            try writer.start(with: log)
        } catch {
            _ = line.close()
            runner.join()
            throw error
        }
        runner.run(writer)
    }

    /// Puts a command into the queue, stamped with the time now.
    ///
    /// - Parameters:
    ///   - wantsReceipt: for a request, or the status of one: whether its final verdict is to be
    ///     answered with a signed receipt. Without a signing key there is none.
    ///   - respond: gets the answer once, when it is on disk; at once and on this thread when the
    ///     queue is full or closed.
    public func submit(
        _ command: Command, wantsReceipt: Bool = false, respond: @escaping Responder
    ) {
        submit([Submission(command, wantsReceipt: wantsReceipt, respond: respond)])
    }

    /// Puts commands that came together into the queue, in their order and stamped with the time now.
    ///
    /// - Returns: false when the queue is full or closed: those that did not go in have been answered.
    @discardableResult
    public func submit(_ submissions: [Submission]) -> Bool {
        let turnedAway = submissions.dropFirst(queue.submit(submissions))
        for submission in turnedAway {
            statisticsBox.noteTurnedAway()
            submission.respond(submission.command.unavailable)
        }
        return turnedAway.isEmpty
    }

    /// Puts a command into the queue and waits for its answer.
    public func perform(_ command: Command, wantsReceipt: Bool = false) async -> Answer {
        await withCheckedContinuation { continuation in
            submit(command, wantsReceipt: wantsReceipt) { continuation.resume(returning: $0) }
        }
    }

    // MARK: - Webhooks

    /// Stores what receivers of webhooks have been told and are owed, by the log's own connection.
    ///
    /// - Parameters:
    ///   - isUrgent: somebody waits for it. Otherwise it goes along with the next commit, which comes
    ///     within a heartbeat's interval.
    ///   - respond: told once whether it is on disk; not, only when the service has ended before. Called on
    ///     one of the service's threads or this one; must not block.
    public func store(
        _ rows: WebhookRows, isUrgent: Bool,
        respond: @escaping @Sendable (_ isStored: Bool) -> Void = { _ in }
    ) {
        if webhooks.add(rows, isUrgent: isUrgent, respond: respond) { queue.wake() }
    }

    // MARK: - Signing

    /// Signs with this key from now on: at once when the log's newest key is its public one,
    /// otherwise as soon as the log has it.
    ///
    /// - Returns: ``Answer/done``; or ``Answer/declined(_:)`` for a key that was replaced by another
    ///   one before, and when the log can't be written.
    public func use(_ key: SigningKey) async -> Answer {
        await withCheckedContinuation { continuation in
            use(key) { continuation.resume(returning: $0) }
        }
    }

    /// As ``use(_:)``, for somebody who does not wait.
    func use(_ key: SigningKey, respond: @escaping Responder) {
        notary.give(key)
        submit(.addSigningKey(key.publicKey), respond: respond)
    }

    /// Signs statements together, with where the log stands now, and at the time of its newest entry.
    ///
    /// - Returns: nil when there is no key to sign with.
    public func sign(_ statements: [String]) -> [SignedStatement]? {
        let (log, head, t, key) = board.placeToSign
        guard let key else { return nil }
        return notary.sign(statements, log: log, head: head, at: t, with: key)
    }

    /// How many commands wait to be decided.
    public var queuedCommands: Int { queue.count }

    /// False while the log can't be written: nothing is accepted then.
    public var isAvailable: Bool { availability == .available }

    /// Whether commands are taken, and if not, why.
    public var availability: ServiceStatistics.Availability {
        statisticsBox.current.availability
    }

    public var statistics: ServiceStatistics {
        var statistics = statisticsBox.current
        statistics.freeSpace = space.sight.free
        statistics.isDiskNearlyFull = space.sight.isLow
        return statistics
    }

    /// Waits until everything is let out that whoever reads the log beside the service may have seen in it: it is
    /// there for a moment before it is durable. Blocks until then; not for an event loop.
    ///
    /// - Returns: false when a sync has failed: what was read may be lost.
    public func settle() -> Bool { line.settle() }

    /// Whether lots are paused and new ones are refused, because the log's disk is nearly full.
    public var isDiskNearlyFull: Bool { space.sight.isLow }

    /// Takes no more commands, finishes those that wait, and closes the log. Blocks until then;
    /// not for an event loop.
    public func stop() {
        queue.close()
        runner.join()
        webhooks.close()
    }

    /// Like ``stop()``, from an asynchronous context.
    public func shutdown() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.stop()
                continuation.resume()
            }
        }
    }
}
