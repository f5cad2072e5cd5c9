import AuctionRules

/// SplitMix64: small, seedable, the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// Random commands over a few lots of all formats: bids of every kind, repeats, voids, retractions,
/// pauses, closes, new bidders, tokens. Many are refused, and that is wanted.
struct RandomSale {
    private var random: SeededGenerator
    private let auctions: [AuctionID] = [
        "l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7",
    ]
    private let bidders: [BidderID] = ["p0", "p1", "p2", "p3", "p4"]
    private var issued: [(bidder: BidderID, bid: BidID, auction: AuctionID)] = []
    private var counter = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// How long until the next command.
    mutating func step() -> Milliseconds {
        chance(10)
            ? Int64.random(in: 0...120_000, using: &random)
            : Int64.random(in: 0...900, using: &random)
    }

    mutating func opening(at t: Instant) throws -> [Command] {
        var commands: [Command] = [
            .createSale(
                Sale(
                    id: "s0", title: "Открытый аукцион 🎨", stagger: 1000,
                    softCloseGroup: "evening")),
            .createSale(Sale(id: "s1", title: "By invitation", requiresApproval: true)),
        ]
        for bidder in bidders where bidder != "p4" {
            let limit = chance(30) ? Limit(amount: 300_000, currency: .usd) : nil
            commands.append(
                .addBidder(Bidder(id: bidder, name: "Name \"of\" \(bidder)", bidLimit: limit)))
        }
        commands.append(
            .register(
                Registration(
                    sale: "s1", bidder: "p0", isApproved: true,
                    exposureLimit: Limit(amount: 90_000, currency: .usd))))
        for (index, auction) in auctions.enumerated() {
            commands.append(.createAuction(auction, try terms(index, at: t)))
        }
        return commands
    }

    private mutating func terms(_ index: Int, at t: Instant) throws -> Terms {
        let opensAt = t.advanced(by: chance(70) ? 0 : 30_000)
        let lasting = Int64.random(in: 60_000...1_200_000, using: &random)
        var terms = Terms.english(start: 100, opensAt: opensAt, lasting: lasting)
        terms.format =
            [
                .english, .english, .english, .sealedFirstPrice, .vickrey, .english, .live, .live,
            ][index]
        terms.currency = index == 5 ? .dinar : .usd
        if chance(50) {
            terms.reserve = Amount(minorUnits: Int64.random(in: 100...9000, using: &random))
        }
        if chance(50) { terms.sale = chance(70) ? "s0" : "s1" }
        if chance(20) { terms.seller = "p1" }
        if chance(20) { terms.relatedParties = ["p2", "x-9"] }
        if chance(20) { terms.confirmAboveFactor = 3 }
        if terms.format == .live {
            terms.closesAt = nil
            terms.tie = pick(TieRule.allCases)
            terms.plusOne = chance(50)
            // Of one sale, so that they wait for each other.
            terms.sale = "s0"
            return terms
        }
        if chance(50) {
            terms.softClose = try SoftClose(
                stages: [.init(window: 60_000, mode: chance(50) ? .add : .reset, amount: 90_000)],
                trigger: chance(50) ? .leader : .priceOrLeader,
                extensionsMax: chance(50) ? 3 : nil,
                hardEnd: chance(50) ? opensAt.advanced(by: lasting + 200_000) : nil)
        }
        if terms.format == .english {
            if chance(30) {
                terms.buyNow = .init(
                    price: 20_000, availability: chance(50) ? .always : .untilFirstBid)
            }
            terms.ladderOnly = chance(15)
            terms.completesIncrementOnRaise = chance(30)
            if chance(50) { terms.retraction = .ebay }
        } else {
            terms.showsSealedBidCount = chance(50)
        }
        return terms
    }

