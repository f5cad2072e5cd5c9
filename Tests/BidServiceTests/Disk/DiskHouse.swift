import AuctionRules
import BidService
import DiskSimulation
import Foundation
import Ledger
import Synchronization
import Testing

/// A service over the real ledger on a disk that may fail, with a clock that the test sets.
final class DiskHouse: Sendable {
    let disk: SimulatedDisk
    let clock = ManualClock(Fixture.noon)
    let published = Recorder()
    let failures = Failures()
    let service: BidService

    static let path = "gavel.db"

    init(
        _ disk: SimulatedDisk = SimulatedDisk(), limits: ServiceLimits = .forTests,
        options: SQLiteLedger.Options = .init()
    ) throws {
        self.disk = disk
        var options = options
        options.disk = disk
        let failures = failures
        service = try BidService(
            limits: limits, clock: clock, publisher: published,
            onFailure: { failures.note($0) },
            openLog: { [options] () throws(LedgerError) in
                try SQLiteLedger(path: Self.path, options: options)
            })
    }

    /// What the service told of its log.
    final class Failures: Sendable {
        private let kept = Mutex<[LedgerError]>([])
        func note(_ error: LedgerError) { kept.withLock { $0.append(error) } }
        var all: [LedgerError] { kept.withLock { $0 } }
    }

    func open(_ lots: String..., for duration: Milliseconds? = 600_000) async throws {
        for name in ["A", "B"] {
            _ = await service.perform(.addBidder(Bidder(id: try BidderID(name))))
        }
        for lot in lots {
            let answer = await service.perform(
                .createAuction(try AuctionID(lot), try Fixture.terms(for: duration)))
            guard answer == .done else { throw Unexpected(answer) }
        }
    }

    func bid(_ bidder: String, _ amount: Int64, id: String? = nil) async throws -> Answer {
        await service.perform(try Fixture.bid(bidder, amount, id: id))
    }

    /// What a client does: the same id again, until there is a verdict. Time passes meanwhile.
    func repeated(_ bidder: String, _ amount: Int64, id: String) async throws -> Answer {
        while true {
            let answer = try await bid(bidder, amount, id: id)
            if answer != .refused(.unavailable), answer != .unknownOutcome { return answer }
            pass(1000)
            await Task.yield()
        }
    }

    func pass(_ time: Milliseconds) { clock.set(clock.now().advanced(by: time)) }

    func state(_ lot: String = "lot") throws -> PublicState {
        try require2(service.board.snapshot(of: try AuctionID(lot), for: nil)).state
    }

    /// Waits for something that comes about by itself while time passes, second by second: in each of
    /// them the service has gone a round.
    func wait(_ isThere: () throws -> Bool) async throws {
        let question = Command.status(
            BidKey(bidder: try BidderID("A"), id: try BidID("none")), on: try AuctionID("none"))
        while try !isThere() {
            pass(1000)
            _ = await service.perform(question)
        }
    }

    /// What is on the disk, read by somebody else after the end.
    func audit() throws -> House {
        service.stop()
        disk.clearFaults()
        let reader = try LedgerReader(path: Self.path, on: disk)
        #expect(try reader.integrityFaults() == [])
        let house = try reader.rebuild().house
        #expect(try Projection.check(house: house, reader: reader) == [])
        try reader.close()
        return house
    }
}
