import AuctionRules
import BidService
import Foundation
import Ledger
import Synchronization

/// A service over a log in memory, with a clock that the test sets.
final class Fixture: Sendable {
    let log: GatedLog
    let clock: ManualClock
    let published = Recorder()
    let service: BidService

    static let noon = Instant(milliseconds: 1_800_000_000_000)

    init(
        log: GatedLog = GatedLog(), clock: ManualClock = ManualClock(noon),
        limits: ServiceLimits = .forTests
    ) throws {
        self.log = log
        self.clock = clock
        service = try BidService(limits: limits, clock: clock, publisher: published) {
            () throws(LedgerError) in
            log.memory.reopen()
            return log
        }
    }

    /// A service that goes on with the same log, as after a restart.
    func restarted(limits: ServiceLimits = .forTests) throws -> Fixture {
        service.stop()
        return try Fixture(log: log, clock: clock, limits: limits)
    }

    /// Bidders `A` to `E` and an open English lot of USD 10.00 that ends at noon + `duration`.
    func openLot(
        _ id: String = "lot", for duration: Milliseconds? = 60_000,
        _ change: (inout Terms) -> Void = { _ in }
    ) async throws {
        for name in ["A", "B", "C", "D", "E"] {
            _ = await service.perform(.addBidder(Bidder(id: try BidderID(name))))
        }
        let terms = try Self.terms(for: duration, change)
        let answer = await service.perform(.createAuction(try AuctionID(id), terms))
        guard answer == .done else { throw Unexpected(answer) }
    }

    static func terms(
        for duration: Milliseconds?, _ change: (inout Terms) -> Void = { _ in }
    ) throws -> Terms {
        var terms = Terms(
            title: "A lot", currency: try require2(Currency(code: "USD")),
            start: try require2(Amount(minorUnits: 1000)), increments: IncrementPreset.ebayUS.table,
            opensAt: noon, closesAt: duration.map { noon.advanced(by: $0) })
        change(&terms)
        return terms
    }

    func bid(
        _ bidder: String, _ amount: Int64, id: String? = nil, on lot: String = "lot"
    ) async throws -> Answer {
        await service.perform(try Self.bid(bidder, amount, id: id, on: lot))
    }

    static func bid(
        _ bidder: String, _ amount: Int64, id: String? = nil, on lot: String = "lot"
    ) throws -> Command {
        let request = BidRequest(
            bidder: try BidderID(bidder), id: try BidID(id ?? "\(bidder)-\(amount)"),
            action: .bid(.max, amount: try require2(Amount(minorUnits: amount))))
        return .request(request, on: try AuctionID(lot))
    }

    func state(_ lot: String = "lot") throws -> PublicState {
        try require2(service.board.snapshot(of: try AuctionID(lot), for: nil)).state
    }
}

extension ServiceLimits {
    /// No outage rule, so that a restart changes nothing by itself.
    static var forTests: ServiceLimits {
        var limits = ServiceLimits()
        limits.reopenMin = 0
        limits.recoveryInterval = 1
        return limits
    }

    /// The same, and even a lone bid goes to the log's thread: the writer goes on meanwhile.
    static var handingOver: ServiceLimits {
        var limits = forTests
        limits.atOnceEntriesMax = 0
        return limits
    }
}

struct Unexpected: Error {
    let what: String
    init(_ what: Any) { self.what = String(describing: what) }
}

/// `#require` for places that are no test.
func require2<T>(_ value: T?) throws -> T {
    guard let value else { throw Unexpected("nil \(T.self)") }
    return value
}

/// A log whose appends wait for the test, so that a test can look at what has not happened yet.
final class GatedLog: BidLog {
    let memory = MemoryLog()
    private let gate = Turnstile()
    /// Where whoever reads the log waits.
    let readingGate = Turnstile()
    private let sizes = Mutex<[Int]>([])

    /// How many entries each batch had that was appended.
    var batches: [Int] { sizes.withLock { $0 } }

    var logID: String { memory.logID }

