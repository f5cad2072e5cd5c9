import AuctionRules
import BidService
import Ledger
import Testing

@Suite("Restart and recovery: the log is the truth", .timeLimit(.minutes(5)))
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

    @Test("Each of several lots that an outage hit gets its time back, and everybody hears of each")
    func outageOfManyLots() async throws {
        let first = try Fixture()
        for number in 1...3 { try await first.openLot("lot-\(number)") }
        first.service.stop()
        first.clock.set(Fixture.noon.advanced(by: 300_000))
        var limits = ServiceLimits.forTests
        limits.reopenMin = 300_000
        let second = try Fixture(log: first.log, clock: first.clock, limits: limits)
        await second.published.wait { $0.count >= 3 }
        second.service.stop()
        #expect(
            second.published.changes.map { "\($0.state.auction) \($0.state.seq)" } == [
                "lot-1 2", "lot-2 2", "lot-3 2",
            ])
        for number in 1...3 {
            let entrance = try #require(
                second.service.board.enter(
                    try AuctionID("lot-\(number)"), after: (second.service.board.logID, 0),
                    for: nil))
            #expect(entrance.missed?.map(\.state.seq) == [1, 2])
        }
    }

    @Test("A bid that came in time while the log was being opened again is in time")
    func inTimeDuringRecovery() async throws {
        let log = GatedLog()
        let clock = ManualClock(Fixture.noon)
        let opening = Turnstile()
        let service = try BidService(limits: .forTests, clock: clock) { () throws(LedgerError) in
            opening.pass()
            log.memory.reopen()
            return log
        }
        let lot = try AuctionID("lot")
        for name in ["A", "B"] {
            _ = await service.perform(.addBidder(Bidder(id: try BidderID(name))))
        }
        _ = await service.perform(.createAuction(lot, try Fixture.terms(for: 1000)))
        opening.shut()
        log.memory.failAppend()
        #expect(await service.perform(try Fixture.bid("A", 5000)) == .unknownOutcome)
        opening.waitForArrival()
        clock.set(Fixture.noon.advanced(by: 999))
        let answers = Recorder()
        service.submit(try Fixture.bid("A", 5000)) { answers.note(.answer($0)) }
        clock.set(Fixture.noon.advanced(by: 1040))
        service.submit(try Fixture.bid("B", 9000)) { answers.note(.answer($0)) }
        opening.open()
        await answers.wait { $0.count == 2 }
        service.stop()
        let verdicts = answers.items.compactMap { item -> Answer? in
            if case .answer(let answer) = item { answer } else { nil }
        }
        #expect(verdicts[0].isAccepted)
        #expect(verdicts[1].refusal == .closed(lateBy: 40))
    }

    @Test("Who waits behind a commit that fails is told at once, not when the log is back")
    func toldAtOnce() async throws {
        let log = GatedLog()
        let opening = Turnstile()
        let service = try BidService(limits: .handingOver, clock: ManualClock(Fixture.noon)) {
            () throws(LedgerError) in
            opening.pass()
            log.memory.reopen()
            return log
        }
        for name in ["A", "B"] {
            _ = await service.perform(.addBidder(Bidder(id: try BidderID(name))))
        }
        _ = await service.perform(
            .createAuction(try AuctionID("lot"), try Fixture.terms(for: 60_000)))
        opening.shut()
        log.shut()
        log.memory.failAppend()
        let answers = Recorder()
        service.submit(try Fixture.bid("A", 5000)) { answers.note(.answer($0)) }
        log.waitForAppend()
        service.submit(try Fixture.bid("B", 6000)) { answers.note(.answer($0)) }
        // It is decided while the first one waits for the disk.
        while service.queuedCommands > 0 { await Task.yield() }
        log.open()
        await answers.wait { $0.count == 2 }
        #expect(answers.items == [.answer(.unknownOutcome), .answer(.refused(.unavailable))])
        opening.open()
        service.stop()
    }

    @Test("Who comes while the writer's own commit fails is decided once the log is back")
    func behindOwnCommit() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        fixture.log.shut()
        fixture.log.memory.failAppend()
        let answers = Recorder()
        fixture.service.submit(try Fixture.bid("A", 5000)) { answers.note(.answer($0)) }
        fixture.log.waitForAppend()
        fixture.service.submit(try Fixture.bid("B", 6000)) { answers.note(.answer($0)) }
        // The writer waits for the disk itself.
        #expect(fixture.service.queuedCommands == 1)
        fixture.log.open()
        await answers.wait { $0.count == 2 }
        fixture.service.stop()
        #expect(answers.items.first == .answer(.unknownOutcome))
        guard case .answer(.reply(let reply)) = answers.items.last else {
            throw Unexpected(answers.items)
        }
        #expect(reply.request.bidder.text == "B")
        #expect(Answer.reply(reply).isAccepted)
        let (house, _) = try fixture.log.memory.rebuilt()
        #expect(try #require(house.auctions[AuctionID("lot")]).commitments.count == 1)
    }

    @Test("Who still waits when the log fails for good at the stop is answered, too")
    func failsAtTheStop() async throws {
        let fixture = try Fixture(limits: .handingOver)
        try await fixture.openLot()
        fixture.log.shut()
        fixture.log.memory.failAppend()
        let answers = Recorder()
        for amount: Int64 in [5000, 6000] {
            fixture.service.submit(try Fixture.bid("A", amount)) { answers.note(.answer($0)) }
            fixture.log.waitForAppend()
            // The second one is decided while the first one waits for the disk.
            while fixture.service.queuedCommands > 0 { await Task.yield() }
        }
        async let stopped: Void = fixture.service.shutdown()
        // Most likely the stop waits for the log by then; what follows holds in any order.
        for _ in 0..<20_000 { await Task.yield() }
        fixture.log.open()
        await stopped
        #expect(answers.items == [.answer(.unknownOutcome), .answer(.refused(.unavailable))])
    }

    @Test("What a failed commit did all the same is told after the recovery: lots and tokens")
    func unseenLotsAndTokens() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        let hash = try require2(TokenHash(hex: String(repeating: "ab", count: 32)))
        let bearer = Token.Bearer.bidder(try BidderID("A"))
        _ = await fixture.service.perform(
            .issueToken(Token(hash: hash, bearer: bearer, expiresAt: nil)))
        fixture.log.memory.failAppend(keepsBatch: true)
        #expect(await fixture.service.perform(.revokeToken(hash)) == .unknownOutcome)
        await fixture.published.wait { $0.contains(.revoked(hash)) }
        fixture.log.memory.failAppend(keepsBatch: true)
        let late = try AuctionID("late")
        let terms = try Fixture.terms(for: 60_000)
        #expect(await fixture.service.perform(.createAuction(late, terms)) == .unknownOutcome)
        await fixture.published.wait { $0.contains(.created(late)) }
        fixture.service.stop()
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

    @Test("While the log is read again, the service says that it is, and takes nothing")
    func recovering() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        fixture.log.memory.failAppend()
        fixture.log.readingGate.shut()
        #expect(try await fixture.bid("A", 5000, id: "k1") == .unknownOutcome)
        fixture.log.readingGate.waitForArrival()
        #expect(fixture.service.availability == .recovering)
        #expect(!fixture.service.isAvailable)
        fixture.log.readingGate.open()
        #expect(try await fixture.repeated("A", 5000, id: "k1").isAccepted)
        #expect(fixture.service.availability == .available)
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

    @Test("Of a failed commit that holds each change is told, however few are kept for who resumes")
    func failedCommitOfManyChanges() async throws {
        var limits = ServiceLimits.handingOver
        limits.recentChangesMax = 0
        let fixture = try Fixture(limits: limits)
        try await fixture.openLot()
        fixture.log.shut()
        // One stands before the log, one behind it, and one that the writer can't hand over; those
        // that come then are one batch.
        for amount: Int64 in [2000, 3000, 4000] {
            fixture.service.submit(try Fixture.bid("A", amount)) { _ in }
            fixture.log.waitForAppend()
            while fixture.service.queuedCommands > 0 { await Task.yield() }
        }
        for amount: Int64 in [5000, 6000, 7000] {
            fixture.service.submit(try Fixture.bid("C", amount)) { _ in }
            fixture.service.submit(try Fixture.bid("D", amount + 500)) { _ in }
        }
        fixture.log.memory.failAppend(4, keepsBatch: true)
        fixture.log.open()
        _ = try await fixture.repeated("D", 7500, id: "D-7500")
        fixture.service.stop()
        let seqs = fixture.published.changes.map(\.state.seq)
        #expect(seqs == Array(1...Int64(seqs.count)))
        #expect(seqs.last == (try fixture.state().seq))
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
