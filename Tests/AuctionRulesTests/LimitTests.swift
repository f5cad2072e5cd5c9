import AuctionRules
import Testing

/// What a bidder may commit to: per bid, and over a sale. And who may bid in a sale at all.
@Suite struct LimitTests {
    /// Three lots of one sale and one of another; A may have 100.00 at stake over the first sale.
    static func sale(exposure: Amount = 10_000, in currency: Currency = .usd) -> Saleroom {
        var room = Saleroom()
        for sale: SaleID in ["sale", "other"] {
            room.perform(.createSale(Sale(id: sale, title: "Sale")))
        }
        for (lot, sale) in [("one", "sale"), ("two", "sale"), ("three", "sale"), ("far", "other")] {
            let terms = Terms.lot { $0.sale = SaleID(stringLiteral: sale) }
            room.perform(.createAuction(AuctionID(stringLiteral: lot), terms))
        }
        let limit = Limit(amount: exposure, currency: currency)
        room.perform(
            .register(
                Registration(
                    sale: "sale", bidder: "A", isApproved: true, exposureLimit: limit)))
        return room
    }

    @Test func `a single bid may reach its limit and not pass it`() {
        var room = Saleroom(.lot())
        let limit = Limit(amount: 10_000, currency: .usd)
        room.perform(.addBidder(Bidder(id: "limited", bidLimit: limit)))
        #expect(room.bid("limited", 10_001).code == "limit_exceeded")
        #expect(room.bid("limited", 10_000).code == "accepted")
    }

    @Test func `a limit holds for a buy at its price`() {
        var room = Saleroom(.lot { $0.buyNow = .init(price: 20_000) })
        let limit = Limit(amount: 19_999, currency: .usd)
        room.perform(.addBidder(Bidder(id: "limited", bidLimit: limit)))
        #expect(room.request("limited", .buy).code == "limit_exceeded")
        #expect(room.request("A", .buy).code == "accepted")
    }

    @Test func `a limit in another currency allows nothing here`() {
        var room = Saleroom(.lot())
        let limit = Limit(amount: .largest, currency: .jpy)
        room.perform(.addBidder(Bidder(id: "limited", bidLimit: limit)))
        #expect(room.bid("limited", 1000).code == "limit_exceeded")
        var sale = Self.sale(in: .jpy)
        #expect(sale.bid("A", 1000, on: "one").code == "limit_exceeded")
    }

    @Test func `exposure counts the maxes of all lots of the sale that the bidder leads`() {
        var room = Self.sale()
        #expect(room.bid("A", 6000, on: "one").code == "accepted")
        #expect(room.bid("A", 4001, on: "two").code == "limit_exceeded")
        #expect(room.bid("A", 4000, on: "two").code == "accepted")
        #expect(room.bid("A", 1000, on: "three").code == "limit_exceeded")
    }

    @Test func `on the lot itself only the new max counts`() {
        var room = Self.sale()
        room.bid("A", 6000, on: "one")
        #expect(room.bid("A", 10_001, on: "one").code == "limit_exceeded")
        #expect(room.bid("A", 10_000, on: "one").code == "accepted")
    }

    @Test func `other sales do not count`() {
        var room = Self.sale()
        room.bid("A", 10_000, on: "one")
        #expect(room.bid("A", 50_000, on: "far").code == "accepted")
    }

    @Test func `being outbid gives the room back`() {
        var room = Self.sale()
        room.bid("A", 6000, on: "one")
        #expect(room.bid("A", 5000, on: "two").code == "limit_exceeded")
        room.bid("B", 7000, on: "one")
        #expect(room.bid("A", 5000, on: "two").code == "accepted")
    }

    @Test func `a lot that was won counts at its price`() {
        var room = Self.sale()
        room.bid("A", 6000, on: "one")
        room.perform(.administer("one", .close(reason: nil)))
        #expect(room.bid("A", 9001, on: "two").code == "limit_exceeded")
        #expect(room.bid("A", 9000, on: "two").code == "accepted")
    }

    @Test func `a lot that came to nothing does not count`() {
        var room = Self.sale()
        room.bid("A", 6000, on: "one")
        room.perform(.administer("one", .cancel(reason: "withdrawn")))
        #expect(room.bid("A", 10_000, on: "two").code == "accepted")
    }

    @Test func `a voided bid does not count`() {
        var room = Self.sale()
        room.bid("A", 6000, id: "k", on: "one")
        room.perform(.administer("one", .voidBid("k", bidder: "A", reason: "a mistake")))
        #expect(room.bid("A", 10_000, on: "two").code == "accepted")
    }

    @Test func `a sealed bid counts, leading or not`() {
        var room = Self.sale()
        let terms = Terms.lot(.vickrey, closes: 1000) { $0.sale = "sale" }
        room.perform(.createAuction("sealed", terms))
        room.bid("B", 9000, on: "sealed")
        #expect(room.bid("A", 6000, on: "sealed").code == "accepted")
        #expect(room.bid("A", 4001, on: "one").code == "limit_exceeded")
        // Replaced by a lower one, it is the lower one that counts.
        #expect(room.bid("A", 5000, on: "sealed").code == "accepted")
        #expect(room.bid("A", 5000, on: "one").code == "accepted")
    }

    @Test func `exposure at the largest amounts does not overflow`() {
        var room = Self.sale(exposure: .largest)
        #expect(room.bid("A", .largest, on: "one").code == "accepted")
        #expect(room.bid("A", 1000, on: "two").code == "limit_exceeded")
    }

    @Test func `a sale may need approval, and take it back`() {
        var room = Saleroom()
        room.perform(.createSale(Sale(id: "sale", title: "Sale", requiresApproval: true)))
        room.perform(.createAuction("lot", .lot { $0.sale = "sale" }))
        #expect(room.bid("A", 1000).code == "not_registered")
        for (isApproved, code) in [(false, "not_approved"), (true, "accepted")] {
            let registration = Registration(sale: "sale", bidder: "A", isApproved: isApproved)
            room.perform(.register(registration))
            #expect(room.bid("A", 1000).code == code)
        }
        room.perform(.register(Registration(sale: "sale", bidder: "A", isApproved: false)))
        #expect(room.bid("A", 2000).code == "not_approved")
    }

    @Test func `the suspended may not bid, and their standing bids stand`() {
        var room = Saleroom(.lot())
        room.bid("A", 3000)
        room.perform(.suspendBidder("A", reason: "unpaid"))
        #expect(room.bid("A", 4000).code == "suspended")
        room.bid("B", 2000)
        #expect(room.board == "2050 A 2100")
        room.perform(.reinstateBidder("A"))
        #expect(room.bid("A", 4000).code == "accepted")
    }
}
