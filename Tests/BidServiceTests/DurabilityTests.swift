import AuctionRules
import BidService
import Ledger
import Testing

@Suite("What is on disk, and only that, is answered and published")
struct DurabilityTests {
    @Test("Nothing goes out before the commit that holds it has returned")
    func nothingBeforeCommit() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        // What a commit holds is published after its answer.
        await fixture.published.wait {
            $0.contains { if case .change = $0 { true } else { false } }
        }
        let before = fixture.published.items.count
        fixture.log.shut()
        fixture.service.submit(try Fixture.bid("A", 5000)) {
            fixture.published.note(.answer($0))
        }
        fixture.log.waitForAppend()
        #expect(fixture.published.items.count == before)
        #expect(try fixture.state().price == nil)
        // Nor does whoever resumes get it, though the writer has noted it already.
        let board = fixture.service.board
        let missed = try #require(
            board.enter(try AuctionID("lot"), after: (board.logID, 0), for: nil)?.missed)
        #expect(missed.last?.state.seq == (try fixture.state().seq))
        fixture.log.open()
        await fixture.published.wait { $0.count >= before + 2 }
        #expect(try fixture.state().price?.minorUnits == 1000)
        fixture.service.stop()
    }

    @Test("An acceptance stands before the price with its seq")
    func answerBeforeChange() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        fixture.service.submit(try Fixture.bid("A", 5000)) {
            fixture.published.note(.answer($0))
        }
        await fixture.published.wait {
            $0.contains { if case .answer = $0 { true } else { false } }
        }
        let items = fixture.published.items
        let answer = try #require(
            items.firstIndex { if case .answer = $0 { true } else { false } })
        let price = try #require(
            items.firstIndex {
                if case .change(let change) = $0 { change.kind == .price } else { false }
            })
        #expect(answer < price)
        fixture.service.stop()
    }

    @Test("Bids that wait for one commit share the next one")
    func groupCommit() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        fixture.log.shut()
        let commitsBefore = fixture.log.memory.appends
        let answers = Recorder()
        for step in 0..<100 {
            fixture.service.submit(
                try Fixture.bid(step.isMultiple(of: 2) ? "A" : "B", 1000 + Int64(step) * 1000)
            ) { answers.note(.answer($0)) }
        }
        fixture.log.waitForAppend()
        fixture.log.open()
        await answers.wait { $0.count == 100 }
        // The first commit took what there was; the second was decided meanwhile; the third took
        // the rest. Where the writer was slow to start there may be one less.
        #expect((1...4).contains(fixture.log.memory.appends - commitsBefore))
        fixture.service.stop()
    }

    @Test("Public changes come out in the order of their seq, without a hole")
    func seqWithoutHole() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for bidder in ["A", "B", "C", "D"] {
                group.addTask {
                    for step in 1...50 {
                        _ = try await fixture.bid(bidder, Int64(step) * 2000, id: "\(step)")
                    }
                }
            }
            try await group.waitForAll()
        }
        fixture.service.stop()
        let seqs = fixture.published.changes.map(\.state.seq)
        #expect(seqs.count > 20)
        #expect(seqs == Array(1...Int64(seqs.count)))
    }

    @Test("A full queue turns commands away, and nothing of them happens")
    func boundedQueue() async throws {
        var limits = ServiceLimits.forTests
        limits.queuedCommandsMax = 3
        limits.batchEntriesMax = 1
        let fixture = try Fixture(limits: limits)
        try await fixture.openLot()
        fixture.log.shut()
        let answers = Recorder()
        for step in 0..<50 {
            fixture.service.submit(try Fixture.bid("A", 10_000 + Int64(step), id: "\(step)")) {
                answers.note(.answer($0))
            }
        }
        let turnedAway = answers.items.filter { $0 == .answer(.refused(.unavailable)) }.count
        #expect(turnedAway >= 40)
        fixture.log.open()
        await answers.wait { $0.count == 50 }
        fixture.service.stop()
        let (house, _) = try fixture.log.memory.rebuilt()
        let kept = try #require(house.auctions[AuctionID("lot")]).commitments.count
        #expect(kept == 50 - turnedAway)
        #expect(fixture.service.statistics.turnedAway == Int64(turnedAway))
    }
}

extension MemoryLog {
    /// The house that the log tells of, also after it was closed.
    func rebuilt() throws -> (house: House, head: LogHead) {
        reopen()
        return try rebuild()
    }
}
