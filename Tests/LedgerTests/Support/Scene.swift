import AuctionRules
import Ledger

/// A house and its log, driven by commands as the writer would.
final class Scene {
    let log: any BidLog
    private(set) var house = House()
    private(set) var head = LogHead.empty
    var now = Instant(milliseconds: 1_700_000_000_000)

    init(_ log: any BidLog) { self.log = log }

    /// Decides the commands one after the other and appends all that they lead to as one batch.
    @discardableResult
    func commit(_ commands: Command...) throws -> [Decision.Answer] { try commit(commands) }

    @discardableResult
    func commit(_ commands: [Command]) throws -> [Decision.Answer] {
        let (batch, answers) = batch(of: commands)
        try log.append(batch)
        return answers
    }

    /// The batch, sealed; the house has gone on.
    func batch(of commands: [Command]) -> (batch: LogBatch, answers: [Decision.Answer]) {
        var batch = LogBatch(after: head, salts: log.newSaltKey())
        let t = house.time(of: now)
        let answers = commands.map { command in
            let decision = house.decide(command, at: t)
            for event in decision.events { batch.record(event, at: t, in: &house) }
            return decision.answer
        }
        batch.seal(with: house)
        head = batch.head
        return (batch, answers)
    }

    /// A sale with an english, a sealed and a Vickrey lot, bids, a void, a refusal, tokens: something
    /// of everything that the views show. The amounts that must stay secret are in ``Secrets``.
    func playSample() throws {
        try commit(
            .createSale(Sale(id: .sale, title: "Evening sale")),
            .addBidder(Bidder(id: .anna, name: "Anna Secretname")),
            .addBidder(Bidder(id: .ben, bidLimit: Limit(amount: 7_770_001, currency: .usd))),
            .addBidder(Bidder(id: .cleo)), .addBidder(Bidder(id: .dora)),
            .suspendBidder(.dora, reason: "unpaid"),
            .register(
                Registration(
                    sale: .sale, bidder: .anna, isApproved: true,
                    exposureLimit: Limit(amount: 8_880_001, currency: .usd))),
            .issueToken(Token(hash: .sample("a"), bearer: .bidder(.anna), expiresAt: nil)),
            .issueToken(
                Token(
                    hash: .sample("b"), bearer: .administrator(name: "root"),
                    expiresAt: now.advanced(by: 1000))),
            .addSigningKey(.sample("c")), .addSigningKey(.sample("d")))
        var vase = Terms.english(start: 1000, opensAt: now, lasting: 600_000)
        vase.title = "A vase"
        vase.reserve = 9_990_007
        vase.sale = .sale
        var book = Terms.english(start: 1000, opensAt: now, lasting: 600_000)
        book.softClose = try SoftClose(
            stages: [.init(window: 60_000, mode: .add, amount: 90_000)])
        var coin = Terms.english(start: 500, opensAt: now, lasting: 600_000)
        coin.format = .sealedFirstPrice
        coin.currency = .yen
        coin.increments = IncrementTable(flat: 10)
        try commit(
            .createAuction("vase", vase), .createAuction("book", book),
            .createAuction("coin", coin),
            .createAuction(
                "later",
                {
                    var later = Terms.english(
                        start: 5, opensAt: now.advanced(by: 500_000), lasting: 1)
                    later.buyNow = .init(price: 50)
                    return later
                }()))
        try commit(
            .bid(.anna, "a1", on: "vase", 4_440_003), .bid(.ben, "b1", on: "vase", 2_220_050),
            .bid(.cleo, "c1", on: "vase", 1200), .bid(.dora, "d1", on: "vase", 9_000_000),
            .bid(.anna, "a2", on: "vase", 5_550_009))
        try commit(
            .bid(.ben, "b1", on: "book", 1500), .bid(.cleo, "c1", on: "book", 3_330_011),
            .bid(.anna, "a1", on: "book", kind: .exact, 2000),
            .bid(.cleo, "s1", on: "coin", 6_660_013), .bid(.anna, "s1", on: "coin", 1_110_017))
        now = now.advanced(by: 570_000)
        try commit(.bid(.ben, "b2", on: "book", 2600))
        try commit(
            .administer("vase", .voidBid("b1", bidder: .ben, reason: "a mistake")),
            .administer("vase", .pause(reason: "a question")), .revokeToken(.sample("b")),
            .administer("later", .cancel(reason: "withdrawn by its owner")))
    }
}

/// Amounts and names of ``Scene/playSample()`` that nobody but the house may see.
enum Secrets {
    /// As they would stand in a column of minor units, and as decimals.
    static let all = [
        "9990007", "99900.07", "4440003", "44400.03", "5550009", "55500.09", "3330011", "33300.11",
        "6660013", "1110017", "7770001", "77700.01", "8880001", "88800.01", "Secretname", "anna",
        "ben", "cleo", "dora",
    ]
}
