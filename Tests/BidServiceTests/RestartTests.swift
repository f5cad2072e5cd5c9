import AuctionRules
import BidService
import Ledger
import Testing

@Suite("Restart and recovery: the log is the truth")
struct RestartTests {
    @Test("After a restart the lot goes on, and a repeated id gets its reply word for word")
    func goesOn() async throws {
        let first = try Fixture()
        try await first.openLot()
        let original = try await first.bid("A", 5000, id: "k1")
        let refused = try await first.bid("B", 1, id: "k2")
        let before = try first.state()

        let second = try first.restarted()
        #expect(try second.state() == before)
        #expect(try await second.bid("A", 5000, id: "k1") == original)
        #expect(try await second.bid("B", 1, id: "k2") == refused)
        #expect(try await second.bid("A", 6000, id: "k1") == .refused(.idempotencyConflict))
        #expect(try await second.bid("B", 6000).reply != nil)
        #expect(try second.state().price?.minorUnits == 5100)
        second.service.stop()
    }

    @Test("A close that was missed is made up for, at its own time")
    func missedClose() async throws {
        let first = try Fixture()
        try await first.openLot(for: 1000)
        _ = try await first.bid("A", 5000)
        first.service.stop()
        first.clock.set(Fixture.noon.advanced(by: 90_000))
        let second = try Fixture(log: first.log, clock: first.clock)
        await second.published.waitForStatus(.closed)
        #expect(try second.state().outcome == "sold")
        #expect(second.published.changes.last?.at == Fixture.noon.advanced(by: 1000))
        second.service.stop()
    }

    @Test("T15: a lot whose last seconds were not reachable gets its time back")
    func outage() async throws {
        let first = try Fixture()
        try await first.openLot(for: 60_000)
        // The last sign of life is 50 s before the end.
        first.clock.set(Fixture.noon.advanced(by: 10_000))
        _ = try await first.bid("A", 5000)
        first.service.stop()
        first.clock.set(Fixture.noon.advanced(by: 300_000))
        var limits = ServiceLimits.forTests
        limits.reopenMin = 300_000
        let second = try Fixture(log: first.log, clock: first.clock, limits: limits)
        await second.published.wait { !$0.isEmpty }
        let change = try #require(second.published.changes.first)
        #expect(change.kind == .status(reason: "outage"))
        #expect(change.state.endsAt == Fixture.noon.advanced(by: 600_000))
        #expect(try await second.bid("B", 9000).isAccepted)
        second.service.stop()
    }

    @Test("A failed commit stops the writer; it comes back with what the log holds")
    func failedCommit() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        fixture.log.memory.failAppend()
        #expect(try await fixture.bid("A", 5000, id: "k1") == .unknownOutcome)
        let again = try await fixture.repeated("A", 5000, id: "k1")
        #expect(again.isAccepted)
        #expect(again.reply?.at == Fixture.noon)
        #expect(try fixture.state().seq == 2)
        #expect(fixture.service.isAvailable)
        #expect(fixture.service.statistics.logFailures == 1)
        fixture.service.stop()
    }

    @Test("A commit that failed and is on disk all the same: counted once, published, answered")
    func failedCommitThatHolds() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        fixture.log.memory.failAppend(keepsBatch: true)
        #expect(try await fixture.bid("A", 5000, id: "k1") == .unknownOutcome)
        let again = try await fixture.repeated("A", 5000, id: "k1")
        #expect(again.isAccepted)
        fixture.service.stop()
        #expect(fixture.published.changes.map(\.state.seq) == [1, 2])
        let (house, _) = try fixture.log.memory.rebuilt()
        #expect(try #require(house.auctions[AuctionID("lot")]).commitments.count == 1)
    }

    @Test("A stopped service takes nothing more")
    func stopped() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        await fixture.service.shutdown()
        #expect(try await fixture.bid("A", 5000) == .refused(.unavailable))
    }
}

extension Fixture {
    /// What a client does: the same id again, until there is an answer.
    func repeated(_ bidder: String, _ amount: Int64, id: String) async throws -> Answer {
        while true {
            let answer = try await bid(bidder, amount, id: id)
            if answer != .refused(.unavailable), answer != .unknownOutcome { return answer }
            await Task.yield()
        }
    }
}
