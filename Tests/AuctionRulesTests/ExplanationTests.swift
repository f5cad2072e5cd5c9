import AuctionRules
import SeededRandom
import Testing

/// What an explanation says, and what it must never say.
struct ExplanationTests {
    /// A lot, driven by bids; every public change is kept with the lot before it.
    struct Story {
        private(set) var house = House()
        private(set) var changes: [LotChange] = []
        private var now = Instant(milliseconds: 1_000_000)
        private var count = 0

        init(
            start: Amount = 1000, reserve: Amount? = nil,
            _ change: (inout Terms) throws -> Void = { _ in }
        ) throws {
            var terms = Terms(
                title: "A lot", currency: try #require(Currency(code: "USD")), start: start,
                increments: IncrementPreset.ebayUS.table, opensAt: now,
                closesAt: now.advanced(by: 600_000))
            terms.reserve = reserve
            try change(&terms)
            for bidder in ["A", "B", "C"] { perform(.addBidder(Bidder(id: try BidderID(bidder)))) }
            perform(.createAuction(AuctionID("lot"), terms))
        }

        mutating func perform(_ command: Command, after delay: Milliseconds = 0) {
            now = now.advanced(by: delay)
            let decision = house.decide(command, at: now)
            var pending: (before: Auction, events: [AuctionEvent])?
            for event in decision.events {
                if case .auction(let id, let event) = event, let seq = event.seq,
                    let before = house.auctions[id]
                {
                    if pending?.events.last?.seq != seq {
                        flush(&pending)
                        pending = (before, [])
                    }
                    pending?.events.append(event)
                }
                house.apply(event, at: now, recordedAs: .zero)
            }
            flush(&pending)
        }

        private mutating func flush(_ pending: inout (before: Auction, events: [AuctionEvent])?) {
            guard let change = pending else { return }
            changes.append(LotChange(before: change.before, events: change.events, at: now))
            pending = nil
        }

        mutating func bid(
            _ bidder: String, _ amount: Amount, _ kind: BidKind = .max,
            after delay: Milliseconds = 0
        ) throws {
            count += 1
            perform(
                .request(
                    BidRequest(
                        bidder: try BidderID(bidder), id: try BidID("b\(count)"),
                        action: .bid(kind, amount: amount)), on: AuctionID("lot")),
                after: delay)
        }

        mutating func administer(_ command: AuctionCommand, after delay: Milliseconds = 0) throws {
            perform(.administer(AuctionID("lot"), command), after: delay)
        }

        func last(reveal: Bool = false) throws -> Explanation {
            try #require(changes.last).explanation(reveal: reveal)
        }
    }

    static func text(_ explanation: Explanation) -> String {
        explanation.steps.map(\.text).joined(separator: " ")
    }

