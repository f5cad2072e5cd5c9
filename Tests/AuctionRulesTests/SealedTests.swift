import AuctionRules
import Testing

/// Sealed first-price and Vickrey (rulebook, section 7): who wins, and what it costs.
@Suite struct SealedTests {
    private func room(
        _ format: Format, reserve: Amount? = nil, _ bids: [(BidderID, Amount)] = []
    ) -> Saleroom {
        var room = Saleroom(.lot(format, closes: 10_000) { $0.reserve = reserve })
        for (bidder, amount) in bids { room.bid(bidder, amount) }
        return room
    }

    private func outcome(
        _ format: Format, reserve: Amount? = nil, _ bids: [(BidderID, Amount)]
    ) -> Outcome? {
        var room = room(format, reserve: reserve, bids)
        room.order(.advanceClock, at: 10_000)
        return room.lot.outcome
    }

    @Test func `first price: the highest wins and pays its bid`() {
        let bids: [(BidderID, Amount)] = [("A", 50_000), ("B", 70_000), ("C", 60_000)]
        #expect(outcome(.sealedFirstPrice, bids) == .sold(to: "B", price: 70_000))
        #expect(
            outcome(.sealedFirstPrice, reserve: 70_000, bids) == .sold(to: "B", price: 70_000))
        #expect(outcome(.sealedFirstPrice, reserve: 70_001, bids) == .reserveNotMet)
        #expect(outcome(.sealedFirstPrice, []) == .noBids)
    }

    @Test func `Vickrey: the highest wins and pays the second highest, at least the reserve`() {
        let bids: [(BidderID, Amount)] = [("A", 50_000), ("B", 70_000), ("C", 65_000)]
        #expect(outcome(.vickrey, bids) == .sold(to: "B", price: 65_000))
        #expect(outcome(.vickrey, reserve: 40_000, bids) == .sold(to: "B", price: 65_000))
        #expect(outcome(.vickrey, reserve: 68_000, bids) == .sold(to: "B", price: 68_000))
        #expect(outcome(.vickrey, reserve: 70_001, bids) == .reserveNotMet)
    }

    @Test func `Vickrey: alone it pays the reserve, or the start where there is none`() {
        #expect(outcome(.vickrey, [("A", 70_000)]) == .sold(to: "A", price: 1000))
        #expect(
            outcome(.vickrey, reserve: 40_000, [("A", 70_000)]) == .sold(to: "A", price: 40_000))
    }

    /// Nothing is ever sold below its start (section 9: price >= start).
    @Test func `Vickrey: a reserve below the start does not undercut it`() {
        #expect(outcome(.vickrey, reserve: 400, [("A", 70_000)]) == .sold(to: "A", price: 1000))
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `ties go to the earliest, and cost the full amount`(format: Format) {
        let bids: [(BidderID, Amount)] = [("A", 50_000), ("B", 70_000), ("C", 70_000)]
        #expect(outcome(format, bids) == .sold(to: "B", price: 70_000))
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `the last bid counts, higher or lower, and its own time with it`(format: Format) {
        // B lowers; A's replacement comes after C's equal bid.
        let bids: [(BidderID, Amount)] = [
            ("B", 90_000), ("A", 70_000), ("C", 70_000), ("B", 20_000), ("A", 70_000),
        ]
        #expect(outcome(format, bids) == .sold(to: "C", price: 70_000))
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `a withdrawn bid is gone, and what it had replaced with it`(format: Format) {
        var room = room(format)
        room.bid("A", 50_000, id: "a1")
        room.bid("A", 90_000, id: "a2")
        room.bid("B", 20_000, id: "b1")
        #expect(room.request("A", .retract("a1")).code == "retracted")
        #expect(room.lot.commitments.map(\.isVoided) == [true, true, false])
        #expect(room.bid("A", 1500).acceptance?.ownMax == 1500)
        room.order(.advanceClock, at: 10_000)
        let price: Amount = format == .vickrey ? 1500 : 20_000
        #expect(room.lot.outcome == .sold(to: "B", price: price))
    }

    @Test func `what is not one's own can't be withdrawn, and nothing after the close`() {
        var room = room(.vickrey)
        room.bid("A", 50_000, id: "a1")
        #expect(room.request("B", .retract("a1")).code == "unsupported")
        #expect(room.request("A", .retract("a2")).code == "unsupported")
        #expect(room.request("A", .retract("a1"), at: 10_000).code == "closed")
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `a void brings back the bid that the voided one had replaced`(format: Format) {
        var room = room(format)
        room.bid("A", 50_000, id: "a1")
        room.bid("A", 90_000, id: "a2")
        room.bid("B", 70_000, id: "b1")
        room.void("a2")
        room.order(.advanceClock, at: 10_000)
        let price: Amount = format == .vickrey ? 50_000 : 70_000
        #expect(room.lot.outcome == .sold(to: "B", price: price))
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `a void after the close finds the next winner`(format: Format) {
        var room = room(format, reserve: 40_000, [("A", 50_000), ("C", 45_000)])
        room.bid("B", 70_000, id: "b1")
        room.order(.advanceClock, at: 10_000)
        #expect(room.lot.standing.leader == "B")
        room.void("b1")
        let price: Amount = format == .vickrey ? 45_000 : 50_000
        #expect(room.lot.outcome == .sold(to: "A", price: price))
        #expect(room.lot.standing == Standing(price: price, leader: "A", isReserveMet: true))
    }

    @Test func `below the start is too low, and buying is for English lots`() {
        var room = room(.sealedFirstPrice)
        #expect(room.bid("A", 999).refusal == .tooLow(minimum: 1000))
        #expect(room.bid("A", 1000).code == "accepted")
        #expect(room.request("A", .buy).code == "unsupported")
    }

    @Test func `a sealed bid never extends`() {
        var room = Saleroom(
            .lot(.vickrey, closes: 10_000) {
                $0.softClose = .single(window: 5000, .add, 5000)
                $0.showsSealedBidCount = true
            })
        #expect(room.bid("A", 5000, at: 9000).kinds == ["bid_accepted"])
        #expect(room.state.endsAt == 10_000)
    }

    @Test func `the reserve of a sealed lot can be lowered until the close`() {
        var room = room(.sealedFirstPrice, reserve: 80_000, [("A", 50_000)])
        #expect(room.order(.lowerReserve(to: 50_000)).events.map(\.seq) == [nil])
        #expect(room.order(.lowerReserve(to: 60_000)).code == "reserve_not_lower")
        room.order(.close(reason: nil))
        #expect(room.lot.outcome == .sold(to: "A", price: 50_000))
    }
}
