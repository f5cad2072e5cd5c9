import AuctionRules
import Testing

/// Maxes, exact bids and raises beyond the worked cases, and the lot's cap.
@Suite struct BiddingTests {
    private func room(_ change: (inout Terms) -> Void = { _ in }) -> Saleroom {
        Saleroom(.lot { change(&$0) })
    }

    // MARK: - Raises

    @Test func `a max can't be lowered, nor offered again`() {
        var room = room()
        room.bid("A", 5000)
        #expect(room.bid("A", 4999).code == "max_not_higher")
        #expect(room.bid("A", 5000).code == "max_not_higher")
        #expect(room.bid("A", 5001).code == "accepted")
        #expect(room.lot.leaderMax == 5001)
    }

    @Test func `a leader's exact bid is refused whatever its amount`() {
        var room = room()
        room.bid("A", 5000)
        for amount: Amount in [1, 5000, 9000] {
            #expect(room.bid("A", amount, .exact).code == "already_leading")
        }
    }

    @Test func `a raise needs only to be higher, by no increment`() {
        var room = room()
        room.bid("A", 5000)
        #expect(room.bid("A", 5001).acceptance?.seq == room.state.seq)
        #expect(room.state.bids == 1)
    }

    @Test func `a raise does not renew the priority of the old amount`() {
        var room = room()
        room.bid("A", 5000)
        room.bid("A", 9000)
        room.bid("B", 9000)
        #expect(room.board == "9000 A 9100")
    }

    @Test func `completing takes the full increment over the best rival, once`() {
        var room = room { $0.completesIncrementOnRaise = true }
        room.bid("A", 1200)
        room.bid("B", 1175)
        #expect(room.bid("A", 1210).events.map(\.seq) == [4])
        #expect(room.board == "1210 A 1260")
        room.bid("A", 1500)
        #expect(room.board == "1225 A 1275")
        #expect(room.bid("A", 2000).events.map(\.seq) == [nil])
        #expect(room.board == "1225 A 1275")
    }

    @Test func `completing without a rival, or after a full step, stays silent`() {
        var room = room { $0.completesIncrementOnRaise = true }
        room.bid("A", 1200)
        #expect(room.bid("A", 5000).events.map(\.seq) == [nil])
        room.bid("B", 2000)
        #expect(room.board == "2050 A 2100")
        #expect(room.bid("A", 6000).events.map(\.seq) == [nil])
    }

    @Test func `completing breaks a tie by a whole step`() {
        var room = room { $0.completesIncrementOnRaise = true }
        room.bid("A", 1200)
        room.bid("B", 1200)
        room.bid("A", 1500)
        #expect(room.board == "1250 A 1300")
    }

    // MARK: - Exact bids

    @Test func `a first exact bid opens at its own amount`() {
        var room = room()
        room.bid("A", 2000, .exact)
        #expect(room.board == "2000 A 2050")
    }

    @Test func `an exact bid under or at the leader's max is a rival like any other`() {
        var room = room()
        room.bid("A", 5000)
        room.bid("B", 3000, .exact)
        #expect(room.board == "3100 A 3200")
        room.bid("C", 5000, .exact)
        #expect(room.board == "5000 A 5100")
    }

    @Test func `the leader of an exact bid may raise a max over it`() {
        var room = room()
        room.bid("A", 2000, .exact)
        room.bid("A", 9000)
        #expect(room.board == "2000 A 2050")
        room.bid("B", 4000)
        #expect(room.board == "4100 A 4200")
    }

    @Test func `the minimum is one step over the price, and enough`() {
        var room = room()
        room.bid("A", 500_000)
        for bidder: BidderID in ["B", "C", "B", "C"] {
            guard let minimum = room.lot.minimum else { break }
            let price = room.lot.standing.price
            #expect(room.bid(bidder, minimum).code == "accepted")
            #expect(room.lot.standing.price != price)
        }
    }

    @Test func `silent raises and voided bids are left out of the bid count`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("A", 4000)
        room.bid("B", 2000, id: "b")
        room.bid("B", 1)
        #expect(room.state.bids == 2)
        room.void("b")
        #expect(room.state.bids == 1)
    }

    // MARK: - The cap

    @Test func `as soon as the price reaches the cap the lot is sold`() {
        var room = room { $0.buyNow = .init(price: 10_000) }
        room.bid("A", 12_000)
        #expect(room.board == "1000 A 1050")
        let outcome = room.bid("B", 9900)
        #expect(outcome.kinds == ["bid_accepted", "auction_closed"])
        #expect(outcome.events.map(\.seq) == [3, 3])
        #expect(room.lot.outcome == .sold(to: "A", price: 10_000))
        #expect(outcome.acceptance?.minimum == nil)
        #expect(outcome.acceptance?.isLeading == false)
        #expect(room.state.status == .closed)
    }

    @Test func `a max above the cap counts at face value`() {
        var room = room { $0.buyNow = .init(price: 10_000) }
        room.bid("A", 12_000)
        room.bid("B", 11_000)
        #expect(room.lot.outcome == .sold(to: "A", price: 10_000))
        #expect(room.lot.leaderMax == 12_000)
    }

    @Test func `an exact bid above the cap pays the cap`() {
        var room = room { $0.buyNow = .init(price: 10_000) }
        room.bid("A", 30_000, .exact)
        #expect(room.lot.outcome == .sold(to: "A", price: 10_000))
    }

    @Test func `a raise that covers a reserve at the cap buys the lot`() {
        var room = room {
            $0.reserve = 10_000
            $0.buyNow = .init(price: 10_000)
        }
        room.bid("A", 3000)
        room.bid("A", 10_000)
        #expect(room.lot.outcome == .sold(to: "A", price: 10_000))
    }

    @Test func `buying takes the cap at once, and meets the reserve`() {
        var room = room {
            $0.reserve = 8000
            $0.buyNow = .init(price: 10_000)
        }
        #expect(room.state.buyNow == 10_000)
        let outcome = room.request("A", .buy)
        #expect(outcome.kinds == ["bid_accepted", "auction_closed"])
        #expect(room.lot.outcome == .sold(to: "A", price: 10_000))
        #expect(room.state.reserve == .met)
        #expect(room.lot.commitments.map(\.kind) == [.buy])
    }

    @Test func `until the first bid it can be bought, afterwards not`() {
        var room = room { $0.buyNow = .init(price: 10_000, availability: .untilFirstBid) }
        room.bid("A", 3000)
        #expect(room.state.buyNow == nil)
        #expect(room.request("B", .buy).code == "unsupported")
    }

    @Test func `or always, over the leader's head, whatever his max`() {
        var room = room { $0.buyNow = .init(price: 10_000, availability: .always) }
        room.bid("A", 90_000)
        #expect(room.state.buyNow == 10_000)
        room.request("B", .buy)
        #expect(room.lot.outcome == .sold(to: "B", price: 10_000))
    }

    @Test func `the leader may buy what he leads`() {
        var room = room { $0.buyNow = .init(price: 10_000, availability: .always) }
        room.bid("A", 3000)
        room.request("A", .buy)
        #expect(room.lot.outcome == .sold(to: "A", price: 10_000))
    }

    @Test func `without a cap there is nothing to buy`() {
        var room = room()
        #expect(room.request("A", .buy).code == "unsupported")
    }
}