    @Test(
        "P01, P04: who bids first leads at the start; who offers more, a step over the beaten max")
    func leadTaken() throws {
        var story = try Story(start: 999)
        try story.bid("A", 1200)
        #expect(try story.last().steps.map(\.rule) == [.firstBid])
        #expect(try Self.text(story.last()) == "Bidder 1 bids first and leads at 9.99 USD.")
        try story.bid("B", 2000)
        let explanation = try story.last()
        #expect(explanation.steps.map(\.rule) == [.minimum, .leadTaken])
        #expect(explanation.price == 1250)
        #expect(
            explanation.steps[0].text
                == "Bidder 1 led at 9.99 USD. The step there is 0.50 USD, so at least 10.49 USD had "
                + "to be offered.")
        #expect(explanation.steps[1].text.contains("one step"))
        #expect(explanation.steps[1].text.hasSuffix("12.50 USD."))
    }

    @Test("P02, P03: a max that is not below the offer holds the lead", arguments: [1175, 1200])
    func leadHeld(amount: Int64) throws {
        var story = try Story(start: 999)
        try story.bid("A", 1200)
        try story.bid("B", try #require(Amount(minorUnits: amount)))
        let explanation = try story.last()
        #expect(explanation.steps.map(\.rule) == [.minimum, .leadHeld])
        #expect(explanation.price == 1200)
        #expect(Self.text(explanation).contains("of equal offers the earlier one leads"))
    }

    @Test("R18: the reserve is met, and revealed only when asked for")
    func reserve() throws {
        var story = try Story(reserve: 9876)
        try story.bid("A", 5000)
        try story.bid("B", 20_000)
        let explanation = try story.last()
        #expect(explanation.steps.map(\.rule) == [.minimum, .leadTaken, .reserveMet])
        #expect(!Self.text(explanation).contains("200.00"))
        let revealed = try story.last(reveal: true)
        #expect(revealed.steps.last?.rule == .secret)
        #expect(
            Self.text(revealed).contains("B offered 200.00 USD; the maximum of A was 50.00 USD"))
        #expect(Self.text(revealed).contains("the reserve is 98.76 USD"))
    }

    @Test("B1: at the cap the lot is sold")
    func buyNow() throws {
        var story = try Story { $0.buyNow = .init(price: 10_000) }
        try story.bid("A", 9900)
        try story.bid("B", 12_000)
        #expect(try story.last().steps.map(\.rule) == [.buyNow, .closed])
        #expect(try Self.text(story.last()).contains("sold to Bidder 2 at 100.00 USD"))
    }

    @Test("T3: a late bid moves the end, by the soft close")
    func softClose() throws {
        var story = try Story {
            $0.softClose = try SoftClose(
                stages: [.init(window: 60_000, mode: .add, amount: 90_000)])
        }
        try story.bid("A", 2000, after: 600_000 - 37_000)
        #expect(try story.last().steps.map(\.rule) == [.firstBid, .softClose])
        #expect(
            try Self.text(story.last()).contains("37 s before the end")
                && Self.text(story.last()).contains("moves by 90 s"))
    }

    @Test("V28: a void leads to what is left, and not above the price before")
    func void() throws {
        var story = try Story()
        try story.bid("A", 10_000)
        try story.bid("B", 8000)
        try story.administer(
            .voidBid(BidID("b2"), bidder: nil, reason: "a mistake"))
        let explanation = try story.last()
        #expect(explanation.steps.map(\.rule) == [.void])
        #expect(explanation.steps[0].text.hasPrefix("Voided: the bid of change 3."))
        #expect(explanation.price == 1000)
    }

    @Test("P14: a raise that completes a step is told as one")
    func raise() throws {
        var story = try Story(start: 999) { $0.completesIncrementOnRaise = true }
        try story.bid("A", 1200)
        try story.bid("B", 1175)
        try story.bid("A", 1500)
        #expect(try story.last().steps.map(\.rule) == [.raise])
        #expect(try story.last().price == 1225)
    }

    @Test("The end of a lot is told with its result")
    func end() throws {
        var unsold = try Story(reserve: 9000)
        try unsold.bid("A", 5000)
        try unsold.administer(.advanceClock, after: 600_000)
        #expect(
            try Self.text(unsold.last())
                == "The end came: the reserve is not met, so it is not sold.")
        var sealed = try Story { $0.format = .vickrey }
        try sealed.bid("A", 5000)
        try sealed.bid("B", 7000)
        try sealed.administer(.advanceClock, after: 600_000)
        #expect(try Self.text(sealed.last()).contains("sold to Bidder 2 at 50.00 USD"))
        #expect(
            try Self.text(sealed.last(reveal: true)).contains(
                "The offers: A 50.00 USD, B 70.00 USD"))
    }

    @Test("Pauses, extensions, openings and withdrawals are told, too")
    func interruptions() throws {
        var story = try Story()
        try story.administer(.pause(reason: nil))
        #expect(try story.last().steps.map(\.rule) == [.paused])
        try story.administer(.resume, after: 5)
        #expect(try story.last().steps.map(\.rule) == [.resumed])
        try story.administer(.extend(.by(1500), reason: nil))
        #expect(try story.last().steps.map(\.rule) == [.extended])
        #expect(try Self.text(story.last()).contains("by 1.500 s"))
        try story.administer(.cancel(reason: "gone"))
        #expect(try story.last().steps.map(\.rule) == [.cancelled])
        #expect(story.changes.first?.explanation().steps.map(\.rule) == [.opened])
    }

    @Test(
        "Two histories that differ only in a hidden max are explained in the same words",
        arguments: 1...60)
    func secrecy(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let reserve: Amount? = Bool.random(using: &random) ? 2_000_000 : nil
        let completes = Bool.random(using: &random)
        let exact = Bool.random(using: &random)
        let bids = (0..<8).map { _ in
            (
                ["B", "C"][Int.random(in: 0...1, using: &random)],
                Int64.random(in: 900...40_000, using: &random)
            )
        }
        let explanations = try [500_000, 1_765_432].map { (hidden: Amount) in
            var story = try Story(reserve: reserve) { $0.completesIncrementOnRaise = completes }
            try story.bid("B", 1500, exact ? .exact : .max)
            try story.bid("A", hidden)
            for (bidder, amount) in bids {
                try story.bid(bidder, try #require(Amount(minorUnits: amount)))
            }
            try story.administer(.voidBid(BidID("b1"), bidder: nil, reason: "r"))
            try story.administer(.close(reason: nil))
            return story.changes.map { $0.explanation() }
        }
        #expect(explanations[0] == explanations[1])
        #expect(explanations[0].count > 4)
        for text in explanations[1].map(Self.text) {
            #expect(!text.contains("17654.32") && !text.contains("20000.00"))
        }
    }
}
