import AuctionRules
import BidService
import Ledger
import Proof
import StrictJSON
import Testing

@testable import Gateway

@Suite("A close certificate by HTTP", .timeLimit(.minutes(5)))
struct CertificateRouteTests {
    private static let path = "/v1/auctions/lot/certificate"

    /// Ann wins at 10.00; the lot ends at noon and a minute.
    private static func room(signs: Bool = true) async throws -> (room: Saleroom, ann: String) {
        let room = try Saleroom()
        if signs { #expect(await room.service.use(SigningKey()) == .done) }
        try await room.openLot()
        let ann = try await room.bidder("ann")
        try await bid(5000, id: "a", in: room, by: ann)
        return (room, ann)
    }

    private static func bid(
        _ amount: Int, id: String, in room: Saleroom, by token: String
    ) async throws {
        _ = try await room.post(
            "/v1/auctions/lot/bids", #"{"id":"\#(id)","amount":\#(amount)}"#, token: token)
    }

    private static func close(_ room: Saleroom) async throws {
        room.clock.set(Saleroom.noon.advanced(by: 60_000))
        _ = await room.service.perform(.administer(try AuctionID("lot"), .advanceClock))
    }

    private static func says(
        _ member: String, in reply: Reply, of room: Saleroom
    ) throws -> JSONObject {
        let signed = try SignedStatement(try reply.json.object(member))
        try signed.verify(with: KeySet(room.service.board.signingKeys))
        return try #require(try JSONValue(parsing: signed.statement.utf8).asObject)
    }

    @Test("is not there before the close, and 404 says why")
    func before() async throws {
        let (room, _) = try await Self.room()
        for (path, code) in [
            (Self.path, "not_closed"), ("/v1/auctions/none/certificate", "unknown_auction"),
        ] {
            let reply = try await room.get(path)
            #expect(try reply.status == 404 && reply.code == code)
        }
        _ = await room.service.perform(
            .administer(try AuctionID("lot"), .cancel(reason: "withdrawn")))
        #expect(try await room.get(Self.path).code == "not_closed")
    }

    @Test("is signed, agrees with the lot and the log, and is the same when it is asked for again")
    func closed() async throws {
        let (room, _) = try await Self.room()
        try await Self.close(room)
        let reply = try await room.get(Self.path)
        #expect(reply.status == 200)
        let certificate = try Self.says("certificate", in: reply, of: room)
        let lot = try await room.get("/v1/auctions/lot").json
        #expect(try certificate.integer("seq") == lot.integer("seq"))
        #expect(try certificate.string("winner") == lot.string("leader"))
        #expect(try certificate.integer("price") == lot.integer("price"))
        #expect(try certificate.string("hash") == room.log.head.hash.hex)
        #expect(try certificate.integer("position") == room.log.head.position)
        #expect(try Self.says("late", in: reply, of: room).integer("count") == 0)
        #expect(try await room.get(Self.path).text == reply.text)
        // As values: a hash or a signature may have any digits and letters in it.
        #expect(!reply.text.contains(":5000") && !reply.text.contains(#""ann"#))
    }

    @Test("tells of late bids after some seconds, and stays the same statement")
    func late() async throws {
        let (room, ann) = try await Self.room()
        try await Self.close(room)
        let first = try await room.get(Self.path)
        room.clock.set(Saleroom.noon.advanced(by: 60_250))
        try await Self.bid(9000, id: "late", in: room, by: ann)
        room.clock.set(Saleroom.noon.advanced(by: 64_999))
        #expect(try await room.get(Self.path).text == first.text, "five seconds old at most")
        room.clock.set(Saleroom.noon.advanced(by: 65_000))
        let second = try await room.get(Self.path)
        let late = try Self.says("late", in: second, of: room)
        #expect(try late.array("late_by_ms") == [.integer(250)])
        for name in ["certificate"] {
            #expect(
                try first.json.object(name).string("statement")
                    == second.json.object(name).string("statement"))
        }
    }

    @Test("is another one at once after a void")
    func void() async throws {
        let (room, _) = try await Self.room()
        try await Self.close(room)
        let first = try await room.get(Self.path)
        _ = await room.service.perform(
            .administer(
                try AuctionID("lot"),
                .voidBid(try BidID("a"), bidder: try BidderID("ann"), reason: "a mistake")))
        let second = try await room.get(Self.path)
        let says = try Self.says("certificate", in: second, of: room)
        #expect(try says.string("outcome") == "no_bids")
        let replaced = try SignedStatement(try first.json.object("certificate")).statement
        let before = try #require(try JSONValue(parsing: replaced.utf8).asObject)
        #expect(try says.string("replaces") == before.string("hash"))
    }

    @Test("is read and not made: it is signed once, with its commit")
    func kept() async throws {
        let (room, _) = try await Self.room()
        try await Self.close(room)
        let first = try await room.get(Self.path).json.object("certificate")
        room.clock.set(Saleroom.noon.advanced(by: 600_000))
        #expect(try await room.get(Self.path).json.object("certificate") == first)
    }

    @Test("is signed later for a lot that closed before there was a key")
    func signedLater() async throws {
        let (room, _) = try await Self.room(signs: false)
        try await Self.close(room)
        #expect(try await room.get(Self.path).status == 503)
        #expect(await room.service.use(SigningKey()) == .done)
        // Any commit after the key's takes along what is not signed.
        _ = await room.service.perform(.addBidder(Bidder(id: try BidderID("new"))))
        let reply = try await room.get(Self.path)
        #expect(reply.status == 200)
        #expect(try Self.says("certificate", in: reply, of: room).string("winner") == "Bidder 1")
    }

    @Test("is unavailable on a server without a key")
    func withoutKey() async throws {
        let (room, _) = try await Self.room(signs: false)
        try await Self.close(room)
        let reply = try await room.get(Self.path)
        #expect(try reply.status == 503 && reply.code == "unavailable")
    }
}
