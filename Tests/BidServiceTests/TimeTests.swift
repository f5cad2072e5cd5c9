import AuctionRules
import Ledger
import Testing

@testable import BidService

@Suite("The clock: prompt by a timer, correct without one")
struct TimeTests {
    @Test("A lot opens and closes by itself, each at its own millisecond")
    func opensAndCloses() async throws {
        let fixture = try Fixture()
        try await fixture.openLot("first", for: 2000) {
            $0.opensAt = Fixture.noon.advanced(by: 500)
        }
        try await fixture.openLot("second", for: 1999)
        fixture.clock.set(Fixture.noon.advanced(by: 500))
        await fixture.published.waitForStatus(.open, of: "first")
        fixture.clock.set(Fixture.noon.advanced(by: 9000))
        await fixture.published.waitForStatus(.closed, of: "first")
        fixture.service.stop()
        let closes = fixture.published.changes.filter { $0.state.status == .closed }
        #expect(closes.map(\.state.auction.text) == ["second", "first"])
        #expect(closes.map { $0.at.milliseconds(since: Fixture.noon) } == [1999, 2000])
    }

    @Test("A lot does not close before its end, and a bid one millisecond earlier counts")
    func halfOpen() async throws {
        let fixture = try Fixture()
        try await fixture.openLot(for: 1000)
        fixture.clock.set(Fixture.noon.advanced(by: 999))
        let answer = try await fixture.bid("A", 5000)
        #expect(answer.isAccepted)
        #expect(try fixture.state().status == .open)
        fixture.clock.set(Fixture.noon.advanced(by: 1000))
        await fixture.published.waitForStatus(.closed)
        #expect(try fixture.state().outcome == "sold")
        let late = try await fixture.bid("B", 9000)
        #expect(late.refusal == .closed(lateBy: 0))
        fixture.service.stop()
    }

    @Test("T16: a bid that was stamped in time and decided 40 ms after the end is accepted")
    func stampedInTime() async throws {
        let fixture = try Fixture()
        try await fixture.openLot(for: 1000)
        // The writer is held up: a commit does not return, another batch waits behind it.
        fixture.log.shut()
        let answers = Recorder()
        fixture.service.submit(.addBidder(Bidder(id: try BidderID("X")))) {
            answers.note(.answer($0))
        }
        fixture.log.waitForAppend()
        fixture.service.submit(.addBidder(Bidder(id: try BidderID("Y")))) {
            answers.note(.answer($0))
        }
        fixture.clock.set(Fixture.noon.advanced(by: 999))
        fixture.service.submit(try Fixture.bid("A", 5000)) { answers.note(.answer($0)) }
        fixture.clock.set(Fixture.noon.advanced(by: 1040))
        fixture.service.submit(try Fixture.bid("B", 9000)) { answers.note(.answer($0)) }
        fixture.log.open()
        await answers.wait { $0.count == 4 }
        let verdicts = answers.items.compactMap { item -> Answer? in
            if case .answer(let answer) = item { answer } else { nil }
        }
        #expect(verdicts[2].isAccepted)
        #expect(verdicts[3].refusal == .closed(lateBy: 40))
        fixture.service.stop()
    }

    @Test("A soft close moves the deadline: the lot closes at the new end, not at the old one")
    func softCloseMovesDeadline() async throws {
        let fixture = try Fixture()
        try await fixture.openLot(for: 10_000) {
            $0.softClose = try? SoftClose(stages: [.init(window: 5000, mode: .reset, amount: 5000)])
        }
        fixture.clock.set(Fixture.noon.advanced(by: 8000))
        _ = try await fixture.bid("A", 5000)
        fixture.clock.set(Fixture.noon.advanced(by: 12_999))
        #expect(try await fixture.bid("B", 9000).isAccepted)
        fixture.clock.set(Fixture.noon.advanced(by: 18_000))
        await fixture.published.waitForStatus(.closed)
        fixture.service.stop()
        let close = try #require(fixture.published.changes.last)
        #expect(close.at.milliseconds(since: Fixture.noon) == 17_999)
    }

