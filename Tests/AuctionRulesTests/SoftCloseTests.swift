import AuctionRules
import Testing

/// How late bids move the end. Most lots here end at 100,000 ms.
@Suite struct SoftCloseTests {
    private func room(_ softClose: SoftClose, _ change: (inout Terms) -> Void = { _ in })
        -> Saleroom
    {
        Saleroom(
            .lot(closes: 100_000) {
                $0.softClose = softClose
                change(&$0)
            })
    }

    private let reset = SoftClose.single(window: 10_000, .reset, 15_000)
    private let add = SoftClose.single(window: 10_000, .add, 15_000)

    @Test func `the window is closed at its far end and open at the lot's`() {
        for (t, end) in [(89_999, 100_000), (90_000, 105_000), (99_999, 114_999)]
            as [(Int64, Int64)]
        {
            var room = room(reset)
            room.bid("A", 3000, at: Instant(milliseconds: t))
            #expect(room.state.endsAt?.milliseconds == end)
        }
        var late = room(reset)
        #expect(late.bid("A", 3000, at: 100_000).code == "closed")
    }

    @Test func `reset counts from the bid, add from the end`() {
        var first = room(reset)
        first.bid("A", 3000, at: 95_000)
        #expect(first.state.endsAt == 110_000)
        var second = room(add)
        second.bid("A", 3000, at: 95_000)
        #expect(second.state.endsAt == 115_000)
    }

    @Test func `a reset that is shorter than what is left extends nothing`() {
        var room = room(.single(window: 10_000, .reset, 4000))
        let outcome = room.bid("A", 3000, at: 96_000)
        #expect(outcome.kinds == ["bid_accepted"])
        #expect(room.state.endsAt == 100_000)
        #expect(room.bid("B", 5000, at: 96_001).kinds == ["bid_accepted", "auction_extended"])
        #expect(room.state.endsAt == 100_001)
    }

    @Test func `the hard end clamps, and ends all extending`() {
        var room = room(.single(window: 20_000, .add, 15_000, hardEnd: 110_000))
        room.bid("A", 3000, at: 95_000)
        #expect(room.state.endsAt == 110_000)
        #expect(room.bid("B", 5000, at: 109_000).kinds == ["bid_accepted"])
        #expect(room.state.endsAt == 110_000)
        #expect(room.state.extensions == 1)
    }

    @Test func `no more than max_extensions`() {
        for most in 0...2 {
            var room = room(.single(window: 10_000, .add, 15_000, extensionsMax: most))
            for (index, bidder) in (["A", "B", "C"] as [BidderID]).enumerated() {
                let t = (room.state.endsAt?.milliseconds ?? 0) - 1
                room.bid(
                    bidder, Amount(integerLiteral: 3000 * Int64(index + 1)),
                    at: Instant(milliseconds: t))
            }
            #expect(room.state.extensions == most)
        }
    }

    @Test func `an administrator's extension uses up none of the bids'`() {
        var room = room(.single(window: 10_000, .add, 15_000, extensionsMax: 1))
        room.order(.extend(.by(50_000), reason: nil), at: 1000)
        room.bid("A", 3000, at: 149_000)
        #expect(room.state.endsAt == 165_000)
        #expect(room.state.extensions == 2)
    }

    @Test func `the n-th extension uses stage n, and the last stage stays`() {
        var room = room(
            .staged([
                .init(window: 30_000, mode: .add, amount: 20_000),
                .init(window: 10_000, mode: .reset, amount: 12_000),
                .init(window: 5000, mode: .reset, amount: 6000),
            ]))
        room.bid("A", 3000, at: 75_000)
        #expect(room.state.endsAt == 120_000)
        room.bid("B", 4000, at: 109_999)
        #expect(room.state.endsAt == 120_000)
        room.bid("C", 5000, at: 110_000)
        #expect(room.state.endsAt == 122_000)
        room.bid("D", 6000, at: 117_000)
        #expect(room.state.endsAt == 123_000)
        room.bid("E", 7000, at: 120_000)
        #expect(room.state.endsAt == 126_000)
    }

    @Test func `one command extends once, with the seq of its bid`() {
        var room = room(add)
        let outcome = room.bid("A", 3000, at: 95_000)
        #expect(outcome.kinds == ["bid_accepted", "auction_extended"])
        #expect(outcome.events.map(\.seq) == [2, 2])
        #expect(room.state.seq == 2)
    }

    @Test func `the bidder's reply tells the end as the bid left it`() {
        var room = room(add)
        let outcome = room.bid("A", 3000, id: "k", at: 95_000)
        #expect(outcome.acceptance?.seq == room.state.seq)
        #expect(outcome.acceptance?.endsAt == 115_000)
        #expect(outcome.acceptance?.endsAt == room.state.endsAt)
        // It is complete as soon as its own event has been followed.
        let accepted = outcome.steps[0].after
        #expect(accepted.reply(to: BidKey(bidder: "A", id: "k"))?.verdict == outcome.reply?.verdict)
    }

