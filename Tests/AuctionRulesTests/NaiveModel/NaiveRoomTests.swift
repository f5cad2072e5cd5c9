import SeededRandom
import Testing

@testable import AuctionRules

/// The live room against its naive model: random lots and random histories; after every command both
/// must say and show the same. In the end the log gives the same house again, and the lot's image the
/// same lot.
///
/// `SEQUENCES` and `SEED` as for the English auction.
@Suite struct NaiveRoomTests {
    private static let names: [BidderID] = ["A", "B", "C", "D"]

    @Test(arguments: 0..<NaiveModelTests.shards)
    func `the live room agrees with the naive model`(shard: Int) throws {
        for seed in NaiveModelTests.seeds(of: shard) {
            let fault = try Self.fault(of: seed)
            guard fault == nil else {
                Issue.record("seed \(seed): \(fault ?? "")")
                return
            }
        }
    }

    /// Plays one history; nil when both models agree to its end.
    private static func fault(of seed: UInt64) throws -> String? {
        var random = SplitMix64(seed: seed)
        let conditions = conditions(using: &random)
        var model = NaiveRoom(conditions)
        var room = try Self.room(conditions)
        var history: [String] = []
        for _ in 0..<40 {
            let move = move(on: model, using: &random)
            let outcome = room.perform(command(move, in: room))
            let expected = model.answer(move)
            history.append("\(move) -> \(expected)")
            let differences = differences(
                between: room.lot, Agreement.spelling(of: outcome), and: model, expected)
            guard differences.isEmpty else {
                return "\(conditions)\n" + history.suffix(14).joined(separator: "\n") + "\n"
                    + differences.joined(separator: "; ")
            }
        }
        var house = House()
        for (index, entry) in room.log.enumerated() {
            let hash = EntryHash(words: SIMD4(UInt64(index + 1), 0, 0, 0))
            house.apply(entry.event, at: entry.at, recordedAs: hash)
        }
        if house != room.house { return "the replay is another house" }
        let lot = room.lot
        let image = try Auction(id: lot.id, image: lot.image, replyPages: lot.replyPages)
        return image == lot ? nil : "the image is another lot"
    }

    private static func room(_ conditions: NaiveRoom.Conditions) throws -> Saleroom {
        var room = Saleroom(bidders: [])
        for (who, name) in names.enumerated() {
            let limit = who == NaiveRoom.limited ? conditions.limit : nil
            room.perform(
                .addBidder(
                    Bidder(
                        id: name, bidLimit: limit.map { Limit(amount: amount($0), currency: .usd) })
                ))
        }
        let terms = Terms.lot(.live, start: amount(conditions.start)) { terms in
            terms.increments = IncrementTable(flat: amount(conditions.step))
            terms.reserve = conditions.reserve.map(amount)
            terms.tie = TieRule(rawValue: conditions.tie) ?? .earliestWins
            terms.plusOne = conditions.plusOne
        }
        #expect(room.perform(.createAuction("lot", terms)).code == "done")
        return room
    }

    private static func conditions(
        using random: inout SplitMix64
    ) -> NaiveRoom.Conditions {
        NaiveRoom.Conditions(
            reserve: Bool.random(using: &random)
                ? nil : Int64.random(in: 10...30, using: &random) * 50,
            tie: TieRule.allCases.randomElement(using: &random)?.rawValue ?? "",
            plusOne: Bool.random(using: &random),
            limit: Bool.random(using: &random) ? nil : 900)
    }

    private static func move(
        on model: NaiveRoom, using random: inout SplitMix64
    ) -> NaiveRoom.Move {
        let who = Int.random(in: 0..<names.count, using: &random)
        // Round amounts, so that ties are common, and now and then one beside the steps.
        let offered =
            Int64.random(in: 9...26, using: &random) * 50
            + (Int.random(in: 0..<10, using: &random) == 0 ? 20 : 0)
        let ask = model.ask ?? 500
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<22 where model.ask == nil: return .absentee(who, offered)
        case 0..<25:
            let isStale = Int.random(in: 0..<5, using: &random) == 0
            let isOff = Int.random(in: 0..<6, using: &random) == 0
            return .online(
                who, isOff ? offered : ask, askSeq: isStale ? model.askSeq - 1 : model.askSeq)
        case 25..<52: return .room(who, Bool.random(using: &random) ? ask : offered)
        case 52..<55: return .absentee(who, offered)
        case 55..<62: return .ask(Bool.random(using: &random) ? nil : offered)
        case 62..<76: return .warn
        case 76..<80: return .hammer
        case 80..<82: return .pass
        case 82..<87: return .reopen
        case 87..<92: return .undo
        case 92..<94: return .pause
        case 94..<97: return .resume
        default:
            guard let index = model.offers.indices.randomElement(using: &random) else {
                return .warn
            }
            return .void(index)
        }
    }

    private static func command(_ move: NaiveRoom.Move, in room: Saleroom) -> Command {
        let id = BidID(stringLiteral: "k\(room.log.count)")
        func request(_ who: Int, _ action: BidAction) -> Command {
            .request(BidRequest(bidder: names[who], id: id, action: action), on: "lot")
        }
        switch move {
        case .absentee(let who, let offered):
            return request(who, .bid(.max, amount: amount(offered)))
        case .online(let who, let offered, let seen):
            return request(who, .bidAtAsk(.max, amount: amount(offered), askSeq: seen))
        case .room(let who, let offered): return request(who, .room(amount: amount(offered)))
        case .ask(let offered): return .administer("lot", .ask(offered.map(amount)))
        case .warn: return .administer("lot", .warn)
        case .hammer: return .administer("lot", .hammer)
        case .pass: return .administer("lot", .pass(reason: nil))
        case .reopen: return .administer("lot", .reopen(reason: nil))
        case .undo: return .administer("lot", .undo(reason: nil))
        case .pause: return .administer("lot", .pause(reason: nil))
        case .resume: return .administer("lot", .resume)
        case .void(let index):
            let key = room.lot.key(of: room.lot.commitments[index])
            return .administer("lot", .voidBid(key.id, bidder: key.bidder, reason: "random"))
        }
    }

    private static func differences(
        between lot: Auction, _ answer: String, and model: NaiveRoom, _ expected: String
    ) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ what: String, _ engine: T, _ model: T) {
            if engine != model { found.append("\(what): engine \(engine), model \(model)") }
        }
        let state = lot.publicState
        // How late it is, is not the model's matter.
        compare("answer", answer.hasPrefix("closed") ? "closed" : answer, expected)
        compare("price", state.price?.minorUnits, model.price)
        compare("leader", lot.standing.leader, model.leader.map { names[$0] })
        compare("max", lot.leaderMax?.minorUnits, model.max)
        compare("ask", state.block?.ask?.minorUnits, model.ask)
        compare("ask_seq", state.block?.askSeq, model.askSeq)
        compare("fair warnings", state.block?.fairWarnings, model.warnings)
        compare("status", state.status.rawValue, model.status)
        compare("reserve met", lot.standing.isReserveMet, model.isMet)
        compare("bids", state.bids, model.bids)
        compare("seq", state.seq, model.seq)
        compare("outcome", state.outcome, model.outcome)
        return found
    }

    private static func amount(_ minorUnits: Int64) -> Amount {
        Amount(minorUnits: minorUnits) ?? .largest
    }
}
