import AuctionRules
import Testing

/// Groups beside their ends, which the vectors show: what is logged, told and refused.
@Suite struct SoftCloseGroupTests {
    /// Lots a, b and c of one group, which end at 100,000 ms.
    private func room(_ change: (AuctionID, inout Terms) -> Void = { _, _ in }) -> Saleroom {
        var room = Saleroom()
        room.perform(.createSale(Sale(id: "sale", title: "Sale", softCloseGroup: "all")))
        for id in ["a", "b", "c"] as [AuctionID] {
            let terms = Terms.lot(closes: 100_000) {
                $0.sale = "sale"
                $0.softClose = .single(window: 10_000, .add, 15_000)
                change(id, &$0)
            }
            room.perform(.createAuction(id, terms))
        }
        return room
    }

    @Test func `a late bid is one change of each lot, under that lot's own seq`() throws {
        var room = room()
        room.bid("A", 1000, at: 1000, on: "b")
        let outcome = room.bid("A", 3000, at: 95_000, on: "a")
        #expect(
            outcome.kinds == [
                "bid_accepted", "auction_extended", "auction_extended", "auction_extended",
            ])
        #expect(outcome.events.map(\.seq) == [2, 2, 3, 2])
        #expect(outcome.acceptance?.endsAt == 115_000)
        let change = try #require(
            room.house.auctions["b"]?.publicChange(after: outcome.events[2], at: 95_000))
        #expect(change.kind == .status(reason: "group soft close"))
        #expect(change.state.endsAt == 115_000)
        #expect(change.state.extensions == 1)
        #expect(outcome.notices.isEmpty)
    }

    @Test func `what changes nothing public, or is refused, extends nobody`() {
        var room = room()
        room.bid("A", 3000, at: 1000, on: "a")
        #expect(room.bid("A", 4000, at: 95_000, on: "a").kinds == ["bid_accepted"])
        #expect(room.bid("B", 1, at: 95_000, on: "a").kinds == ["bid_refused"])
        #expect(room.house.auctions["b"]?.endsAt == 100_000)
    }

    @Test func `a repeated bid extends once`() {
        var room = room()
        room.bid("A", 3000, id: "k", at: 95_000, on: "a")
        #expect(room.bid("A", 3000, id: "k", at: 114_000, on: "a").events.isEmpty)
        #expect(room.house.auctions["b"]?.endsAt == 115_000)
    }

    @Test func `who leads must change where the lot's terms say so`() {
        var room = room { _, terms in
            terms.softClose = .single(window: 10_000, .add, 15_000, trigger: .leader)
        }
        room.bid("A", 9000, at: 1000, on: "a")
        room.bid("B", 5000, at: 95_000, on: "a")
        #expect(room.house.auctions["b"]?.endsAt == 100_000)
        room.bid("B", 19_000, at: 95_001, on: "a")
        #expect(room.house.auctions["b"]?.endsAt == 115_000)
    }

    @Test func `a void takes no extension back`() {
        var room = room()
        room.bid("A", 3000, id: "k", at: 95_000, on: "a")
        room.perform(
            .administer("a", .voidBid("k", bidder: nil, reason: "typo")), at: 96_000)
        #expect(room.house.auctions["a"]?.endsAt == 115_000)
        #expect(room.house.auctions["b"]?.endsAt == 115_000)
    }

    @Test func `lots that are due by the time of the bid open and close first`() {
        var room = room { id, terms in
            if id == "b" { terms.closesAt = 94_000 }
            if id == "c" { terms.opensAt = 93_000 }
        }
        let outcome = room.bid("A", 3000, at: 95_000, on: "a")
        #expect(
            outcome.kinds == [
                "bid_accepted", "auction_extended", "auction_closed", "auction_opened",
                "auction_extended",
            ])
        #expect(room.house.auctions["c"]?.endsAt == 115_000)
    }

    @Test func `sealed lots are extended with the others`() {
        var room = room { id, terms in
            if id == "b" { terms.format = .vickrey }
        }
        // A sealed bid shows nothing, and so extends nobody.
        #expect(room.bid("B", 5000, at: 95_000, on: "b").kinds == ["bid_accepted"])
        room.bid("A", 3000, at: 95_000, on: "a")
        #expect(room.house.auctions["b"]?.endsAt == 115_000)
    }

    @Test func `a lot names its own group, has the sale's, or closes hard`() {
        var room = room { id, terms in
            if id == "a" { terms.softClose?.group = "own" }
            if id == "b" { terms.softClose = nil }
        }
        let groups = ["a", "b", "c"].map {
            room.house.auctions[AuctionID(stringLiteral: $0)]?.terms.softClose?.group?.text
        }
        #expect(groups == ["own", nil, "all"])
        let homeless = Terms.lot(closes: 200_000) {
            $0.softClose = .single(window: 10_000, .add, 15_000)
            $0.softClose?.group = "all"
        }
        let refused = room.perform(.createAuction("d", homeless))
        #expect(refused.code == "invalid_terms")
        #expect("\(refused.answer)".contains("soft_close_group"))
    }

    @Test func `a group has a most of lots`() {
        var room = Saleroom()
        room.perform(.createSale(Sale(id: "sale", title: "Sale", softCloseGroup: "all")))
        let terms = Terms.lot(closes: 100_000) {
            $0.sale = "sale"
            $0.softClose = .single(window: 10_000, .add, 15_000)
        }
        for number in 0..<SoftClose.groupLotsMax {
            let created = room.perform(
                .createAuction(AuctionID(stringLiteral: "lot-\(number)"), terms))
            guard created.code == "done" else {
                Issue.record("\(created.answer)")
                return
            }
        }
        #expect(room.perform(.createAuction("more", terms)).code == "invalid_terms")
        // The others are judged by nobody's group.
        var alone = terms
        alone.softClose?.group = "more"
        #expect(room.perform(.createAuction("more", alone)).code == "done")
        let late = room.bid("A", 3000, at: 95_000, on: "lot-7")
        #expect(late.kinds.count(where: { $0 == "auction_extended" }) == SoftClose.groupLotsMax)
    }

    @Test func `the explanation names the lot that was bid on, and no secret`() throws {
        var room = room()
        let outcome = room.bid("A", 3000, at: 95_000, on: "a")
        let step = try #require(outcome.steps.last)
        let change = LotChange(
            before: try #require(step.before), events: [step.event], at: 95_000)
        let explanation = change.explanation()
        #expect(explanation.steps.map(\.rule) == [.softCloseGroup])
        #expect(
            explanation.steps.first?.text
                == "A bid on a came late, and the lots of its group are extended together: the end "
                + "moves by 15 s.")
    }
}
