import AuctionRules
import BidService
import DiskSimulation
import Ledger
import Testing

@Suite("The service with a failing clock", .timeLimit(.minutes(5)))
struct FailingClockTests {
    @Test(
        "A clock that jumps back and forth: no stamp runs backwards, no bid counts after an end",
        arguments: UInt64(1)...4)
    func jumps(seed: UInt64) async throws {
        var state = seed
        func random(_ range: ClosedRange<Int64>) -> Int64 {
            // Knuth's linear congruential generator: the same everywhere.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return range.lowerBound + Int64(state >> 33) % (range.upperBound - range.lowerBound + 1)
        }
        let house = try DiskHouse()
        try await house.open("lot", for: 7_200_000)
        var accepted = 0
        for step in 1...120 {
            let jump = step.isMultiple(of: 10) ? random(-3_600_000...3_600_000) : random(0...20_000)
            house.pass(jump)
            if step.isMultiple(of: 40) { house.disk.inject(.fail, at: .sync) }
            let bidder = step.isMultiple(of: 2) ? "A" : "B"
            let answer = try await house.repeated(bidder, Int64(step) * 1000, id: "k\(step)")
            if answer.isAccepted { accepted += 1 }
        }
        #expect(accepted > 0)
        let lot = try #require(try house.audit().auctions[AuctionID("lot")])
        #expect(lot.commitments.count == accepted)
        let end = try #require(lot.endsAt)
        let reader = try LedgerReader(path: DiskHouse.path, on: house.disk)
        var last = Fixture.noon
        try reader.entries(after: 0) { entry in
            #expect(entry.at >= last)
            last = entry.at
            if case .auction(_, .bidAccepted) = entry.event { #expect(entry.at < end) }
        }
        try reader.close()
    }

    @Test("A clock that is set back while the log is down puts the recovery off by nothing")
    func setBack() async throws {
        let house = try DiskHouse(limits: ServiceLimits())
        try await house.open("lot")
        house.disk.inject(.fail, at: .sync)
        house.disk.inject(.fail, at: .open, times: nil)
        #expect(try await house.bid("A", 5000, id: "k1") == .unknownOutcome)
        #expect(try await house.bid("A", 6000) == .refused(.unavailable))
        try await house.wait { house.failures.all.count >= 2 }
        house.disk.clearFaults()
        house.clock.set(Fixture.noon.advanced(by: -86_400_000))
        #expect(try await house.repeated("A", 5000, id: "k1").isAccepted)
        _ = try house.audit()
    }
}