    func shut() { gate.shut() }
    func open() { gate.open() }

    /// Waits until an append stands before the gate.
    func waitForAppend() { gate.waitForArrival() }

    func append(_ batch: LogBatch) throws(LedgerError) {
        gate.pass()
        try memory.append(batch)
        sizes.withLock { $0.append(batch.count) }
    }

    func entries(
        after position: Int64, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        readingGate.pass()
        try memory.entries(after: position, body)
    }

    func reply(to key: BidKey, on auction: AuctionID) throws(LedgerError) -> Reply? {
        try memory.reply(to: key, on: auction)
    }

    func unsignedCertificates(max: Int) throws(LedgerError) -> [Certificate] {
        try memory.unsignedCertificates(max: max)
    }

    func beat(at t: Instant) throws(LedgerError) { try memory.beat(at: t) }
    func lastHeartbeat() throws(LedgerError) -> Instant? { try memory.lastHeartbeat() }
    func checkpoint(isIdle: Bool) throws(LedgerError) {}
    func close() throws(LedgerError) { try memory.close() }
}

/// A place where one thread waits until the test lets it pass.
final class Turnstile: Sendable {
    private struct State {
        var isShut = false
        var waiting = 0
    }

    private let condition = NSCondition()
    private let state = Mutex(State())

    func shut() { state.withLock { $0.isShut = true } }

    func open() {
        condition.lock()
        state.withLock { $0.isShut = false }
        condition.broadcast()
        condition.unlock()
    }

    func pass() {
        condition.lock()
        state.withLock { $0.waiting += 1 }
        condition.broadcast()
        while state.withLock({ $0.isShut }) { condition.wait() }
        state.withLock { $0.waiting -= 1 }
        condition.unlock()
    }

    func waitForArrival() {
        condition.lock()
        while state.withLock({ $0.waiting }) == 0 { condition.wait() }
        condition.unlock()
    }
}

/// A clock whose steps wake nobody: time passes only for whoever looks.
final class SilentClock: ServiceClock {
    private let state: Mutex<Instant>

    init(_ now: Instant) { state = Mutex(now) }

    func now() -> Instant { state.withLock { $0 } }
    func set(_ now: Instant) { state.withLock { $0 = now } }
    func wakeUp(for instant: Instant) -> Date { Date(timeIntervalSinceNow: Self.sleepMax) }
    func onStep(_ wake: @escaping @Sendable () -> Void) {}
}

/// Keeps what was published, and what was answered, in one order.
final class Recorder: Publisher {
    enum Item: Equatable {
        case answer(Answer)
        case change(PublicChange)
        case notice(PrivateNotice)
        case created(AuctionID)
        case revoked(TokenHash)
        case request(JudgedRequest)
        case other
    }

    private let condition = NSCondition()
    private let kept = Mutex<[Item]>([])

    var items: [Item] { kept.withLock { $0 } }

    var changes: [PublicChange] {
        items.compactMap { if case .change(let change) = $0 { change } else { nil } }
    }

    func publish(_ publication: Publication, version: Int64) {
        switch publication {
        case .change(let change): note(.change(change))
        case .notice(let notice): note(.notice(notice))
        case .created(let state): note(.created(state.auction))
        case .house(.tokenRevoked(let hash)): note(.revoked(hash))
        case .request(let request): note(.request(request))
        case .announcement, .house: note(.other)
        }
    }

    func flush() {}

    func note(_ item: Item) {
        condition.lock()
        kept.withLock { $0.append(item) }
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until what was kept is as wanted.
    func wait(until isWanted: @escaping @Sendable ([Item]) -> Bool) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                condition.lock()
                while !isWanted(items) { condition.wait() }
                condition.unlock()
                continuation.resume()
            }
        }
    }

    func waitForStatus(_ status: AuctionStatus, of lot: String = "lot") async {
        await wait { items in
            items.contains {
                guard case .change(let change) = $0 else { return false }
                return change.state.auction.text == lot && change.state.status == status
            }
        }
    }
}