    @Test func `a losing bid that moves the price extends`() {
        var room = room(add)
        room.bid("A", 9000, at: 1000)
        room.bid("B", 5000, at: 95_000)
        #expect(room.board == "5100 A 5200")
        #expect(room.state.endsAt == 115_000)
    }

    @Test func `with the trigger leader it does not, but a new leader does`() {
        var room = room(.single(window: 10_000, .add, 15_000, trigger: .leader))
        room.bid("A", 9000, at: 1000)
        room.bid("B", 5000, at: 95_000)
        #expect(room.state.endsAt == 100_000)
        room.bid("B", 20_000, at: 96_000)
        #expect(room.state.endsAt == 115_000)
    }

    @Test func `with the trigger leader the first bid extends`() {
        var room = room(.single(window: 10_000, .add, 15_000, trigger: .leader))
        room.bid("A", 9000, at: 95_000)
        #expect(room.state.endsAt == 115_000)
    }

    @Test func `a refused bid never extends`() {
        var room = room(add)
        room.bid("A", 9000, at: 1000)
        room.bid("B", 1000, at: 95_000)
        #expect(room.state.endsAt == 100_000)
    }

    @Test func `a silent raise never extends`() {
        var room = room(add)
        room.bid("A", 9000, at: 1000)
        #expect(room.bid("A", 12_000, at: 95_000).kinds == ["bid_accepted"])
        #expect(room.state.endsAt == 100_000)
    }

    @Test func `a raise that covers the reserve is public, and extends`() {
        var room = room(add) { $0.reserve = 12_000 }
        room.bid("A", 9000, at: 1000)
        room.bid("A", 12_000, at: 95_000)
        #expect(room.state.reserve == .met)
        #expect(room.state.endsAt == 115_000)
    }

    @Test func `a bid that reaches the cap closes and does not extend`() {
        var room = room(add) { $0.buyNow = .init(price: 5000) }
        #expect(
            room.bid("A", 5000, .exact, at: 95_000).kinds == ["bid_accepted", "auction_closed"])
        #expect(room.state.endsAt == 100_000)
    }

    @Test func `an extension survives the void of the bid that earned it`() {
        var room = room(add)
        room.bid("A", 3000, at: 1000)
        room.bid("B", 2000, id: "late", at: 95_000)
        room.void("late", at: 96_000)
        #expect(room.board == "1000 A 1050")
        #expect(room.state.endsAt == 115_000)
        #expect(room.state.extensions == 1)
    }

    @Test func `a lot without an end has nothing to extend`() {
        var room = Saleroom(.lot { $0.softClose = add })
        #expect(room.bid("A", 3000).kinds == ["bid_accepted"])
        #expect(room.state.endsAt == nil)
    }

    /// As the rulebook's section 5 writes them: window, mode, amount in seconds.
    @Test(arguments: [
        ("catawiki", 60, SoftClose.Mode.add, 90), ("yahoo-jp", 300, .add, 300),
        ("bidspotter", 600, .reset, 600), ("trademe", 120, .reset, 120), ("mws", 180, .reset, 180),
    ])
    func `a preset is the rulebook's`(
        name: String, window: Int64, mode: SoftClose.Mode, amount: Int64
    ) throws {
        let stage = try #require(SoftClosePreset(rawValue: name)).stage
        #expect(stage == .init(window: window * 1000, mode: mode, amount: amount * 1000))
    }

    @Test func `hard never extends, and there are no other presets`() {
        #expect(SoftClosePreset(rawValue: "hard")?.stage == nil)
        #expect(SoftClosePreset.allCases.count == 6)
    }

    @Test func `parameters out of range are refused`() {
        func make(
            _ stages: [SoftClose.Stage], extensionsMax: Int? = nil
        ) throws -> SoftClose { try SoftClose(stages: stages, extensionsMax: extensionsMax) }
        let fine = SoftClose.Stage(window: 1, mode: .add, amount: 1)
        #expect(throws: TermsFault.self) { try make([]) }
        #expect(throws: TermsFault.self) {
            try make(Array(repeating: fine, count: SoftClose.stagesMax + 1))
        }
        #expect(throws: TermsFault.self) { try make([fine], extensionsMax: -1) }
        for wrong: Int64 in [0, -1, .min, .max, Instant.durationMax + 1] {
            #expect(throws: TermsFault.self) {
                try make([.init(window: wrong, mode: .add, amount: 1)])
            }
            #expect(throws: TermsFault.self) {
                try make([.init(window: 1, mode: .reset, amount: wrong)])
            }
        }
    }
}
