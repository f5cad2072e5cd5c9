public import AuctionRules
import Foundation
public import Ledger
import Synchronization

/// The bid service: one queue in, one writer, one log, and out only what is on disk.
///
/// Two threads: the *writer* owns the house and decides (see `Writer`), the *committer* owns the log
/// and lets out what it has stored (see `Committer`). Everything else reads ``board``, which
/// shows what has been committed.
public final class BidService: Sendable {
    /// What has been published, for any thread to read.
    public let board: PublicBoard

    private let queue: CommandQueue
    private let statisticsBox = StatisticsBox()
    private let writerThread: ServiceThread

    /// Reads the log, applies the outage rule and goes to work. Throws when the log can't be had.
    ///
    /// - Parameters:
    ///   - openLog: opens the log; called again after the log has failed.
    ///   - clock: where the arrival stamps come from.
    ///   - publisher: who distributes what is committed.
    ///   - onFailure: told of a log that failed, on the log's thread.
    ///   - onRecovery: told that commands are taken again afterwards, on the writer's thread.
    public init(
        limits: ServiceLimits = ServiceLimits(), clock: any ServiceClock = SystemClock(),
        publisher: any Publisher = SilentPublisher(),
        onFailure: @escaping @Sendable (LedgerError) -> Void = { _ in },
        onRecovery: @escaping @Sendable () -> Void = {},
        openLog: @escaping @Sendable () throws(LedgerError) -> any BidLog
    ) throws(LedgerError) {
        let log = try openLog()
        board = PublicBoard(recentChangesMax: limits.recentChangesMax)
        let queue = CommandQueue(clock: clock, limit: limits.queuedCommandsMax)
        self.queue = queue
        let committer = Committer(
            log: log, board: board, publisher: publisher, statistics: statisticsBox,
            onFailure: { error in
                onFailure(error)
                queue.wake()
            })
        let committerThread = ServiceThread(name: "gavel-log") { committer.run() }
        let writer = Writer(
            clock: clock, limits: limits, queue: queue, committer: committer, board: board,
            publisher: publisher, statistics: statisticsBox, onRecovery: onRecovery,
            openLog: openLog)
        committerThread.start()
        do {
            try writer.start(with: log)
        } catch {
            _ = committer.stop()
            committerThread.join()
            throw error
        }
        let handover = Handover(writer)
        writerThread = ServiceThread(name: "gavel-writer") {
            handover.value.run()
            committerThread.join()
        }
        writerThread.start()
    }

    /// Puts a command into the queue, stamped with the time now.
    ///
    /// - Parameter respond: gets the answer once, when it is on disk; at once and on this thread
    ///   when the queue is full or closed.
    public func submit(_ command: Command, respond: @escaping Responder) {
        guard queue.submit(command, respond: respond) else {
            statisticsBox.noteTurnedAway()
            return respond(command.unavailable)
        }
    }

    /// Puts a command into the queue and waits for its answer.
    public func perform(_ command: Command) async -> Answer {
        await withCheckedContinuation { continuation in
            submit(command) { continuation.resume(returning: $0) }
        }
    }

    /// How many commands wait to be decided.
    public var queuedCommands: Int { queue.count }

    /// False while the log can't be written: nothing is accepted then.
    public var isAvailable: Bool { availability == .available }

    /// Whether commands are taken, and if not, why.
    public var availability: ServiceStatistics.Availability {
        statisticsBox.current.availability
    }

    public var statistics: ServiceStatistics { statisticsBox.current }

    /// Takes no more commands, finishes those that wait, and closes the log. Blocks until then;
    /// not for an event loop.
    public func stop() {
        queue.close()
        writerThread.join()
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

/// A named thread that can be waited for.
final class ServiceThread: @unchecked Sendable {
    // Sendable: `isDone` is used only while `condition` is locked; the rest never changes.
    private let name: String
    private let body: @Sendable () -> Void
    private let condition = NSCondition()
    private var isDone = false

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func start() {
        let thread = Thread { [self] in
            body()
            condition.lock()
            isDone = true
            condition.broadcast()
            condition.unlock()
        }
        thread.name = name
        thread.start()
    }

    func join() {
        condition.lock()
        while !isDone { condition.wait() }
        condition.unlock()
    }
}

/// Moves the writer to its thread.
private struct Handover: @unchecked Sendable {
    // Sendable: the writer is made on one thread and, from the start of its own on, used only there.
    let value: Writer

    init(_ value: Writer) { self.value = value }
}
