import AuctionRules
import BidService
import Testing

@Suite("The board: what has been published")
struct BoardTests {
    @Test("Who resumes gets exactly the changes that he has not seen")
    func resume() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        for amount: Int64 in [2000, 3000, 4000] {
            _ = try await fixture.bid(amount == 3000 ? "B" : "A", amount)
        }
        let board = fixture.service.board
        let lot = try AuctionID("lot")
        let newest = try fixture.state().seq
        for seq in 0...newest {
            let entrance = try #require(board.enter(lot, after: (board.logID, seq), for: nil))
            #expect(entrance.missed?.map(\.state.seq) == Array((seq + 1)..<(newest + 1)))
        }
        fixture.service.stop()
    }

    @Test("Another log, a future seq or one too far back ask for a snapshot")
    func snapshotInstead() async throws {
        var limits = ServiceLimits.forTests
        limits.recentChangesMax = 2
        let fixture = try Fixture(limits: limits)
        try await fixture.openLot()
        for amount: Int64 in [2000, 3000, 4000, 5000] {
            _ = try await fixture.bid(amount % 2000 == 0 ? "A" : "B", amount)
        }
        let board = fixture.service.board
        let lot = try AuctionID("lot")
        let newest = try fixture.state().seq
        #expect(board.enter(lot, after: ("another", newest), for: nil)?.missed == nil)
        #expect(board.enter(lot, after: (board.logID, newest + 1), for: nil)?.missed == nil)
        #expect(board.enter(lot, after: (board.logID, newest - 3), for: nil)?.missed == nil)
        #expect(board.enter(lot, after: (board.logID, newest - 2), for: nil)?.missed?.count == 2)
        #expect(board.enter(lot, after: (board.logID, -1), for: nil)?.missed == nil)
        fixture.service.stop()
    }

    @Test("A snapshot tells a bidder his own max, and nobody else's")
    func ownAmounts() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        _ = try await fixture.bid("A", 5000)
        _ = try await fixture.bid("B", 3000)
        let lot = try AuctionID("lot")
        let board = fixture.service.board
        let own = try #require(board.snapshot(of: lot, for: try BidderID("A")))
        #expect(own.ownAmount?.minorUnits == 5000)
        #expect(own.isLeading == true)
        let other = try #require(board.snapshot(of: lot, for: try BidderID("B")))
        #expect(other.ownAmount?.minorUnits == 3000)
        #expect(other.isLeading == false)
        let stranger = try #require(board.snapshot(of: lot, for: nil))
        #expect(stranger.ownAmount == nil)
        #expect(stranger.isLeading == nil)
        fixture.service.stop()
    }

    @Test("Pages go through all lots in order, each once")
    func pages() async throws {
        let fixture = try Fixture()
        for number in [5, 3, 1, 4, 2] { try await fixture.openLot("lot-\(number)") }
        var seen: [String] = []
        var cursor: AuctionID?
        while true {
            let page = fixture.service.board.page(
                after: cursor, limit: 2, sale: nil, status: .open, for: nil)
            guard let last = page.last else { break }
            seen += page.map(\.state.auction.text)
            cursor = last.state.auction
        }
        #expect(seen == ["lot-1", "lot-2", "lot-3", "lot-4", "lot-5"])
        fixture.service.stop()
    }

    @Test("A catalogue's lots stand in the order in which they were given")
    func catalogueOrder() async throws {
        let fixture = try Fixture()
        let sale = try SaleID("sale")
        _ = await fixture.service.perform(
            .createSale(Sale(id: sale, title: "A sale", stagger: 0, requiresApproval: false)))
        let ids = try (0..<50).map { try AuctionID("lot-\(($0 * 37) % 50)") }
        let lots = try ids.map { id in
            Command.createAuction(id, try Fixture.terms(for: 60_000) { $0.sale = sale })
        }
        #expect(await fixture.service.perform(.all(lots)) == .done)
        #expect(fixture.service.board.auctions(in: sale) == ids)
        #expect(try fixture.service.board.auctions(in: SaleID("another")) == nil)
        fixture.service.stop()
    }

    @Test("Whoever has an answer finds it counted")
    func countedBeforeTold() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        let service = fixture.service
        for number in 1...20 {
            let bid = try Fixture.bid("A", Int64(5000 * number), id: "a\(number)")
            let counted = await withCheckedContinuation { heard in
                // Asked where the answer is given: nobody has it earlier.
                service.submit(bid) { _ in heard.resume(returning: service.statistics.bidsAccepted)
                }
            }
            #expect(counted == Int64(number))
        }
        fixture.service.stop()
    }

    @Test("Accepted, refused and repeated bids are counted, each once; questions are not")
    func counts() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        for _ in 0..<3 { _ = try await fixture.bid("A", 5000, id: "a") }
        for _ in 0..<2 { _ = try await fixture.bid("B", 1, id: "b") }
        _ = try await fixture.bid("A", 6000, id: "a")
        _ = await fixture.service.perform(
            .status(BidKey(bidder: try BidderID("A"), id: try BidID("a")), on: try AuctionID("lot"))
        )
        fixture.service.stop()
        let statistics = fixture.service.statistics
        #expect(statistics.bidsAccepted == 1)
        #expect(statistics.repeats == 3)
        #expect(statistics.refusals == ["too_low": 1, "idempotency_conflict": 1])
    }
}
