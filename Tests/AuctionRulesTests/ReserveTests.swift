import AuctionRules
import Testing

/// The reserve: secret, met as soon as it is covered, and lowered without spending a hidden max.
@Suite struct ReserveTests {
    private func room(
        reserve: Amount? = 10_000, _ change: (inout Terms) -> Void = { _ in }
    ) -> Saleroom {
        Saleroom(
            .lot {
                $0.reserve = reserve
                change(&$0)
            })
    }

    @Test func `what everybody sees of it is none, unmet or met`() {
        #expect(room(reserve: nil).state.reserve == .none)
        var room = room()
        #expect(room.state.reserve == .unmet)
        room.bid("A", 9999)
        #expect(room.state.reserve == .unmet)
        room.bid("B", 20_000)
        #expect(room.state.reserve == .met)
    }

    @Test func `the price jumps to it when the new leader's max covers it`() {
        var room = room()
        room.bid("A", 6000)
        room.bid("B", 15_000)
        #expect(room.board == "10000 B 10250")
        room.bid("C", 12_000)
        #expect(room.board == "12250 B 12500")
    }

    @Test func `a max that does not cover it is not spent`() {
        var room = room()
        room.bid("A", 9999)
        #expect(room.board == "1000 A 1050")
    }

    @Test func `a reserve at or below the first price is met at once`() {
        for reserve: Amount in [1, 999, 1000] {
            var room = room(reserve: reserve)
            room.bid("A", 5000)
            #expect(room.board == "1000 A 1050")
            #expect(room.state.reserve == .met)
        }
    }

    @Test func `an exact bid above it stays at face value, one below it leaves it unmet`() {
        var room = room()
        room.bid("A", 9000, .exact)
        #expect(room.board == "9000 A 9100")
        #expect(room.state.reserve == .unmet)
        room.bid("B", 11_000, .exact)
        #expect(room.board == "11000 B 11250")
        #expect(room.state.reserve == .met)
    }

    @Test func `a leader's raise that newly covers it applies it, publicly`() {
        var room = room()
        room.bid("A", 6000)
        #expect(room.bid("A", 9999).events.map(\.seq) == [nil])
        #expect(room.bid("A", 10_000).events.map(\.seq) == [3])
        #expect(room.board == "10000 A 10250")
        #expect(room.state.reserve == .met)
        #expect(room.bid("A", 20_000).events.map(\.seq) == [nil])
        #expect(room.board == "10000 A 10250")
    }

    // MARK: - Lowering

    @Test func `lowering it below the price meets it, publicly, and moves no price`() {
        var room = room()
        room.bid("A", 9000)
        room.bid("B", 6000)
        let outcome = room.order(.lowerReserve(to: 6100))
        #expect(outcome.events.map(\.seq) == [4])
        #expect(room.board == "6100 A 6200")
        #expect(room.state.reserve == .met)
    }

    @Test func `lowering it into a hidden max never spends that`() {
        var room = room()
        room.bid("A", 9000)
        let before = room.state
        #expect(room.order(.lowerReserve(to: 5000)).events.map(\.seq) == [nil])
        #expect(room.state == before)
        room.order(.close(reason: nil))
        #expect(room.lot.outcome == .reserveNotMet)
    }

    /// Decided by the lead: it is the rival that makes the old leader's max reach it.
    @Test func `a rival's next bid applies it, even where the old leader stays`() {
        var room = room()
        room.bid("A", 9000)
        room.order(.lowerReserve(to: 5000))
        room.bid("B", 2000)
        #expect(room.board == "5000 A 5100")
        #expect(room.state.reserve == .met)
    }

    /// Decided by the lead: that max covered it before the raise.
    @Test func `a raise does not, where the old max had covered it already`() {
        var room = room()
        room.bid("A", 9000)
        room.order(.lowerReserve(to: 5000))
        #expect(room.bid("A", 12_000).events.map(\.seq) == [nil])
        #expect(room.board == "1000 A 1050")
        #expect(room.state.reserve == .unmet)
    }

    @Test func `raising it is refused after a bid, and so is the same again`() {
        var room = room()
        #expect(room.order(.lowerReserve(to: 12_000)).code == "done")
        #expect(room.order(.lowerReserve(to: 12_000)).code == "reserve_not_lower")
        room.bid("A", 5000)
        for amount: Amount in [12_000, 12_001] {
            #expect(room.order(.lowerReserve(to: amount)).code == "reserve_not_lower")
        }
        #expect(room.order(.lowerReserve(to: 11_999)).code == "done")
        #expect(room.lot.reserve == 11_999)
    }

    @Test func `it is not raised above the cap, and not made up where there is none`() {
        var capped = room { $0.buyNow = .init(price: 20_000) }
        #expect(capped.order(.lowerReserve(to: 20_001)).code == "reserve_not_lower")
        #expect(capped.order(.lowerReserve(to: 20_000)).code == "done")
        var without = room(reserve: nil)
        #expect(without.order(.lowerReserve(to: 500)).code == "reserve_not_lower")
    }

    @Test func `it may be lowered before the opening and while paused`() {
        var room = Saleroom(
            .lot(closes: 9000) {
                $0.reserve = 10_000
                $0.opensAt = 1000
            })
        #expect(room.order(.lowerReserve(to: 8000), at: 10).code == "done")
        room.order(.advanceClock, at: 1000)
        room.order(.pause(reason: nil))
        #expect(room.order(.lowerReserve(to: 7000)).code == "done")
    }

    @Test func `a void after lowering keeps to the smaller price`() {
        var room = room()
        room.bid("A", 9000)
        room.bid("B", 4000, id: "b")
        room.order(.lowerReserve(to: 6000))
        room.void("b")
        // P* is 60.00 now, but a void never lifts the price.
        #expect(room.board == "4100 A 4200")
        #expect(room.state.reserve == .unmet)
    }
}
