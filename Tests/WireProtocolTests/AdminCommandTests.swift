import AuctionRules
import Testing
import WireProtocol

@Suite struct AdminCommandTests {
    static let lot: AuctionID = Scene.id("lot-1")

    static var richTerms: Terms {
        get throws {
            var terms = Scene.terms()
            terms.buyNow = .init(price: Scene.amount(90_000), availability: .always)
            terms.increments = try IncrementTable(bands: [
                .init(from: 0, step: Scene.amount(10)), .init(from: 500, step: Scene.amount(50)),
            ])
            terms.softClose = try SoftClose(
                stages: [
                    .init(window: 60_000, mode: .reset, amount: 30_000),
                    .init(window: 30_000, mode: .add, amount: 10_000),
                ], trigger: .leader, extensionsMax: 5,
                hardEnd: Instant(milliseconds: 3_000_000), group: Scene.id("evening"))
            terms.sale = Scene.id("spring")
            terms.relatedParties = [Scene.id("y"), Scene.id("x")]
            terms.confirmAboveFactor = 10
            terms.ladderOnly = true
            terms.completesIncrementOnRaise = true
            terms.retraction = .ebay
            terms.showsSealedBidCount = true
            terms.resumeMin = 7
            return terms
        }
    }

    static let commands: [AdminCommand] = {
        var commands: [AdminCommand] = [
            .createAuction(NewAuction(id: lot, terms: Scene.terms())),
            .importAuctions([NewAuction(terms: Scene.terms(format: .vickrey))]),
            .importAuctions([]),
            .listAuctions(), .listAuctions(status: .open, sale: Scene.id("s"), reveal: true),
            .showAuction(lot), .showAuction(lot, atSeq: 4, reveal: true),
            .explainAuction(lot, seq: 4), .explainAuction(lot, seq: 1, reveal: true),
            .listRequests(lot), .listRequests(lot, limit: 7, reveal: true),
            .createSale(NewSale(title: "Spring")),
            .createSale(
                NewSale(
                    id: Scene.id("s"), title: "S", stagger: 60_000, requiresApproval: true,
                    softCloseGroup: Scene.id("evening"))),
            .listSales, .showSale(Scene.id("s")), .showSale(Scene.id("s"), reveal: true),
            .saleResults(Scene.id("s")), .saleResults(Scene.id("s"), reveal: true),
            .addBidder(Bidder(id: Scene.id("ann"))),
            .listBidders(), .listBidders(reveal: true),
            .suspendBidder(Scene.id("ann")), .suspendBidder(Scene.id("ann"), reason: "unpaid"),
            .reinstateBidder(Scene.id("ann")),
            .register(Registration(sale: Scene.id("s"), bidder: Scene.id("a"), isApproved: false)),
            .issueToken(Scene.id("ann")), .issueToken(Scene.id("ann"), ttl: 5),
            .revokeTokens(Scene.id("ann")), .issueAdminToken(name: "ops", ttl: nil),
            .roomBid(RoomBid(auction: lot, bidder: Scene.id("p12"), amount: Scene.amount(550))),
            .roomBid(
                RoomBid(
                    auction: lot, bidder: Scene.id("p12"), amount: Scene.amount(550),
                    id: Scene.id("r1"))),
            .databaseStatus, .databaseBackup(path: "/b/gavel.db"),
            .databaseBackupProgress(path: "/b/gavel.db"), .databaseSchema,
            .listWebhooks, .listWebhookDeliveries(),
            .listWebhookDeliveries(endpoint: "office", isDead: true),
            .listWebhookDeliveries(isDead: false),
            .retryWebhook(endpoint: "office"), .retryWebhook(endpoint: "office", event: "evt_1"),
            .discardWebhook(endpoint: "office"), .discardWebhook(endpoint: "o", event: "evt_1"),
            .testWebhook(endpoint: "office"),
        ]
        if let usd = Currency(code: "USD") {
            let limit = Limit(amount: Scene.amount(5000), currency: usd)
            commands += [
                .addBidder(Bidder(id: Scene.id("ann"), name: "Ann", bidLimit: limit)),
                .register(
                    Registration(
                        sale: Scene.id("s"), bidder: Scene.id("ann"), isApproved: true,
                        exposureLimit: limit)),
            ]
        }
        if let hash = TokenHash(hex: String(repeating: "0a", count: 32)) {
            commands.append(.revokeToken(hash))
        }
        let steps: [AuctionCommand] = [
            .open, .pause(reason: nil), .pause(reason: "lunch"), .resume, .close(reason: nil),
            .close(reason: "done"), .cancel(reason: "broken"), .extend(.by(5000), reason: nil),
            .extend(.to(Instant(milliseconds: 9)), reason: "rain"),
            .lowerReserve(to: Scene.amount(5)),
            .voidBid(Scene.id("b"), bidder: nil, reason: "typo"),
            .voidBid(Scene.id("b"), bidder: Scene.id("ann"), reason: "typo"),
            .announce(text: "Welcome"), .advanceClock, .ask(nil), .ask(Scene.amount(500)), .warn,
            .hammer, .pass(reason: nil), .pass(reason: "no bids"), .reopen(reason: nil),
            .reopen(reason: "overlooked"), .undo(reason: nil), .undo(reason: "not a bid"),
        ]
        return commands + steps.map { .administer(lot, $0) }
    }()

