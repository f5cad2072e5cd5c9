import AuctionRules
import SeededRandom
import Testing

/// Where the lots of a sale end, told anew from all bids after every command, and by nobody's state:
/// too simple to share the engine's mistakes. Bids are exact and each at its lot's minimum, so that
/// every one of them changes the price and the leader.
private struct NaiveEnds {
    struct Stage {
        var window: Int64
        var isAdding: Bool
        var amount: Int64
    }

    struct Lot {
        var opens: Int64
        var end: Int64?
        var group: String?
        var stages: [Stage]
        var most: Int?
        var hardEnd: Int64?
        var moves = 0
        var left: Int64?
        var isOver = false

        func isOpen(at t: Int64) -> Bool {
            !isOver && left == nil && opens <= t && (end ?? .max) > t
        }

        var stage: Stage { stages[min(moves, stages.count - 1)] }

        mutating func move(at t: Int64) {
            guard let end, !stages.isEmpty, most.map({ moves < $0 }) ?? true else { return }
            let wanted = stage.isAdding ? end + stage.amount : t + stage.amount
            let new = min(wanted, hardEnd ?? wanted)
            guard new > end else { return }
            self.end = new
            moves += 1
        }
    }

    var lots: [Lot]

    /// - Returns: whether the bid is taken.
    mutating func bid(on index: Int, at t: Int64) -> Bool {
        let lot = lots[index]
        guard lot.isOpen(at: t) else { return false }
        guard let end = lot.end, !lot.stages.isEmpty, end - t <= lot.stage.window else {
            return true
        }
        let together = lots.indices.filter {
            $0 == index || (lot.group != nil && lots[$0].group == lot.group)
        }
        for other in together where lots[other].isOpen(at: t) { lots[other].move(at: t) }
        return true
    }

    mutating func pause(_ index: Int, at t: Int64) -> Bool {
        guard lots[index].isOpen(at: t), let end = lots[index].end else { return false }
        lots[index].left = end - t
        lots[index].end = nil
        return true
    }

    mutating func resume(_ index: Int, at t: Int64, leastLeft: Int64) -> Bool {
        guard let left = lots[index].left else { return false }
        lots[index].end = t + max(left, leastLeft)
        lots[index].left = nil
        return true
    }

    mutating func hammer(_ index: Int, at t: Int64) -> Bool {
        guard lots[index].isOpen(at: t) || lots[index].left != nil else { return false }
        lots[index].isOver = true
        lots[index].left = nil
        lots[index].end = t
        return true
    }

    mutating func extend(_ index: Int, by duration: Int64, at t: Int64) -> Bool {
        let lot = lots[index]
        guard !lot.isOver, lot.left == nil, let end = lot.end, end > t else { return false }
        lots[index].end = end + duration
        return true
    }
}