    mutating func next(in house: House) -> Command {
        let auction = pick(auctions)
        if let block = house.auctions[auction]?.block, chance(80) {
            return inTheRoom(auction, block)
        }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<62: return bid(on: auction, in: house)
        case 62..<66: return request(.buy, on: auction)
        case 66..<70:
            guard let past = issued.randomElement(using: &random) else {
                return .addBidder(Bidder(id: "p4"))
            }
            let request = BidRequest(
                bidder: past.bidder, id: newID(), action: .retract(past.bid))
            return .request(request, on: past.auction)
        case 70..<74:
            guard let past = issued.randomElement(using: &random) else {
                return .addBidder(Bidder(id: "p4"))
            }
            let request = BidRequest(
                bidder: past.bidder, id: past.bid, action: .bid(.max, amount: 12_345))
            return .request(request, on: past.auction)
        case 74..<80:
            guard let past = issued.randomElement(using: &random) else {
                return .addBidder(Bidder(id: "p4"))
            }
            return .administer(past.auction, .voidBid(past.bid, bidder: past.bidder, reason: "été"))
        case 80..<83: return .administer(auction, .pause(reason: chance(50) ? "why" : nil))
        case 83..<88: return .administer(auction, .resume)
        case 88: return .administer(auction, .close(reason: nil))
        case 89:
            return chance(30)
                ? .administer(auction, .cancel(reason: "gone"))
                : .administer(auction, .advanceClock)
        case 90..<92:
            return .administer(
                auction,
                .lowerReserve(
                    to: Amount(minorUnits: Int64.random(in: 100...4000, using: &random)) ?? 1))
        case 92: return .administer(auction, .extend(.by(60_000), reason: nil))
        case 93: return .administer(auction, .announce(text: "line \u{201c}one\u{201d}"))
        case 94: return .administer(auction, .open)
        case 95: return .suspendBidder(pick(bidders), reason: nil)
        case 96: return .reinstateBidder(pick(bidders))
        case 97:
            return .issueToken(
                Token(
                    hash: .sample(pick(Array("0123456789abcdef"))), bearer: .bidder(pick(bidders)),
                    expiresAt: chance(50) ? .latest : nil))
        case 98:
            return chance(50)
                ? .revokeTokens(of: pick(bidders))
                : .addSigningKey(.sample(pick(Array("0123456789abcdef"))))
        default: return .addBidder(Bidder(id: "p4"))
        }
    }

    /// What the auctioneer, the room and the bidders online do to a live-room lot.
    private mutating func inTheRoom(_ auction: AuctionID, _ block: Auction.Block) -> Command {
        let ask = block.ask ?? 100
        let wide = Amount(minorUnits: ask.minorUnits + Int64.random(in: -50...400, using: &random))
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<4: return .administer(auction, .ask(chance(70) ? nil : wide ?? ask))
        case 4..<8: return .administer(auction, .warn)
        case 8: return .administer(auction, .hammer)
        case 9: return .administer(auction, chance(40) ? .pass(reason: "none") : .hammer)
        case 10: return .administer(auction, .reopen(reason: chance(50) ? nil : "overlooked"))
        case 11: return .administer(auction, .undo(reason: nil))
        case 12..<15: return request(.room(amount: chance(60) ? ask : wide ?? ask), on: auction)
        case 15:
            return request(
                .bid(.max, amount: Amount(minorUnits: ask.minorUnits * 3) ?? ask), on: auction)
        default:
            let seen = block.askSeq - (chance(15) ? 1 : 0)
            return request(
                .bidAtAsk(
                    chance(50) ? .max : .exact, amount: chance(90) ? ask : wide ?? ask,
                    askSeq: seen, currency: chance(90) ? nil : "USD"), on: auction)
        }
    }

    private mutating func bid(on auction: AuctionID, in house: House) -> Command {
        let minimum = house.auctions[auction]?.minimum?.minorUnits ?? 100
        let amount = max(1, minimum + Int64.random(in: -60...900, using: &random))
        return request(
            .bid(
                chance(80) ? .max : .exact, amount: Amount(minorUnits: amount) ?? 1,
                currency: chance(90) ? nil : "USD"), on: auction)
    }

    private mutating func request(_ action: BidAction, on auction: AuctionID) -> Command {
        let request = BidRequest(
            bidder: pick(bidders), id: newID(), action: action, isConfirmed: chance(20))
        issued.append((request.bidder, request.id, auction))
        return .request(request, on: auction)
    }

    private mutating func newID() -> BidID {
        counter += 1
        return BidID(stringLiteral: "b\(counter)")
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pick<T>(_ elements: [T]) -> T {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }
}
