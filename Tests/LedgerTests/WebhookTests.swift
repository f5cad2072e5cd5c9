import AuctionRules
import Testing

@testable import Ledger

/// What is kept of webhooks, and what there is to tell.
struct WebhookTests {
    private static func sample() throws -> (TemporaryDirectory, SQLiteLedger, Scene) {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = Scene(ledger)
        try scene.commit(.addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)))
        try scene.commit(
            .createAuction("vase", .english(start: 100, opensAt: scene.now, lasting: 60_000)),
            .createAuction("chair", .english(start: 100, opensAt: scene.now, lasting: 90_000)))
        try scene.commit(
            .bid(.anna, "a", on: "vase", 500), .bid(.ben, "b", on: "vase", 900),
            .bid(.ben, "b", on: "chair", 300))
        try scene.commit(.administer("vase", .voidBid("b", bidder: .ben, reason: "typo")))
        scene.now = scene.now.advanced(by: 60_000)
        try scene.commit(.administer("vase", .advanceClock))
        try scene.commit(.administer("vase", .voidBid("a", bidder: .anna, reason: "unpaid")))
        try scene.commit(.administer("chair", .cancel(reason: "broken")))
        return (directory, ledger, scene)
    }

    private func kind(_ news: LotNews) -> String {
        switch news.what {
        case .opened: "opened"
        case .extended: "extended"
        case .closed: "closed"
        case .reopened: "reopened"
        case .cancelled: "cancelled"
        case .bidsVoided: "voided"
        }
    }

    @Test("The log's news are found in its order, page by page")
    func news() throws {
        let (directory, ledger, scene) = try Self.sample()
        let reader = try LedgerReader(path: directory.file())
        let all = try reader.lotNews(after: 0, upTo: scene.head.position, max: 100)
        #expect(all.end == scene.head.position)
        #expect(
            all.news.map { "\($0.auction) \(kind($0))" } == [
                "vase opened", "chair opened", "vase voided", "vase closed", "vase voided",
                "chair cancelled",
            ])
        var paged: [LotNews] = []
        var position: Int64 = 0
        while position < scene.head.position {
            let page = try reader.lotNews(after: position, upTo: scene.head.position, max: 1)
            #expect(page.end > position)
            paged += page.news
            position = page.end
        }
        #expect(paged == all.news)
        for news in paged { #expect(try reader.lotNews(at: news.position) == news) }
        // Only as far as was asked for.
        #expect(try reader.lotNews(after: 0, upTo: all.news[0].position, max: 9).news.count == 1)
        #expect(try reader.lotNews(after: 9, upTo: 5, max: 9) == LotNewsPage(news: [], end: 9))
        #expect(try reader.lotNews(at: 1) == nil)
        try ledger.close()
    }

    @Test("News tell the result, whose bids were voided, and the certificate made with them")
    func details() throws {
        let (directory, ledger, _) = try Self.sample()
        let news = try LedgerReader(path: directory.file()).lotNews(after: 0, upTo: .max, max: 9)
            .news
        guard case .bidsVoided(let first) = news[2].what,
            case .closed(let result, "time", nil) = news[3].what,
            case .bidsVoided(let second) = news[4].what
        else {
            Issue.record("\(news)")
            return
        }
        #expect(first.bids == [BidKey(bidder: .ben, id: "b")])
        #expect(first.leader == .anna && first.isPublic && first.result == nil)
        #expect(result.outcome == "sold" && result.winner == .anna)
        #expect(result.price?.minorUnits == 100)
        #expect(second.result?.outcome == "no_bids" && second.leader == nil)
        #expect(news[3].certificate?.contains(#""outcome":"sold""#) == true)
        #expect(news[4].certificate?.contains(#""outcome":"no_bids""#) == true)
        #expect(news[0].certificate == nil)
        #expect(news[3].title == "A lot" || !news[3].title.isEmpty)
        try ledger.close()
    }

    @Test("What a receiver is owed goes along with a batch, and with none, and comes back")
    func rows() throws {
        let (directory, ledger, scene) = try Self.sample()
        let reader = try LedgerReader(path: directory.file())
        let news = try reader.lotNews(after: 0, upTo: .max, max: 9).news
        func write(_ rows: WebhookRows, _ commands: Command...) throws {
            var (batch, _) = scene.batch(of: commands)
            batch.webhooks = rows
            #expect(batch.hasRows)
            try ledger.append(batch)
        }
        let keys = news.map { WebhookRows.Key(endpoint: "office", position: $0.position) }
        let waiting = WebhookRows.Delivery(
            state: .waiting(until: scene.now), attempts: 2,
            fault: .init(at: scene.now, words: "503: not taken"))
        let dead = WebhookRows.Delivery(
            state: .dead, attempts: 3, fault: .init(at: scene.now, words: "410: gone"))
        var rows = WebhookRows()
        rows.cursors = ["office": news[1].position]
        rows.deliveries = [keys[0]: waiting, keys[1]: dead, keys[2]: dead]
        try write(rows, .addBidder(Bidder(id: "carl")))
        var found = try reader.webhooks()
        #expect(found.cursors == rows.cursors)
        // Of the dead letters only what lies after the cursor.
        #expect(found.deliveries == [keys[0]: waiting, keys[2]: dead])
        #expect(try reader.deadLetters() == ["office": 2])
        let owed = try reader.owedDeliveries(to: "office", isDead: nil, max: 10)
        #expect(owed.map(\.key) == Array(keys[0...2]))
        #expect(owed.map(\.kind) == ["auction_opened", "auction_opened", "bids_voided"])
        #expect(owed[0].hash == news[0].hash && owed[0].delivery == waiting)
        #expect(try reader.owedDeliveries(to: "shop", isDead: nil, max: 10).isEmpty)
        #expect(try reader.owedDeliveries(to: nil, isDead: true, max: 1).map(\.key) == [keys[1]])
        #expect(try reader.integrityFaults().isEmpty)
        #expect(
            try reader.table("SELECT state, event FROM webhook_backlog").rows[0]
                == [.text("waiting"), .text("evt_" + news[0].hash.hex.prefix(32))])
        rows = WebhookRows()
        rows.cursors = ["office": scene.head.position]
        rows.deliveries = [keys[0]: nil, keys[1]: nil, keys[2]: nil, keys[3]: nil]
        // Nothing but this; and twice, as after a commit of which nobody knows what became.
        try write(rows)
        try write(rows)
        found = try reader.webhooks()
        #expect(found.cursors == rows.cursors && found.deliveries.isEmpty)
        try ledger.close()
    }

    @Test("Rows that can't be right are found, and hold nothing up")
    func integrity() throws {
        let (directory, ledger, scene) = try Self.sample()
        var (batch, _) = scene.batch(of: [.addBidder(Bidder(id: "carl"))])
        var rows = WebhookRows()
        rows.cursors = ["office": 999]
        rows.deliveries = [
            .init(endpoint: "shop", position: 4): .init(state: .dead, attempts: 1),
            .init(endpoint: "office", position: 998): .init(state: .dead, attempts: 1),
        ]
        batch.webhooks = rows
        try ledger.append(batch)
        let faults = try LedgerReader(path: directory.file()).integrityFaults()
        #expect(faults.count == 3)
        #expect(faults.allSatisfy { $0.rule.contains("webhook") })
        try ledger.close()
    }
}
