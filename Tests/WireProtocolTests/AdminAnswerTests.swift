import AuctionRules
import Testing
import WireProtocol

@Suite struct AdminAnswerTests {
    static let answers: [(AdminCommand.Name, AdminAnswer)] = {
        var terms = Scene.terms()
        terms.sale = Scene.id("spring")
        var scene = Scene(bidders: ["ann", "bob"])
        scene.run(
            .createSale(
                Sale(
                    id: Scene.id("spring"), title: "Spring", softCloseGroup: Scene.id("evening"))))
        scene.run(.createAuction(Scene.id("lot-2"), terms))
        scene.run(
            .register(
                Registration(sale: Scene.id("spring"), bidder: Scene.id("ann"), isApproved: true)))
        scene.bid("ann", "b1", 5000)
        scene.bid("bob", "b2", 9000)
        scene.bid("ann", "b3", 1)
        scene.ask("ann", "b4", .retract(Scene.id("b1")))
        scene.ask("ann", "b5", .buy)
        let rows = [true, false].map { AuctionRow(scene.auction, reveal: $0) }
        var answers: [(AdminCommand.Name, AdminAnswer)] = [
            (.createAuction, .auctionCreated(Scene.lot)),
            (.importAuctions, .auctionsCreated([Scene.lot, Scene.id("lot-2")])),
            (.listAuctions, .auctions(rows)),
            (.showAuction, .auction(AuctionDetail(scene.auction, reveal: true))),
            (.showAuction, .auction(AuctionDetail(scene.auction, reveal: false))),
            (
                .listRequests,
                .requests(
                    scene.auction.newestRequests(max: 9).map { RequestRow($0, reveal: true) })
            ),
            (.pauseAuction, .administered(rows[0])),
            (.createSale, .saleCreated(Scene.id("spring"))),
            (.revokeTokens, .revoked(2)),
            (.databaseBackup, .databaseBackup(.init(path: "/b", bytes: 4096))),
            (
                .databaseBackupProgress,
                .databaseBackupProgress(.init(step: .verifying, done: 3, total: 4))
            ),
            (.databaseBackupProgress, .databaseBackupProgress(.none)),
            (.databaseSchema, .databaseSchema(.init(version: 1, sql: "CREATE TABLE a (b);\n"))),
            (
                .databaseStatus,
                .databaseStatus(
                    .init(
                        path: "gavel.db", log: "l-1", schemaVersion: 1, entries: 9,
                        headHash: Scene.hash, bytes: 4096, auctions: 1, bidders: 2,
                        sqliteVersion: "3.40.1", journalMode: "wal", synchronous: "full",
                        integrityFaults: 0))
            ),
        ]
        for at in [Instant(milliseconds: 7), nil] {
            answers += [
                (
                    .listWebhooks,
                    .webhooks([
                        WebhookRow(
                            endpoint: "office", origin: at.map { _ in "https://office.example" },
                            cursor: 5, unread: 2, waiting: 1, deadLetters: 3, lag: 90,
                            counts: [.init(result: "delivered", count: 4)], lastDelivery: at,
                            failedAt: at, fault: at.map { _ in "503: not taken" })
                    ])
                ),
                (
                    .listWebhookDeliveries,
                    .webhookDeliveries([
                        WebhookDeliveryRow(
                            endpoint: "office", event: "evt_1", type: "lot.closed",
                            auction: Scene.lot, seq: at == nil ? 4 : nil,
                            at: Instant(milliseconds: 6), isDead: at == nil, attempts: 2,
                            nextAt: at, failedAt: at, fault: at.map { _ in "503: not taken" })
                    ])
                ),
                (
                    .testWebhook,
                    .webhookTested(
                        WebhookTest(
                            endpoint: "office", event: "evt_1",
                            fault: at.map { _ in "503: not taken" }))
                ),
            ]
        }
        answers += [
            (.retryWebhook, .webhookDeliveriesChanged(2)),
            (.discardWebhook, .webhookDeliveriesChanged(0)),
        ]
        if let usd = Currency(code: "USD") {
            answers += [Scene.amount(5000), nil].map { price in
                (
                    .explainAuction,
                    .explanation(
                        Explanation(
                            auction: Scene.lot, seq: 2, at: Instant(milliseconds: 7), price: price,
                            currency: usd,
                            steps: [.init(rule: .firstBid, text: "Bidder 1 bids first.")]))
                )
            }
        }
        if let sale = scene.house.sales[Scene.id("spring")] {
            answers += [
                (.listSales, .sales([SaleRow(sale)])),
                (.showSale, .sale(SaleDetail(sale, in: scene.house, reveal: false))),
                (.saleResults, .saleResults(SaleResults(sale, in: scene.house, reveal: false))),
                (.saleResults, .saleResults(SaleResults(sale, in: scene.house, reveal: true))),
            ]
            answers += sale.registrations.values.map {
                (.registerBidder, .registered(RegistrationRow($0)))
            }
        }
        if let ann = scene.house.bidders[Scene.id("ann")] {
            answers += [
                (.addBidder, .bidder(BidderRow(ann, reveal: true))),
                (.listBidders, .bidders([BidderRow(ann, reveal: false)])),
            ]
        }
        if let hash = TokenHash(hex: String(repeating: "0a", count: 32)) {
            answers.append(
                (.issueToken, .token(.init(token: "t", hash: hash, expiresAt: nil))))
        }
        return answers
    }()