    @Test(arguments: commands)
    func everyCommandIsReadBack(command: AdminCommand) throws {
        let body = command.encodedBody()
        let again = try AdminCommand.decode(name: command.name.rawValue, body: body)
        #expect(again == command)
        #expect(command.path == "/v1/admin/\(command.name.rawValue)")
    }

    @Test func everyNameIsTested() {
        #expect(Set(Self.commands.map(\.name)) == Set(AdminCommand.Name.allCases))
    }

    @Test func termsInFullAreReadBack() throws {
        let command = AdminCommand.createAuction(NewAuction(terms: try Self.richTerms))
        let body = command.encodedBody()
        #expect(try AdminCommand.decode(name: "create-auction", body: body) == command)
        #expect(
            text(body) == #"""
                {"title":"A chair, \"oak\"","format":"english","currency":"USD","start":1000,\#
                "reserve":7777,"buy_now":90000,"buy_now_availability":"always",\#
                "increments":[[0,10],[500,50]],"opens_at":1000000,"closes_at":2000000,\#
                "soft_close":{"stages":[{"window_ms":60000,"mode":"reset","amount_ms":30000},\#
                {"window_ms":30000,"mode":"add","amount_ms":10000}],"trigger":"leader",\#
                "max_extensions":5,"hard_end":3000000,"group":"evening"},"resume_min_ms":7,"sale":"spring",\#
                "seller":"seller","related_parties":["x","y"],"confirm_above_factor":10,\#
                "ladder_only":true,"complete_increment_on_raise":true,"retraction":"ebay",\#
                "show_sealed_bid_count":true}
                """#)
    }

    @Test func fewFieldsAreEnough() throws {
        let body = #"""
            {"title":"T","currency":"USD","start":1,"increments":"ebay-us","opens_at":5}
            """#
        guard
            case .createAuction(let auction) = try AdminCommand.decode(
                name: "create-auction", body: body.utf8)
        else {
            Issue.record("another command")
            return
        }
        #expect(auction.id == nil)
        #expect(auction.terms.increments == IncrementPreset.ebayUS.table)
        #expect(auction.terms.closesAt == nil)
        #expect(auction.terms.softClose == nil)
        #expect(auction.terms.resumeMin == 120_000)
    }

    @Test(arguments: SoftClosePreset.allCases)
    func softClosePresetIsReadByName(preset: SoftClosePreset) throws {
        var terms = Scene.terms()
        terms.softClose = try preset.stage.map { try SoftClose(stages: [$0]) }
        let body = AdminCommand.createAuction(NewAuction(terms: terms)).encodedBody()
        #expect(text(body).contains(#""soft_close":"\#(preset.rawValue)""#))
        let preset = #""soft_close":{"preset":"\#(preset.rawValue)","max_extensions":2}"#
        let json = #"{"title":"T","currency":"USD","start":1,"increments":[[0,5]],"opens_at":5,"#
        guard
            case .createAuction(let auction) = try AdminCommand.decode(
                name: "create-auction", body: (json + preset + "}").utf8)
        else { return }
        #expect(auction.terms.softClose?.extensionsMax == (terms.softClose == nil ? nil : 2))
        #expect(auction.terms.softClose?.stages == terms.softClose?.stages)
    }

    static let refused: [(String, String, String)] = [
        ("fly", "{}", "There is no such command"),
        ("list-sales", "[]", "the body is one JSON object"),
        ("list-sales", "{", "the JSON ends too early"),
        ("list-sales", #"{"reveal":true}"#, #"there is no field "reveal" here"#),
        ("create-auction", #"{"titel":"T"}"#, #"there is no field "titel" here"#),
        ("create-auction", #"{"title":"T"}"#, #"field "currency" is missing"#),
        ("create-auction", minimal(#""currency":"usd""#), #"field "currency" must be an ISO 4217"#),
        ("create-auction", minimal(#""start":"5""#), #"field "start" must be an integer"#),
        ("create-auction", minimal(#""start":0"#), #"field "start" must be from 1"#),
        ("create-auction", minimal(#""format":"dutch""#), #"field "format" must be one of"#),
        ("create-auction", minimal(#""increments":"ebay""#), "must be bands or one of"),
        ("create-auction", minimal(#""increments":"trademe""#), #""trademe" is for NZD"#),
        ("create-auction", minimal(#""increments":[]"#), "increments: an increment table needs"),
        ("create-auction", minimal(#""increments":[[1,5]]"#), "must start at 0"),
        ("create-auction", minimal(#""increments":[[0,0]]"#), "must hold bands [from, step]"),
        ("create-auction", minimal(#""increments":[[0,5,6]]"#), "must hold bands [from, step]"),
        ("create-auction", minimal(#""increments":5"#), "must be a preset's name or bands"),
        ("create-auction", minimal(#""opens_at":-1"#), #"field "opens_at" must be from 0"#),
        ("create-auction", minimal(#""soft_close":"soft""#), "must be one of"),
        ("create-auction", minimal(#""soft_close":{}"#), #"needs either "preset" or "stages""#),
        ("create-auction", minimal(#""soft_close":{"stages":[]}"#), "needs 1 to 32 stages"),
        (
            "create-auction",
            minimal(#""soft_close":{"stages":[{"window_ms":1,"mode":"slow","amount_ms":1}]}"#),
            #"stages[0]: field "mode" must be one of"#
        ),
        ("create-auction", minimal(#""buy_now_availability":"always""#), #"needs a "buy_now""#),
        ("create-auction", minimal(#""related_parties":["a b"]"#), "must hold bidders' ids"),
        ("import-auctions", "{}", #"field "auctions" is missing"#),
        ("import-auctions", #"{"auctions":[7]}"#, "must be an array of objects"),
        (
            "import-auctions", #"{"auctions":[\#(minimal("")),{"title":"x","colour":1}]}"#,
            #"auctions[1]: there is no field "colour" here"#
        ),
        ("show-auction", "", #"field "auction" is missing"#),
        ("extend-auction", #"{"auction":"a"}"#, #"exactly one of the fields "by_ms" and "to""#),
        ("extend-auction", #"{"auction":"a","by_ms":1,"to":2}"#, "exactly one of the fields"),
        ("void-bid", #"{"auction":"a","bid":"b"}"#, #"field "reason" is missing"#),
        ("add-bidder", #"{"bidder":"a","limit":5}"#, #"field "limit" must be an object"#),
        (
            "add-bidder", #"{"bidder":"a","limit":{"amount":5,"currency":"EURO"}}"#,
            #"field "currency" must be an ISO 4217"#
        ),
        ("revoke-token", #"{"hash":"abc"}"#, #"field "hash" must be 64"#),
        ("issue-token", #"{"bidder":"a","ttl_ms":-5}"#, #"field "ttl_ms" must be from 0"#),
    ]

    @Test(arguments: refused.indices)
    func faultIsNamed(index: Int) {
        let (name, body, words) = Self.refused[index]
        let fault = #expect(throws: AdminFault.self) {
            try AdminCommand.decode(name: name, body: body.utf8)
        }
        #expect(fault?.message.contains(words) == true, "\(fault?.message ?? "")")
        #expect(fault?.code == (name == "fly" ? "unknown_command" : "bad_request"))
    }

    /// The fewest fields of a lot, with one of them replaced or one more.
    private static func minimal(_ other: String) -> String {
        let fields = [
            #""title":"T""#, #""currency":"USD""#, #""start":1"#, #""increments":"ebay-us""#,
            #""opens_at":5"#,
        ]
        let key = other.prefix { $0 != ":" }
        let kept = fields.filter { other.isEmpty || !$0.hasPrefix(key + ":") }
        return "{" + (kept + (other.isEmpty ? [] : [other])).joined(separator: ",") + "}"
    }
}
