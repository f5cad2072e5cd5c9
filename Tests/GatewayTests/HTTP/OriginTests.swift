import AuctionRules
import BidService
import NIOHTTP1
import Testing
import WireProtocol

@testable import Gateway

@Suite("Requests from browsers, and eligibility over HTTP", .timeLimit(.minutes(1)))
struct OriginTests {
    private static let bid = #"{"id":"1","amount":5000}"#

    @Test(
        "A page from elsewhere changes nothing, not even with a good token",
        arguments: [
            "https://elsewhere", "null", "", "http://house.evil", "http://sub.house",
            "http://house:80", "http://house:8080", "https://house", "HTTP://house", "http://House",
            "http://house/", " http://house", "http://house http://elsewhere", "*", "file://",
        ])
    func foreignOrigins(origin: String) async throws {
        let room = try Saleroom()
        try await room.openLot()
        let token = try await room.bidder("ann")
        let boss = try await room.administrator()
        for (path, token) in [
            ("/v1/auctions/lot/bids", token), ("/v1/tickets", token),
            ("/v1/admin/auction.list", boss), ("/v1/admin/watch", boss),
            ("/v1/nowhere", token), ("/healthz", token),
        ] {
            let reply = try await room.send(
                .POST, path, body: Self.bid, token: token, headers: ["Origin": origin])
            #expect(reply.status == 403, "\(path)")
            #expect(try reply.code == "forbidden")
            #expect(reply.header("Access-Control-Allow-Origin") == nil)
        }
        let state = try #require(
            room.service.board.snapshot(of: AuctionID("lot"), for: nil)?.state)
        #expect(state.bids == 0)
    }

    @Test("The house's own page bids, and so does what is no browser")
    func ownOrigin() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let token = try await room.bidder("ann")
        let own = try await room.send(
            .POST, "/v1/auctions/lot/bids", body: Self.bid, token: token,
            headers: ["Origin": "http://house"])
        #expect(own.status == 200)
        #expect(try await room.post("/v1/tickets", token: token).status == 200)
        // Two of them are one too many, whichever they are.
        let twice = try await room.send(
            .POST, "/v1/tickets", token: token,
            headers: HTTPHeaders([("Origin", "http://house"), ("Origin", "http://house")]))
        #expect(twice.status == 403)
        // To read needs no leave: the answer names no origin that may see it.
        let read = try await room.send(.GET, "/v1/auctions", headers: ["Origin": "http://x"])
        #expect(read.status == 200)
        #expect(read.header("Access-Control-Allow-Origin") == nil)
    }

    @Test("A suspension counts at the next bid, and so does its end")
    func suspension() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let token = try await room.bidder("ann")
        let ann = try BidderID("ann")
        func bid(_ id: String, _ amount: Int) async throws -> String {
            let reply = try await room.post(
                "/v1/auctions/lot/bids", #"{"id":"\#(id)","amount":\#(amount)}"#, token: token)
            return reply.status == 200 ? "accepted" : try reply.code
        }
        #expect(try await bid("1", 5000) == "accepted")
        _ = try await room.administration.perform(.suspendBidder(ann, reason: nil))
        #expect(try await bid("2", 6000) == "suspended")
        _ = try await room.administration.perform(.reinstateBidder(ann))
        #expect(try await bid("3", 7000) == "accepted")
        // What was refused stays refused under its id.
        #expect(try await bid("2", 6000) == "suspended")
    }
}