    @Test(arguments: answers.indices)
    func everyAnswerIsReadBack(index: Int) throws {
        let (command, answer) = Self.answers[index]
        #expect(try AdminAnswer.decode(answer.encoded(), to: command) == .success(answer))
    }

    @Test func everyKindOfAnswerIsTested() {
        #expect(Self.answers.count >= 17)
    }

    @Test func aLotAsAnAdministratorSeesIt() {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        #expect(
            text(AuctionRow(scene.auction, reveal: true).encoded()) == #"""
                {"auction":"lot-1","seq":2,"title":"A chair, \"oak\"","format":"english",\#
                "currency":"USD","exponent":2,"status":"open","outcome":null,"price":1000,\#
                "minimum":1050,"leader":"Bidder 1","bids":1,"reserve":"unmet",\#
                "starts_at":1000000,"ends_at":2000000,"extensions":0,"sale":null,\#
                "buy_now":null,"seller":"seller","leader_bidder":"ann",\#
                "secret":{"reserve":7777,"leader_max":5000}}
                """#)
    }

    @Test func faultIsReadBackWithItsItems() throws {
        let fault = AdminFault([
            3: Objection(.invalidTerms, "start must be"), 1: Objection(.alreadyExists, "There is"),
        ])
        #expect(
            text(fault.encoded()) == #"""
                {"error":{"code":"already_exists","message":"Nothing was done: 2 of the lots have \#
                faults.","items":[{"index":1,"code":"already_exists","message":"There is"},\#
                {"index":3,"code":"invalid_terms","message":"start must be"}]}}
                """#)
        #expect(try AdminAnswer.decode(fault.encoded(), to: .importAuctions) == .failure(fault))
    }

    @Test func everyFaultHasAStatus() {
        #expect(AdminFault(.badRequest, "").httpStatus == 400)
        #expect(AdminFault(Objection(.unknownAuction, "")).httpStatus == 404)
        #expect(AdminFault(Objection(.unknownAuction, "")).isNotFound)
        #expect(AdminFault(Objection(.wrongStatus, "")).httpStatus == 409)
        #expect(AdminFault(Objection(.unavailable, "")).httpStatus == 503)
        for kind in Objection.Kind.allCases {
            #expect((400...599).contains(AdminFault(Objection(kind, "")).httpStatus))
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"error":7}"#, #"{"error":{"code":1}}"#])
    func whatIsNoAnswerIsAMismatch(json: String) {
        #expect(throws: WireMismatch.self) {
            try AdminAnswer.decode(json.utf8, to: .createAuction)
        }
    }
}
