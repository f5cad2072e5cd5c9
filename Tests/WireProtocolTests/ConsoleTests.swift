import AuctionRules
import Testing
import WireProtocol

/// What only administrators are told while it happens.
@Suite struct ConsoleTests {
    private static let lot: AuctionID = Scene.id("lot-1")

    @Test(arguments: [
        AdminWatch(.sale(Scene.id("spring"))), AdminWatch(.sale(Scene.id("s")), reveals: true),
        AdminWatch(.auctions([lot])), AdminWatch(.auctions([lot, Scene.id("b")]), reveals: true),
    ])
    func whatIsWatchedIsReadBack(watch: AdminWatch) throws {
        #expect(try AdminWatch.decode(watch.encodedBody(), auctionsMax: 2) == watch)
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"sale":"a","auctions":["b"]}"#, #"{"auctions":[]}"#,
        #"{"auctions":["a","b","c"]}"#, #"{"auctions":["a b"]}"#, #"{"auctions":"a"}"#,
        #"{"sale":"a b"}"#, #"{"sale":7}"#, #"{"sale":null}"#, #"{"sale":"a","feed":"full"}"#,
        #"{"sale":"a","reveal":1}"#,
    ])
    func whatIsNoWatchIsRefused(body: String) throws {
        let fault = #expect(throws: AdminFault.self) {
            try AdminWatch.decode(Array(body.utf8), auctionsMax: 2)
        }
        #expect(fault?.code == "bad_request")
    }

    @Test func onlyWhatIsWatchedIsCovered() {
        let sale: SaleID = Scene.id("spring")
        #expect(AdminWatch(.sale(sale)).covers(Self.lot, of: sale))
        #expect(!AdminWatch(.sale(sale)).covers(Self.lot, of: nil))
        #expect(!AdminWatch(.sale(sale)).covers(Self.lot, of: Scene.id("autumn")))
        #expect(AdminWatch(.auctions([Self.lot])).covers(Self.lot, of: sale))
        #expect(!AdminWatch(.auctions([Self.lot])).covers(Scene.id("lot-2"), of: sale))
    }

    @Test func messagesHaveTheFormOfTheProtocol() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        scene.bid("bob", "b2", 999)
        let requests = scene.auction.newestRequests(max: 2).map {
            ConsoleMessage.request(RequestRow($0, reveal: false))
        }
        #expect(
            text(requests[0].encoded()) == """
                {"type":"request","auction":"lot-1","bidder":"ann","alias":"Bidder 1","id":"b1",\
                "action":"max","amount":null,"target":null,"currency":"USD","at":1000001,"verdict":"accepted",\
                "code":null,"message":null,"minimum":1050,"seq":2,"price":1000,"leading":true,\
                "voided":false}
                """)
        #expect(
            text(requests[1].encoded()) == """
                {"type":"request","auction":"lot-1","bidder":"bob","alias":null,"id":"b2",\
                "action":"max","amount":999,"target":null,"currency":"USD","at":1000001,"verdict":"refused",\
                "code":"too_low","message":"The bid is below the minimum: offer at least the \
                minimum.","minimum":1050,"seq":null,"price":null,"leading":null,"voided":false}
                """)
        let watchers = ConsoleMessage.watchers(
            .init(
                ofSale: 3, ofAuctions: [Scene.id("b"): 2, Scene.id("a"): 1],
                serverTime: Instant(milliseconds: 7)))
        #expect(
            text(watchers.encoded()) == """
                {"type":"watchers","sale":3,"auctions":[{"auction":"a","watchers":1},\
                {"auction":"b","watchers":2}],"server_time":7}
                """)
        let hurried = ConsoleMessage.tooFast(
            .init(
                auction: Scene.lot, bidder: Scene.id("bob"), bids: 3,
                at: Instant(milliseconds: 7)))
        #expect(
            text(hurried.encoded())
                == #"{"type":"too_fast","auction":"lot-1","bidder":"bob","bids":3,"at":7}"#)
        let beginning = ConsoleMessage.console(
            .init(
                log: "l", administrator: "grace", reveals: false,
                serverTime: Instant(milliseconds: 7)))
        #expect(
            text(beginning.encoded()) == """
                {"type":"console","log":"l","administrator":"grace","reveal":false,"server_time":7}
                """)
    }

    /// Without `reveal` an amount tells nothing of what a bidder would still pay.
    @Test func amountsOfOthersAreSecret() {
        var scene = Scene()
        scene.bid("ann", "max", 5000)
        scene.bid("ann", "lower-max", 4000)
        scene.bid("bob", "low", 999)
        scene.ask("bob", "exact", .bid(.exact, amount: Scene.amount(6000)))
        scene.run(.administer(Scene.lot, .pause(reason: nil)), at: Scene.opens + 2)
        scene.bid("ann", "paused", 9000, at: Scene.opens + 3)
        scene.run(.administer(Scene.lot, .voidBid(Scene.id("exact"), bidder: nil, reason: "typo")))
        let requests = scene.auction.newestRequests(max: 9)
        func amounts(reveal: Bool) -> [Int64?] {
            requests.map { RequestRow($0, reveal: reveal).amount?.minorUnits }
        }
        #expect(amounts(reveal: false) == [nil, nil, 999, 6000, nil])
        #expect(amounts(reveal: true) == [5000, 4000, 999, 6000, 9000])
        #expect(requests.map(\.isVoided) == [false, false, false, true, false])
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func sealedAmountsAreSecretFromEverybodyUntilTheClose(format: Format) {
        var scene = Scene(terms: Scene.terms(format: format))
        scene.bid("ann", "b1", 8000)
        scene.ask("bob", "b2", .bid(.exact, amount: Scene.amount(7000)))
        func amounts(reveal: Bool = true) -> [Int64?] {
            scene.auction.newestRequests(max: 9).map {
                RequestRow($0, reveal: reveal).amount?.minorUnits
            }
        }
        #expect(amounts() == [nil, nil])
        scene.run(.administer(Scene.lot, .close(reason: nil)), at: Scene.opens + 5)
        #expect(amounts() == [8000, 7000])
        #expect(amounts(reveal: false) == [nil, nil])
    }

    @Test(arguments: [1, 2, 50, 199, 200, 1000])
    func newestRequestsAreTheLastOfAll(max: Int) {
        var scene = Scene()
        // More than fit a page of the book.
        let ids = (0..<200).map { "a-request-with-a-long-name-\($0)" }
        for id in ids { scene.bid("bob", id, 5) }
        let newest = scene.auction.newestRequests(max: max)
        #expect(newest.map(\.request.id.text) == Array(ids.suffix(max)))
    }
}
