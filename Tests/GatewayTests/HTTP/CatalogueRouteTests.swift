import AuctionRules
import BidService
import NIOHTTP1
import Testing
import WireProtocol

@testable import Gateway

@Suite("Sales and terms", .timeLimit(.minutes(5)))
struct CatalogueRouteTests {
    private static let path = "/v1/auctions/lot/terms"

    @Test("Every sale is told with its title, by id")
    func sales() async throws {
        let room = try Saleroom()
        #expect(try await room.get("/v1/sales").text == #"{"sales":[]}"#)
        for (id, title) in [("winter", "Winter <b>sale</b>"), ("spring", "Spring \"sale\"")] {
            let sale = NewSale(id: try SaleID(id), title: title)
            _ = try await room.administration.perform(.createSale(sale))
        }
        let spring = try SaleID("spring")
        try await room.openLot { $0.sale = spring }
        #expect(
            try await room.get("/v1/sales").text == """
                {"sales":[{"sale":"spring","title":"Spring \\"sale\\"","auctions":1},\
                {"sale":"winter","title":"Winter <b>sale</b>","auctions":0}]}
                """)
    }

    @Test("A lot's terms are told, as they were at the beginning")
    func terms() async throws {
        let room = try Saleroom()
        let step = try #require(Amount(minorUnits: 500))
        let stage = SoftClose.Stage(window: 60_000, mode: .add, amount: 90_000)
        let softClose = try SoftClose(stages: [stage], extensionsMax: 3)
        try await room.openLot {
            $0.increments = IncrementTable(flat: step)
            $0.softClose = softClose
            $0.retraction = .ebay
            $0.confirmAboveFactor = 10
        }
        let token = try await room.bidder("ann")
        _ = try await room.post("/v1/auctions/lot/bids", #"{"id":"a","amount":2000}"#, token: token)
        let expected = """
            {"auction":"lot","start":1000,"increments":[[0,500]],"ladder_only":false,\
            "confirm_above_factor":10,"retraction":"ebay","soft_close":{"stages":[\
            {"window_ms":60000,"mode":"add","amount_ms":90000}],"trigger":"price_or_leader",\
            "max_extensions":3,"hard_end":null},"opens_at":1800000000000,"closes_at":1800000060000}
            """
        #expect(try await room.get(Self.path).text == expected)
        // From what was kept.
        #expect(try await room.get(Self.path).text == expected)
    }

    @Test("A preset is told as bands, and a hard end as no soft close")
    func presets() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let text = try await room.get(Self.path).text
        #expect(text.contains(#""increments":[[0,5],[100,25],[500,50],"#))
        #expect(text.contains(#""soft_close":null"#))
    }

    @Test("A live-room lot's terms say who wins a tie")
    func liveRoom() async throws {
        let room = try Saleroom()
        try await room.openLot {
            ($0.format, $0.closesAt) = (.live, nil)
            ($0.tie, $0.plusOne) = (.liveWins, true)
        }
        let text = try await room.get(Self.path).text
        #expect(text.hasSuffix(#""closes_at":null,"tie":"live_wins","plus_one":true}"#), "\(text)")
    }

    @Test("What is secret is in no terms")
    func secrets() async throws {
        let room = try Saleroom()
        let reserve = try #require(Amount(minorUnits: 77_700))
        let parties = try [BidderID("consignor")]
        try await room.openLot {
            $0.reserve = reserve
            $0.seller = parties[0]
            $0.relatedParties = Set(parties)
        }
        let text = try await room.get(Self.path).text
        for secret in ["77700", "reserve", "consignor", "seller", "parties"] {
            #expect(!text.contains(secret), "\(secret)")
        }
    }

    @Test("A lot that there is not has no terms", arguments: ["nothing", "a%20b"])
    func unknown(_ id: String) async throws {
        #expect(try await Saleroom().get("/v1/auctions/\(id)/terms").status == 404)
    }

    @Test("Terms that can't be read are unavailable, and say nothing of the machine")
    func unreadable() async throws {
        let room = try Saleroom(fault: ArchiveError("/srv/secret/gavel.db is gone"))
        try await room.openLot()
        let reply = try await room.get(Self.path)
        #expect(reply.status == 503)
        #expect(!reply.text.contains("secret"))
    }
}