/// The engine's sales of groups against ``NaiveEnds``: random lots, and random bids and orders on them.
@Suite struct NaiveGroupTests {
    @Test(arguments: 1...400 as ClosedRange<UInt64>)
    func `the lots of a sale end where the naive model says`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var room = Saleroom()
        let saleGroup: String? = random.chance(60) ? "all" : nil
        room.perform(
            .createSale(
                Sale(
                    id: "sale", title: "Sale",
                    softCloseGroup: try saleGroup.map { try SoftCloseGroup($0) })))
        var model = NaiveEnds(lots: [])
        let ids = (0...random.within(1...5)).map { AuctionID(stringLiteral: "lot-\($0)") }
        for id in ids {
            let lot = Self.lot(&random, saleGroup)
            model.lots.append(lot)
            let created = room.perform(.createAuction(id, try Self.terms(lot, saleGroup)))
            try #require(created.code == "done", "\(created.answer)")
        }
        var t: Int64 = 0
        for step in 0..<60 {
            t += random.chance(70) ? random.within(0...8) : random.within(0...60)
            let index = random.below(ids.count)
            let (isTaken, expected) = try Self.play(
                index, ids[index], at: t, &random, &room, &model)
            #expect(isTaken == expected, "seed \(seed), step \(step)")
            for (index, id) in ids.enumerated() {
                let lot = try #require(room.house.auctions[id])
                let model = model.lots[index]
                #expect(
                    lot.endsAt?.milliseconds == model.end, "seed \(seed), step \(step), \(id)")
                #expect(lot.extensionsByBids == model.moves, "seed \(seed), step \(step), \(id)")
            }
            guard isTaken == expected else { return }
        }
        var replayed = House()
        for (index, entry) in room.log.enumerated() {
            let hash = EntryHash(words: SIMD4(UInt64(index + 1), 0, 0, 0))
            replayed.apply(entry.event, at: entry.at, recordedAs: hash)
        }
        #expect(replayed == room.house)
    }

    private static func lot(_ random: inout SplitMix64, _ saleGroup: String?) -> NaiveEnds.Lot {
        let opens = random.chance(20) ? random.within(1...60) : 0
        let end = opens + random.within(20...200)
        var stages: [NaiveEnds.Stage] = []
        for _ in 0..<(random.chance(80) ? 1 + random.below(3) : 0) {
            stages.append(
                .init(
                    window: random.within(1...40), isAdding: random.chance(50),
                    amount: random.within(1...40)))
        }
        var lot = NaiveEnds.Lot(opens: opens, end: end, group: saleGroup, stages: stages)
        if random.chance(30) { lot.group = random.pick(["x", "y"]) }
        if stages.isEmpty { lot.group = nil }
        if !stages.isEmpty, random.chance(30) { lot.most = random.below(4) }
        if !stages.isEmpty, random.chance(30) { lot.hardEnd = end + random.within(0...60) }
        return lot
    }

    private static func terms(_ lot: NaiveEnds.Lot, _ saleGroup: String?) throws -> Terms {
        var terms = Terms.lot(start: 100, closes: lot.end.map(Instant.init(milliseconds:)))
        terms.increments = IncrementTable(flat: 100)
        terms.opensAt = Instant(milliseconds: lot.opens)
        terms.sale = "sale"
        terms.resumeMin = 15
        guard !lot.stages.isEmpty else { return terms }
        terms.softClose = .staged(
            lot.stages.map {
                .init(window: $0.window, mode: $0.isAdding ? .add : .reset, amount: $0.amount)
            }, extensionsMax: lot.most, hardEnd: lot.hardEnd.map(Instant.init(milliseconds:)))
        // The sale's group need not be said.
        if lot.group != saleGroup {
            terms.softClose?.group = try lot.group.map { try SoftCloseGroup($0) }
        }
        return terms
    }

    /// - Returns: whether the engine did it, and whether the model did.
    private static func play(
        _ index: Int, _ id: AuctionID, at t: Int64, _ random: inout SplitMix64,
        _ room: inout Saleroom, _ model: inout NaiveEnds
    ) throws -> (engine: Bool, model: Bool) {
        let stamp = Instant(milliseconds: t)
        func order(_ command: AuctionCommand) -> Bool {
            room.perform(.administer(id, command), at: stamp).code == "done"
        }
        switch random.below(100) {
        case 0..<4: return (order(.pause(reason: nil)), model.pause(index, at: t))
        case 4..<12: return (order(.resume), model.resume(index, at: t, leastLeft: 15))
        case 12..<14: return (order(.close(reason: nil)), model.hammer(index, at: t))
        case 14..<18:
            let duration = random.within(1...30)
            return (
                order(.extend(.by(duration), reason: nil)),
                model.extend(index, by: duration, at: t)
            )
        default:
            let lot = try #require(room.house.auctions[id])
            let bidder: BidderID = lot.standing.leader == "A" ? "B" : "A"
            let amount = lot.minimum ?? 100
            let outcome = room.bid(bidder, amount, .exact, at: stamp, on: id)
            return (outcome.code == "accepted", model.bid(on: index, at: t))
        }
    }
}
