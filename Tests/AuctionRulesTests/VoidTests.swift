import AuctionRules
import Testing

/// Voids: P* over the surviving commitments, and never above the price before.
@Suite struct VoidTests {
    private func room(_ change: (inout Terms) -> Void = { _ in }) -> Saleroom {
        Saleroom(.lot { change(&$0) })
    }

    @Test func `voiding the leader brings back the one before`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("B", 2000)
        room.bid("C", 9000, id: "c")
        #expect(room.board == "3100 C 3200")
        let outcome = room.void("c")
        #expect(room.board == "2050 A 2100")
        #expect(outcome.kinds == ["bids_voided"])
        #expect(outcome.events.map(\.seq) == [5])
    }

    @Test func `a commitment is marked, never deleted`() {
        var room = room()
        room.bid("A", 3000, id: "a")
        room.bid("B", 2000, id: "b")
        room.void("b")
        #expect(room.lot.commitments.map(\.isVoided) == [false, true])
        #expect(room.lot.commitments.map { room.lot.key(of: $0).id } == ["a", "b"])
        #expect(room.state.bids == 1)
    }

    @Test func `without a bid left the lot is as at its start, and the aliases stay`() {
        var room = room()
        room.bid("A", 3000, id: "a")
        room.void("a")
        #expect(room.board == "- - 1000")
        #expect(room.state.bids == 0)
        room.bid("B", 1000)
        room.bid("A", 2000)
        #expect(room.state.leader == "Bidder 1")
        #expect(room.lot.alias(of: "B") == "Bidder 2")
    }

    /// C's equal bid and A's raise make the closed form 12.50; the price is 12.00.
    @Test func `a void never lifts the price`() {
        var room = room()
        room.bid("A", 1200)
        room.bid("B", 1100, id: "b")
        room.bid("C", 1200)
        room.bid("A", 1500)
        #expect(room.board == "1200 A 1250")
        room.void("b")
        #expect(room.board == "1200 A 1250")
    }

    /// Replaying without the void one would refuse or change other bids; that is not what a void is.
    @Test func `bids that a voided one had driven up keep their full amounts`() {
        var room = room()
        room.bid("A", 5000)
        room.bid("B", 8000, id: "b")
        room.bid("C", 6000)
        #expect(room.board == "6100 B 6200")
        room.void("b")
        #expect(room.board == "5100 C 5200")
        #expect(room.lot.leaderMax == 6000)
    }

    @Test func `of equal maxes the one committed first leads after a void`() {
        var room = room()
        room.bid("A", 5000)
        room.bid("B", 9000, id: "b")
        room.bid("C", 9000)
        room.void("b")
        #expect(room.board == "5100 C 5200")
        var tied = self.room()
        tied.bid("A", 5000)
        tied.bid("B", 5000)
        tied.bid("C", 9000, id: "c")
        tied.void("c")
        #expect(tied.board == "5000 A 5100")
    }

    @Test func `priority is the amount's own, not the bidder's first bid's`() {
        var room = room()
        room.bid("A", 2000)
        room.bid("B", 5000, id: "b")
        room.bid("A", 5000)
        #expect(room.board == "5000 B 5100")
        room.bid("B", 6000, id: "b2")
        room.void("b")
        // A committed 5000 before B's surviving 6000, but 6000 is more.
        #expect(room.board == "5000 B 5100")
        room.void("b2")
        #expect(room.lot.standing.leader == "A")
    }

    @Test func `voiding a raise takes the old max back, in silence`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("A", 9000, id: "raise")
        let before = room.state
        #expect(room.void("raise").events.map(\.seq) == [nil])
        #expect(room.state == before)
        #expect(room.lot.leaderMax == 3000)
        #expect(room.lot.participants["A"]?.standingAmount == 3000)
    }

    @Test func `the leader's exact bid holds the price up as long as it stands`() {
        var room = room()
        room.bid("A", 3000, .exact)
        room.bid("A", 9000, id: "raise")
        room.bid("B", 5000, id: "b")
        #expect(room.board == "5100 A 5200")
        room.void("b")
        #expect(room.board == "3000 A 3100")
    }

    @Test func `the reserve may become unmet, and met again`() {
        var room = room { $0.reserve = 10_000 }
        room.bid("A", 6000)
        room.bid("B", 15_000, id: "b")
        #expect(room.state.reserve == .met)
        room.void("b")
        #expect(room.state.reserve == .unmet)
        room.bid("C", 12_000)
        #expect(room.board == "10000 C 10250")
        #expect(room.state.reserve == .met)
    }

    @Test func `voiding twice changes nothing`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("B", 2000, id: "b")
        room.bid("C", 1000)
        room.void("b")
        let before = room.house
        let outcome = room.void("b")
        #expect(outcome.code == "done")
        #expect(outcome.events.isEmpty && outcome.notices.isEmpty)
        #expect(room.house == before)
    }

    @Test func `a void needs a reason and an accepted bid`() {
        var room = room()
        room.bid("A", 3000, id: "a")
        room.bid("B", 1, id: "low")
        let silent = AuctionCommand.voidBid("a", bidder: nil, reason: "")
        #expect(room.order(silent).code == "reason_required")
        #expect(room.void("low").code == "unknown_bid")
        #expect(room.void("a", of: "B").code == "unknown_bid")
        #expect(room.void("a", of: "A").code == "done")
    }

    @Test func `where two bidders chose one id it must be said whose`() {
        var room = room()
        room.bid("A", 3000, id: "k")
        room.bid("B", 5000, id: "k")
        #expect(room.void("k").code == "unknown_bid")
        #expect(room.void("k", of: "B").code == "done")
        #expect(room.lot.standing.leader == "A")
    }

    // MARK: - After the close

    @Test func `after the close the result is computed again`() {
        var room = Saleroom(.lot(closes: 5000))
        room.bid("A", 3000)
        room.bid("B", 9000, id: "b")
        room.order(.advanceClock, at: 5000)
        #expect(room.lot.outcome == .sold(to: "B", price: 3100))
        room.void("b", at: 6000)
        #expect(room.lot.outcome == .sold(to: "A", price: 1000))
        #expect(room.lot.phase == .closed(.sold(to: "A", price: 1000), .time, at: 5000))
        #expect(room.state.endsAt == 5000)
    }

    @Test func `it may end unsold, or without a bid`() {
        var room = Saleroom(.lot { $0.reserve = 8000 })
        room.bid("A", 3000, id: "a")
        room.bid("B", 9000, id: "b")
        room.order(.close(reason: nil))
        room.void("b")
        #expect(room.lot.outcome == .reserveNotMet)
        room.void("a")
        #expect(room.lot.outcome == .noBids)
    }

    @Test func `a bought lot goes to the next, at the price without the buyer`() {
        var room = Saleroom(.lot { $0.buyNow = .init(price: 10_000, availability: .always) })
        room.bid("A", 5000)
        room.bid("B", 4000)
        room.request("C", .buy, id: "c")
        #expect(room.lot.outcome == .sold(to: "C", price: 10_000))
        room.void("c")
        #expect(room.lot.outcome == .sold(to: "A", price: 4100))
    }

    @Test func `a void of the loser's bid does not take the lot from its buyer`() {
        var room = Saleroom(.lot { $0.buyNow = .init(price: 10_000, availability: .always) })
        room.bid("A", 50_000)
        room.bid("B", 4000, id: "b")
        room.request("C", .buy)
        room.void("b")
        #expect(room.lot.outcome == .sold(to: "C", price: 10_000))
    }

    @Test func `what nobody sees takes no seq after the close either`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("A", 9000, id: "raise")
        room.order(.close(reason: nil))
        let before = room.state
        let outcome = room.void("raise")
        #expect(outcome.events.map(\.seq) == [nil])
        #expect(outcome.notices.map(\.bidder) == ["A"])
        #expect(room.state == before)
    }

    @Test func `a cancelled lot has nothing to void`() {
        var room = room()
        room.bid("A", 3000, id: "a")
        room.order(.cancel(reason: "withdrawn"))
        #expect(room.void("a").code == "wrong_status")
    }
}
