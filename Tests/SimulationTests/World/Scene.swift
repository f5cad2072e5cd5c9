import AuctionRules
import SeededRandom

/// Who and what there is in one simulated world: lots, bidders and settings, from a seed.
struct Scene: Sendable {
    static let noon = Instant(milliseconds: 1_800_000_000_000)
    static let sale: SaleID = "sale"

    /// The last one sells the first lot.
    let bidders: [BidderID]
    let lots: [(id: AuctionID, terms: Terms)]
    /// How long lots stay open, and so how far the clock goes.
    let duration: Milliseconds
    /// No outage rule when 0.
    let reopenMin: Milliseconds
    let batchEntriesMax: Int
    let recentChangesMax: Int

    init(_ random: inout SplitMix64) throws {
        bidders = try (0...2 + random.below(3)).map { try BidderID("bidder-\($0)") }
        duration = random.pick([2000, 20_000, 120_000])
        var lots: [(id: AuctionID, terms: Terms)] = []
        for number in 0...random.below(3) {
            lots.append(
                (
                    try AuctionID("lot-\(number)"),
                    try Self.terms(
                        &random, duration: duration, seller: number == 0 ? bidders.last : nil)
                ))
        }
        self.lots = lots
        reopenMin = random.pick([0, 0, 300, 5000])
        batchEntriesMax = random.pick([1, 2, 8, 1024])
        recentChangesMax = random.pick([1, 4, 512])
    }

    static func terms(
        _ random: inout SplitMix64, duration: Milliseconds, seller: BidderID? = nil,
        opensAt: Instant = noon
    ) throws -> Terms {
        guard let currency = Currency(code: "USD"),
            let start = Amount(minorUnits: random.within(1...20) * 100)
        else { preconditionFailure("USD is a currency, and the start an amount") }
        let delay = random.chance(30) ? random.within(1...duration / 4) : 0
        var terms = Terms(
            title: "A lot", currency: currency, start: start,
            increments: IncrementPreset.ebayUS.table, opensAt: opensAt.advanced(by: delay),
            closesAt: opensAt.advanced(by: delay + random.within(duration / 4...duration)))
        terms.seller = seller
        terms.sale = random.chance(50) ? sale : nil
        terms.resumeMin = random.within(0...duration / 4)
        switch random.below(10) {
        case 0: terms.format = .sealedFirstPrice
        case 1: terms.format = .vickrey
        case 2, 3: terms.format = .live
        default: break
        }
        if random.chance(40) { terms.reserve = Amount(minorUnits: random.within(1...60) * 100) }
        if terms.format == .live {
            terms.closesAt = nil
            terms.tie = random.pick(TieRule.allCases)
            terms.plusOne = random.chance(50)
            return terms
        }
        guard terms.format == .english else {
            terms.showsSealedBidCount = random.chance(50)
            return terms
        }
        if random.chance(30) {
            terms.buyNow = Amount(
                minorUnits: max(start, terms.reserve ?? start).minorUnits + random.within(1...90)
                    * 100
            ).map { .init(price: $0, availability: random.chance(50) ? .always : .untilFirstBid) }
        }
        if random.chance(60) {
            terms.softClose = try SoftClose(stages: [
                .init(
                    window: duration / 8, mode: random.chance(50) ? .reset : .add,
                    amount: duration / 6)
            ])
        }
        if terms.sale != nil { terms.softClose?.group = "group" }
        if random.chance(10) { terms.closesAt = nil }
        if random.chance(30) { terms.retraction = .ebay }
        if random.chance(20) { terms.confirmAboveFactor = 3 }
        terms.completesIncrementOnRaise = random.chance(30)
        return terms
    }

    /// A token in the form that the house gives out.
    static func token(_ client: Int) -> String {
        let text = "simulated-bidder-\(client)-"
        return "gvl_" + text + String(repeating: "x", count: 43 - text.count)
    }
}
