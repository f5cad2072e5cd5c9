import AuctionRules
import Testing

/// Before the close a sealed lot tells nobody anything but the bidder his own bid.
@Suite struct SealedSecrecyTests {
    /// Two biddings as different as can be.
    static let quiet: [(BidderID, Amount)] = []
    static let busy: [(BidderID, Amount)] = [
        ("A", 5000), ("B", 90_000), ("C", 90_000), ("B", 2000), ("D", 1000),
    ]

    private func room(
        _ format: Format, _ bids: [(BidderID, Amount)], _ change: (inout Terms) -> Void = { _ in }
    ) -> Saleroom {
        var room = Saleroom(
            .lot(format, closes: 10_000) {
                $0.reserve = 40_000
                change(&$0)
            })
        for (bidder, amount) in bids { room.bid(bidder, amount) }
        return room
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `two different biddings look the same`(format: Format) {
        #expect(room(format, Self.quiet).state == room(format, Self.busy).state)
        let state = room(format, Self.busy).state
        #expect(state.price == nil)
        #expect(state.leader == nil)
        #expect(state.bids == 0)
        #expect(state.reserve == .unmet)
        #expect(state.minimum == 1000)
        #expect(state.seq == 1)
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `a bidder's reply does not depend on the others`(format: Format) {
        var alone = room(format, Self.quiet)
        var among = room(format, Self.busy)
        let (first, second) = (alone.bid("E", 7000, id: "k"), among.bid("E", 7000, id: "k"))
        #expect(first.acceptance == second.acceptance)
        #expect(first.acceptance?.isLeading == nil)
        #expect(first.acceptance?.price == nil)
        #expect(first.acceptance?.ownMax == 7000)
        #expect(first.notices.isEmpty && second.notices.isEmpty)
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `voids, withdrawals and a lowered reserve show nothing either`(format: Format) {
        var room = room(format, Self.busy)
        room.bid("E", 95_000, id: "k1")
        room.bid("E", 96_000, id: "k2")
        let before = room.state
        let voiding = room.void("k2")
        #expect(voiding.notices.map(\.bidder) == ["E"])
        room.request("E", .retract("k1"))
        room.order(.lowerReserve(to: 1000))
        #expect(room.state == before)
        #expect(voiding.notices.allSatisfy { $0.shows(before) })
    }

    @Test func `no void tells a bidder that a refused offer would do now`() {
        var room = room(.sealedFirstPrice, [("A", 999)])
        room.bid("B", 5000, id: "k")
        #expect(room.void("k").notices.map(\.bidder) == ["B"])
    }

    @Test func `a lot may show how many bidders stand, and then counts bidders`() {
        var room = room(.vickrey, []) { $0.showsSealedBidCount = true }
        #expect(room.bid("A", 5000, id: "a1").events.map(\.seq) == [2])
        #expect(room.bid("B", 6000).events.map(\.seq) == [3])
        #expect(room.bid("A", 7000, id: "a2").events.map(\.seq) == [nil])
        #expect(room.state.bids == 2)
        // A's older bid is left, so that A still stands.
        #expect(room.void("a2").events.map(\.seq) == [nil])
        #expect(room.state.bids == 2)
        #expect(room.request("A", .retract("a1")).events.map(\.seq) == [4])
        #expect(room.state.bids == 1)
        #expect(room.state.seq == 4)
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `the close reveals winner, price and count`(format: Format) {
        var room = room(format, Self.busy)
        room.order(.close(reason: nil))
        #expect(room.state.price == (format == .vickrey ? 40_000 : 90_000))
        #expect(room.state.leader == "Bidder 3")
        #expect(room.state.bids == 4)
        #expect(room.state.reserve == .met)
        #expect(room.state.outcome == "sold")
    }

    @Test func `a lot that is not sold reveals no price and no bidder`() {
        var room = room(.sealedFirstPrice, [("A", 39_999)])
        room.order(.close(reason: nil))
        #expect(room.state.outcome == "reserve_not_met")
        #expect(room.state.price == nil)
        #expect(room.state.leader == nil)
        #expect(room.state.reserve == .unmet)
    }

    @Test func `a cancelled lot reveals nothing at all`() {
        var busy = room(.vickrey, Self.busy)
        var quiet = room(.vickrey, Self.quiet)
        busy.order(.cancel(reason: "withdrawn"))
        quiet.order(.cancel(reason: "withdrawn"))
        #expect(busy.state == quiet.state)
    }
}
