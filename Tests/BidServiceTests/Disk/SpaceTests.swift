import AuctionRules
import BidService
import DiskSimulation
import Ledger
import Synchronization
import Testing

@Suite("Free space on the disk is watched", .timeLimit(.minutes(5)))
struct SpaceTests {
    static let limit: Int64 = 1 << 20

    static var limits: ServiceLimits {
        var limits = ServiceLimits.forTests
        limits.freeSpaceMin = Int(limit)
        return limits
    }

    /// A house whose heartbeats don't let the write-ahead log grow for long.
    private static func house(
        _ disk: SimulatedDisk = SimulatedDisk(), limits: ServiceLimits = limits
    ) throws -> DiskHouse {
        var options = SQLiteLedger.Options()
        options.checkpoints.idlePages = 10
        return try DiskHouse(disk, limits: limits, options: options)
    }

    private static func leave(_ free: Int64, on house: DiskHouse) {
        house.disk.capacity = house.disk.used + free
    }

    @Test("Below the limit open lots are paused with a reason, and resume when there is room again")
    func pauses() async throws {
        let house = try Self.house()
        try await house.open("lot", "other")
        let administrator = Command.administer(
            try AuctionID("other"), .pause(reason: "A question"))
        #expect(await house.service.perform(administrator) == .done)
        #expect(try await house.bid("A", 5000).isAccepted)
        let remaining = try #require(try house.state().endsAt).milliseconds(
            since: house.clock.now())

        Self.leave(Self.limit - 1, on: house)
        try await house.wait { (try? house.state().status) == .paused }
        await house.published.waitForStatus(.paused)
        #expect(house.service.isDiskNearlyFull)
        #expect(house.service.availability == .available)
        #expect(
            house.published.changes.last?.kind
                == .status(reason: "The server's disk is nearly full."))
        #expect(try await house.bid("B", 6000).refusal == .paused)
        // So little more is not yet room.
        Self.leave(Self.limit + 10, on: house)
        let looked = house.service.statistics.freeSpace
        try await house.wait { house.service.statistics.freeSpace != looked }
        #expect(try house.state().status == .paused)

        Self.leave(Self.limit * 2, on: house)
        try await house.wait { (try? house.state().status) == .open }
        #expect(!house.service.isDiskNearlyFull)
        // What an administrator has paused is the administrator's.
        #expect(try house.state("other").status == .paused)
        let isOpenAgain: @Sendable ([Recorder.Item]) -> Bool = { items in
            guard case .change(let change) = items.last else { return false }
            return change.state.status == .open
        }
        await house.published.wait(until: isOpenAgain)
        let resumed = try #require(house.published.changes.last)
        #expect(
            try #require(resumed.state.endsAt).milliseconds(since: resumed.at) >= remaining - 5000)
        #expect(try await house.bid("B", 7000).isAccepted)
        #expect(house.service.statistics.logFailures == 0)
        _ = try house.audit()
    }

    @Test("While there is no room, nothing is begun, and the answer says what to do")
    func declines() async throws {
        let house = try Self.house()
        try await house.open("lot")
        Self.leave(Self.limit / 2, on: house)
        try await house.wait { (try? house.state().status) == .paused }
        let create = Command.createAuction(
            try AuctionID("new"), try Fixture.terms(for: 60_000))
        let resume = Command.administer(try AuctionID("lot"), .resume)
        for command in [create, resume] {
            guard case .declined(let objection) = await house.service.perform(command) else {
                Issue.record("\(command) was not declined")
                continue
            }
            #expect(objection.kind == .unavailable)
            #expect(objection.message.contains("make room"))
        }
        let catalogue = Command.all([.addBidder(Bidder(id: try BidderID("C"))), create])
        guard case .declinedAll(let objections) = await house.service.perform(catalogue) else {
            Issue.record("the catalogue was not declined")
            return
        }
        #expect(Array(objections.keys) == [1])
        // To end a lot makes room for nothing, but it is the house's to do.
        let close = Command.administer(try AuctionID("lot"), .close(reason: "The disk is full"))
        #expect(await house.service.perform(close) == .done)
        Self.leave(Self.limit * 2, on: house)
        try await house.wait { !house.service.isDiskNearlyFull }
        #expect(await house.service.perform(create) == .done)
        _ = try house.audit()
    }

    @Test("A lot that opens by the clock while there is no room is paused, too")
    func opensMeanwhile() async throws {
        let house = try Self.house()
        try await house.open()
        var terms = try Fixture.terms(for: 600_000)
        terms.opensAt = Fixture.noon.advanced(by: 20_000)
        #expect(
            await house.service.perform(.createAuction(try AuctionID("later"), terms)) == .done)
        Self.leave(Self.limit / 2, on: house)
        try await house.wait { house.service.isDiskNearlyFull }
        try await house.wait { (try? house.state("later").status) == .paused }
        _ = try house.audit()
    }

    @Test(
        "After a restart it is still known which lots the disk has paused",
        arguments: [false, true])
    func restart(isRoom: Bool) async throws {
        let first = try Self.house()
        try await first.open("lot", "other")
        _ = await first.service.perform(.administer(try AuctionID("other"), .pause(reason: nil)))
        Self.leave(Self.limit / 2, on: first)
        try await first.wait { (try? first.state().status) == .paused }
        first.service.stop()
        if isRoom { Self.leave(Self.limit * 2, on: first) }

        let second = try Self.house(first.disk)
        second.clock.set(first.clock.now())
        if !isRoom {
            try await second.wait { second.service.isDiskNearlyFull }
            #expect(try second.state().status == .paused)
            Self.leave(Self.limit * 2, on: second)
        }
        try await second.wait { (try? second.state().status) == .open }
        #expect(try second.state("other").status == .paused)
        _ = try second.audit()
    }

    @Test("A limit of 0 watches nothing")
    func off() async throws {
        var limits = Self.limits
        limits.freeSpaceMin = 0
        let house = try Self.house(limits: limits)
        try await house.open("lot")
        Self.leave(60_000, on: house)
        try await house.wait { house.service.statistics.freeSpace.map { $0 <= 60_000 } ?? false }
        #expect(!house.service.isDiskNearlyFull)
        #expect(try house.state().status == .open)
        #expect(try await house.bid("A", 5000).isAccepted)
        house.service.stop()
    }
}
