import AuctionRules
import BidService
import Dispatch
import Foundation
import Ledger
import Synchronization

extension Component {
    /// Bids by 64 bidders through the whole service but for the disk and the network: queue, decision, record,
    /// batch, board and answer.
    func service(_ units: Int, _ most: Int, lots: Int) throws {
        try bids(units, most, lots: lots, together: 256) { UnwrittenLog() }
    }

    /// The same with the log on disk, each bid alone.
    func loneBids(_ units: Int, _ most: Int, in folder: URL) throws {
        let path = folder.appending(path: "lone.db").path()
        try bids(units, most, lots: 16, together: 1) { () throws(LedgerError) in
            try SQLiteLedger(path: path, options: .server)
        }
    }

    private func bids(
        _ units: Int, _ most: Int, lots: Int, together count: Int,
        on log: @escaping @Sendable () throws(LedgerError) -> any BidLog
    ) throws {
        let scene = try Scene(lots: lots, bidders: 64)
        let service = try BidService(clock: ManualClock(scene.noon), openLog: log)
        try require(
            service.answer(to: .all(scene.bidders.map { .addBidder(Bidder(id: $0)) })) == .done)
        try require(
            service.answer(to: .all(scene.lots.map { .createAuction($0, scene.terms) })) == .done)
        let bids = try scene.risingBids(most).prefix(units)
        // A batch each, as what comes together is decided together.
        for start in stride(from: 0, to: units, by: count) {
            let group = AnswersInGroup(count: count)
            service.submit(bids[start..<start + count].map { CountedBid($0, in: group) })
            group.wait()
        }
        service.stop()
        try require(service.statistics.bidsAccepted == Int64(units))
    }
}

extension BidService {
    fileprivate func answer(to command: Command) -> Answer? {
        let answer = Mutex<Answer?>(nil)
        let isAnswered = DispatchSemaphore(value: 0)
        submit(command) { given in
            answer.withLock { $0 = given }
            isAnswered.signal()
        }
        isAnswered.wait()
        return answer.withLock { $0 }
    }
}

/// Waits until all of a group have their answers.
private final class AnswersInGroup: Sendable {
    private let missing: Atomic<Int>
    private let isComplete = DispatchSemaphore(value: 0)

    init(count: Int) { missing = Atomic(count) }

    func wait() { isComplete.wait() }

    func note() {
        if missing.subtract(1, ordering: .relaxed).newValue == 0 { isComplete.signal() }
    }
}

/// A bid like a connection's: one object that gets its own answer.
private final class CountedBid: Submission, @unchecked Sendable {
    // Sendable: nothing of it ever changes.
    private let group: AnswersInGroup

    init(_ command: Command, in group: AnswersInGroup) {
        self.group = group
        super.init(command)
    }

    override func respond(_ answer: Answer) { group.note() }
}

/// A log that keeps nothing: what is written to a disk is another component's.
private final class UnwrittenLog: BidLog {
    let logID = "unwritten"

    func append(_ batch: LogBatch) {}

    func entries(after position: Int64, _ body: (LogEntry) throws -> Void) {}

    func reply(to key: BidKey, on auction: AuctionID) -> Reply? { nil }

    func beat(at t: Instant) {}

    func lastHeartbeat() -> Instant? { nil }

    func checkpoint(isIdle: Bool) {}

    func close() {}
}
