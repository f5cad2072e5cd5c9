import AuctionRules
import SeededRandom
import Testing

/// Nothing that anybody can send may trap: random commands made of the most extreme values.
@Suite struct RobustnessTests {
    @Test(arguments: Format.allCases, 0..<4)
    func `extreme amounts, instants and durations trap nowhere`(
        format: Format, shard: UInt64
    ) throws {
        for seed in 0..<60 as Range<UInt64> {
            var extremes = Extremes(seed: seed * 4 + shard)
            var room = Saleroom()
            room.perform(.createSale(Sale(id: "sale", title: "Sale", stagger: extremes.duration)))
            let created = room.perform(.createAuction("lot", extremes.terms(format)))
            guard created.code == "done" else { continue }
            var invariants = Invariants()
            for _ in 0..<40 {
                let before = room.lot
                let outcome =
                    extremes.random.chance(3)
                    ? room.recover(
                        heartbeat: extremes.instant, boot: extremes.instant,
                        reopenMin: extremes.duration)
                    : room.perform(extremes.command, at: extremes.instant)
                #expect(room.house.lastInstant <= .latest)
                #expect(room.state.endsAt.map { $0 <= .latest } ?? true)
                guard format == .english else { continue }
                #expect(invariants.broken(by: outcome, from: before, to: room.lot) == [])
            }
        }
    }

    @Test func `at the largest amount the bidding ends by itself`() {
        var room = Saleroom(.lot(start: .largest))
        #expect(room.bid("A", .largest).code == "accepted")
        #expect(room.bid("B", .largest).code == "too_low")
        var climbing = Saleroom(.lot { $0.increments = IncrementTable(flat: .largest) })
        climbing.bid("A", .largest)
        #expect(climbing.bid("B", .largest).code == "too_low")
        climbing.bid("C", 1000)
        #expect(climbing.board.hasPrefix("1000 A"))
    }

    @Test func `two largest maxes meet at the largest price`() {
        var room = Saleroom(.lot())
        room.bid("A", .largest)
        room.bid("B", .largest)
        #expect(room.lot.standing == .init(price: .largest, leader: "A", isReserveMet: false))
    }

    @Test func `instants saturate at the latest`() {
        #expect(Instant.latest.advanced(by: 1) == .latest)
        #expect(Instant.latest.advanced(by: .max) == .latest)
        #expect(Instant(milliseconds: .max).advanced(by: .max) == .latest)
        #expect(Instant(milliseconds: 0).advanced(by: Instant.durationMax) < .latest)
        #expect(
            Instant(milliseconds: .max).milliseconds(since: Instant(milliseconds: .min)) == .max)
        #expect(
            Instant(milliseconds: .min).milliseconds(since: Instant(milliseconds: .max)) == .min)
    }

    @Test func `an instant never gets later by going back`() {
        #expect(Instant(milliseconds: -5).advanced(by: .min) <= Instant(milliseconds: -5))
    }

    @Test func `a stamp out of all bounds is brought within them`() {
        var room = Saleroom(.lot())
        #expect(room.bid("A", 1000, at: Instant(milliseconds: .min)).reply?.at == 0)
        #expect(room.bid("B", 2000, at: Instant(milliseconds: .max)).reply?.at == .latest)
    }
}

/// A source of the most extreme values that the types allow.
private struct Extremes {
    var random: SplitMix64
    private var count = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    var amount: Amount {
        mutating get {
            let largest = Amount.largest.minorUnits
            let minorUnits = random.pick([
                1, 2, 1000, largest / 2, largest - 1, largest, random.within(1...largest),
            ])
            return Amount(integerLiteral: minorUnits)
        }
    }

    var instant: Instant {
        mutating get {
            let latest = Instant.latest.milliseconds
            return Instant(
                milliseconds: random.pick([
                    .min, -1, 0, 1, 1000, 1000, random.within(0...latest), latest - 1, latest, .max,
                ]))
        }
    }

    var duration: Milliseconds {
        mutating get {
            random.pick([.min, -1, 0, 1, 1000, Instant.durationMax, .max])
        }
    }

    mutating func terms(_ format: Format) -> Terms {
        var terms = Terms.lot(format, start: amount, closes: random.chance(80) ? instant : nil)
        if random.chance(50) { terms.reserve = amount }
        if random.chance(30), format == .english {
            terms.buyNow = .init(price: amount, availability: .always)
        }
        terms.increments =
            (try? IncrementTable(bands: [
                .init(from: 0, step: amount), .init(from: 1000, step: .largest),
            ])) ?? IncrementTable(flat: amount)
        if random.chance(70) {
            let mode = random.pick(SoftClose.Mode.allCases)
            terms.softClose = .single(window: Instant.durationMax, mode, Instant.durationMax)
        }
        terms.resumeMin = random.pick([0, Instant.durationMax])
        if random.chance(30) { terms.confirmAboveFactor = .max }
        terms.ladderOnly = format == .english && random.chance(20)
        terms.completesIncrementOnRaise = random.chance(50)
        terms.retraction = .ebay
        if random.chance(50) { terms.sale = "sale" }
        if format == .live {
            (terms.closesAt, terms.softClose) = (nil, nil)
            (terms.tie, terms.plusOne) = (random.pick(TieRule.allCases), random.chance(50))
        }
        return terms
    }

    var command: Command {
        mutating get {
            count += 1
            let id = BidID(stringLiteral: "k\(random.chance(80) ? count : random.below(count) + 1)")
            let past = BidID(stringLiteral: "k\(random.below(count) + 1)")
            let bidder = random.pick(["A", "B", "C", "D"] as [BidderID])
            let order: AuctionCommand
            switch random.below(29) {
            case 20, 21: order = .ask(random.chance(50) ? nil : amount)
            case 22: order = .warn
            case 23: order = .hammer
            case 24: order = random.chance(30) ? .pass(reason: nil) : .reopen(reason: nil)
            case 25: order = .undo(reason: nil)
            case 26: return request(bidder, id, .room(amount: amount))
            case 27, 28:
                let seen = random.pick([1, 2, 3, .min, .max] as [Int64])
                return request(bidder, id, .bidAtAsk(.exact, amount: amount, askSeq: seen))
            case 0..<10:
                let kind = random.pick(BidKind.allCases)
                return request(bidder, id, .bid(kind, amount: amount))
            case 10: return request(bidder, id, .buy)
            case 11: return request(bidder, id, .retract(past))
            case 12: order = .voidBid(past, bidder: bidder, reason: "random")
            case 13: order = .lowerReserve(to: amount)
            case 14: order = .extend(.by(duration), reason: nil)
            case 15: order = .extend(.to(instant), reason: nil)
            case 16: order = .pause(reason: nil)
            case 17, 18: order = .resume
            default: order = random.chance(10) ? .close(reason: nil) : .advanceClock
            }
            return .administer("lot", order)
        }
    }

    private mutating func request(
        _ bidder: BidderID, _ id: BidID, _ action: BidAction
    ) -> Command {
        let isConfirmed = random.chance(70)
        return .request(
            BidRequest(bidder: bidder, id: id, action: action, isConfirmed: isConfirmed), on: "lot")
    }
}