    @Test("A late bid moves the deadlines of its whole group, and they are published")
    func groupMovesDeadlines() async throws {
        let fixture = try Fixture()
        let sale = try SaleID("sale")
        _ = await fixture.service.perform(
            .createSale(Sale(id: sale, title: "Sale", softCloseGroup: try SoftCloseGroup("all"))))
        for id in ["lot", "other"] {
            let answer = await fixture.service.perform(
                .createAuction(
                    try AuctionID(id),
                    try Fixture.terms(for: 10_000) {
                        $0.sale = sale
                        $0.softClose = try? SoftClose(
                            stages: [.init(window: 5000, mode: .add, amount: 5000)])
                    }))
            #expect(answer == .done)
        }
        for bidder in ["A", "B"] {
            _ = await fixture.service.perform(.addBidder(Bidder(id: try BidderID(bidder))))
        }
        fixture.clock.set(Fixture.noon.advanced(by: 8000))
        #expect(try await fixture.bid("A", 5000).isAccepted)
        let board = fixture.service.board
        let other = try AuctionID("other")
        #expect(
            board.snapshot(of: other, for: nil)?.state.endsAt == Fixture.noon.advanced(by: 15_000))
        // The old end passes, and nothing closes.
        fixture.clock.set(Fixture.noon.advanced(by: 12_000))
        #expect(try await fixture.bid("B", 9000).isAccepted)
        #expect(board.snapshot(of: other, for: nil)?.state.status == .open)
        #expect(
            board.snapshot(of: other, for: nil)?.state.endsAt == Fixture.noon.advanced(by: 20_000))
        fixture.clock.set(Fixture.noon.advanced(by: 20_000))
        await fixture.published.waitForStatus(.closed)
        fixture.service.stop()
        let changes = fixture.published.changes.filter { $0.state.auction == other }
        #expect(
            changes.map(\.kind).contains(.status(reason: "group soft close")),
            "\(changes.map(\.kind))")
    }

    @Test("Questions that store nothing don't keep the heartbeat from the disk")
    func heartbeatBesideQuestions() async throws {
        let log = GatedLog()
        let clock = SilentClock(Fixture.noon)
        let service = try BidService(limits: .forTests, clock: clock) { () throws(LedgerError) in
            log
        }
        let key = BidKey(bidder: try BidderID("A"), id: try BidID("x"))
        for step: Int64 in 1...10 {
            clock.set(Fixture.noon.advanced(by: step * 600))
            #expect(await service.perform(.status(key, on: try AuctionID("lot"))) == .notSeen)
        }
        let beat = try #require(try log.lastHeartbeat())
        #expect(beat >= Fixture.noon.advanced(by: 5000))
        service.stop()
    }

    @Test(
        "Thousands of lots that end at once: bounded commits, each lot at its time, and bids go on")
    func manyAtOnce() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        let lots = try (0..<2000).map { number in
            Command.createAuction(
                try AuctionID("lot-\(number)"), try Fixture.terms(for: 1000 + Int64(number % 500)))
        }
        #expect(await fixture.service.perform(.all(lots)) == .done)
        let before = fixture.log.batches.count
        fixture.clock.set(Fixture.noon.advanced(by: 1600))
        #expect(try await fixture.bid("A", 5000).isAccepted)
        #expect(try await fixture.bid("B", 9000).reply?.at == Fixture.noon.advanced(by: 1600))
        fixture.service.stop()
        let limits = ServiceLimits()
        #expect(fixture.log.batches[before...].allSatisfy { $0 <= limits.clockEntriesMax + 1 })
        let closes = fixture.published.changes.filter { $0.state.status == .closed }
        #expect(closes.count == 2000)
        #expect(closes.allSatisfy { $0.at == $0.state.endsAt })
    }

    @Test("A clock that steps back stamps nothing earlier than before")
    func clockStepsBack() async throws {
        let fixture = try Fixture()
        try await fixture.openLot(for: 10_000)
        fixture.clock.set(Fixture.noon.advanced(by: 9000))
        _ = try await fixture.bid("A", 5000)
        fixture.clock.set(Fixture.noon)
        let answer = try await fixture.bid("B", 9000)
        #expect(answer.reply?.at == Fixture.noon.advanced(by: 9000))
        fixture.service.stop()
    }
}

extension Answer {
    var reply: Reply? { if case .reply(let reply) = self { reply } else { nil } }

    var isAccepted: Bool {
        if case .accepted? = reply?.verdict { true } else { false }
    }

    var refusal: Refusal? {
        switch self {
        case .reply(let reply):
            if case .refused(let refusal) = reply.verdict { refusal } else { nil }
        case .refused(let refusal): refusal
        default: nil
        }
    }
}
