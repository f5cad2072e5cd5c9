import AuctionRules
import Testing

/// Opening and closing: open <=> starts_at <= t < ends_at, and the clock never runs backwards.
@Suite struct ClockTests {
    private func scheduled(opens: Instant = 1000, closes: Instant? = 5000) -> Saleroom {
        Saleroom(.lot(closes: closes) { $0.opensAt = opens })
    }

    @Test func `a lot is open from its start on, and not a millisecond before`() {
        var room = scheduled()
        #expect(room.state.status == .scheduled)
        #expect(room.bid("A", 1000, at: 999).code == "not_open")
        #expect(room.bid("A", 1000, at: 1000).code == "accepted")
    }

    @Test func `at its end a lot is closed, and a millisecond before it is open`() {
        var room = scheduled()
        #expect(room.bid("A", 1000, at: 4999).code == "accepted")
        #expect(room.bid("B", 2000, at: 5000).refusal == .closed(lateBy: 0))
    }

    @Test func `the opening is logged before the first command after it`() {
        var room = scheduled()
        let outcome = room.bid("A", 1000, at: 3000)
        #expect(outcome.kinds == ["auction_opened", "bid_accepted"])
        #expect(outcome.events.map(\.seq) == [1, 2])
        #expect(room.state.startsAt == 1000)
    }

    @Test func `the close is logged before the command that came too late`() {
        var room = scheduled()
        room.bid("A", 1000, at: 3000)
        let outcome = room.bid("B", 2000, at: 6000)
        #expect(outcome.kinds == ["auction_closed", "bid_refused"])
        #expect(outcome.events.map(\.seq) == [3, nil])
        #expect(outcome.reply?.at == 6000)
        #expect(room.lot.phase == .closed(.sold(to: "A", price: 1000), .time, at: 6000))
        #expect(room.state.endsAt == 5000)
    }

    @Test func `a lot that nobody looked at opens and closes in one go`() {
        var room = scheduled()
        let outcome = room.order(.advanceClock, at: 9000)
        #expect(outcome.kinds == ["auction_opened", "auction_closed"])
        #expect(outcome.events.map(\.seq) == [1, 2])
        #expect(room.lot.outcome == .noBids)
    }

    @Test func `the clock does nothing before its time, and nothing twice`() {
        var room = scheduled()
        #expect(room.order(.advanceClock, at: 999).events.isEmpty)
        #expect(room.order(.advanceClock, at: 1000).kinds == ["auction_opened"])
        #expect(room.order(.advanceClock, at: 4999).events.isEmpty)
        #expect(room.order(.advanceClock, at: 5000).kinds == ["auction_closed"])
        #expect(room.order(.advanceClock, at: 9999).events.isEmpty)
    }

    @Test func `the deadline is the next opening or end`() {
        var room = scheduled()
        #expect(room.lot.deadline == 1000)
        room.order(.advanceClock, at: 1000)
        #expect(room.lot.deadline == 5000)
        room.order(.pause(reason: nil))
        #expect(room.lot.deadline == nil)
        room.order(.resume)
        room.order(.close(reason: nil))
        #expect(room.lot.deadline == nil)
    }

    @Test func `a stamp before the newest event counts as that event's time`() {
        var room = scheduled()
        room.bid("A", 1000, at: 4000)
        let outcome = room.bid("B", 2000, at: 2000)
        #expect(outcome.reply?.at == 4000)
        room.order(.advanceClock, at: 5000)
        #expect(room.bid("C", 9000, at: 4999).refusal == .closed(lateBy: 0))
    }

    @Test func `a lot without an end is open until an administrator closes it`() {
        var room = scheduled(closes: nil)
        #expect(room.bid("A", 1000, at: .latest).code == "accepted")
        #expect(room.lot.deadline == nil)
        room.order(.close(reason: "enough"))
        #expect(room.lot.outcome == .sold(to: "A", price: 1000))
        #expect(room.state.endsAt == .latest)
    }

    @Test func `an administrator opens early, and closes early: the end becomes the moment`() {
        var room = scheduled()
        room.order(.open, at: 200)
        #expect(room.state.startsAt == 200)
        room.bid("A", 1000, at: 300)
        room.order(.close(reason: "enough"), at: 700)
        #expect(room.state.endsAt == 700)
        #expect(room.bid("B", 2000, at: 900).refusal == .closed(lateBy: 200))
    }

    @Test func `the end moves later, never earlier`() {
        var room = scheduled()
        #expect(room.order(.extend(.to(5000), reason: nil)).code == "end_not_later")
        #expect(room.order(.extend(.by(0), reason: nil)).code == "end_not_later")
        #expect(room.order(.extend(.by(-1), reason: nil)).code == "end_not_later")
        #expect(room.order(.extend(.to(6000), reason: "phones"), at: 500).code == "done")
        #expect(room.order(.extend(.by(1000), reason: nil), at: 4000).code == "done")
        #expect(room.state.endsAt == 7000)
        #expect(room.state.extensions == 2)
        #expect(room.bid("A", 1000, at: 6999).code == "accepted")
    }

    @Test func `what has ended is not moved, opened, paused or closed again`() {
        let endings: [AuctionCommand] = [.close(reason: nil), .cancel(reason: "withdrawn")]
        let commands: [AuctionCommand] = [
            .open, .pause(reason: nil), .resume, .close(reason: nil), .cancel(reason: "again"),
            .extend(.by(1000), reason: nil), .lowerReserve(to: 1),
        ]
        for ending in endings {
            var room = Saleroom(.lot(closes: 5000))
            room.order(ending)
            let before = room.house
            for command in commands { #expect(room.order(command).code == "wrong_status") }
            #expect(room.house == before)
        }
    }

    @Test func `cancelling needs a reason and ends the bidding`() {
        var room = Saleroom(.lot(closes: 5000))
        #expect(room.order(.cancel(reason: "")).code == "reason_required")
        #expect(room.order(.cancel(reason: "a\nb")).code == "reason_required")
        #expect(room.order(.cancel(reason: "stolen goods")).code == "done")
        #expect(room.state.status == .cancelled)
        #expect(room.state.outcome == "withdrawn")
        #expect(room.state.minimum == nil)
    }

    @Test func `a lot can't be created with an end that is past`() {
        var room = Saleroom()
        room.perform(.addBidder(Bidder(id: "F")), at: 5000)
        let outcome = room.perform(.createAuction("lot", .lot(closes: 5000)))
        #expect(outcome.code == "invalid_terms")
        #expect(room.perform(.createAuction("lot", .lot(closes: 5001))).code == "done")
    }

    @Test func `later lots of a staggered sale end later`() {
        var room = Saleroom()
        room.perform(.createSale(Sale(id: "sale", title: "Sale", stagger: 300)))
        for (index, lot) in ["one", "two", "three"].enumerated() {
            let id = AuctionID(stringLiteral: lot)
            room.perform(.createAuction(id, .lot(closes: 5000) { $0.sale = "sale" }))
            let end = Instant(milliseconds: 5000 + Int64(index) * 300)
            #expect(room.house.auctions[id]?.endsAt == end)
        }
    }
}
