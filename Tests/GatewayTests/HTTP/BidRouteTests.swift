import AuctionRules
import BidService
import Ledger
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

/// What somebody posts on a lot that Ann leads at USD 10.00 with a max of 50.00.
struct PostedBid: CustomTestStringConvertible, Sendable {
    let body: String
    let status: UInt
    let code: String

    init(_ body: String, _ status: UInt, _ code: String) {
        self.body = body
        self.status = status
        self.code = code
    }

    var testDescription: String { "\(body) -> \(code)" }

    static let refused: [PostedBid] = [
        .init("", 400, "bad_message"),
        .init("{", 400, "bad_message"),
        .init("[]", 400, "bad_message"),
        .init("null", 400, "bad_message"),
        .init(#"{"amount":2000}"#, 400, "bad_message"),
        .init(#"{"id":"","amount":2000}"#, 400, "bad_message"),
        .init(#"{"id":"a b","amount":2000}"#, 400, "bad_message"),
        .init(#"{"id":"1","id":"2","amount":2000}"#, 400, "bad_message"),
        .init(#"{"id":"1"}"#, 422, "malformed"),
        .init(#"{"id":"1","amount":null}"#, 422, "malformed"),
        .init(#"{"id":"1","amount":2000,"kind":"proxy"}"#, 422, "malformed"),
        .init(#"{"id":"1","amount":"2000"}"#, 422, "invalid_amount"),
        .init(#"{"id":"1","amount":20.5}"#, 422, "invalid_amount"),
        .init(#"{"id":"1","amount":2e3}"#, 422, "invalid_amount"),
        .init(#"{"id":"1","amount":0}"#, 422, "invalid_amount"),
        .init(#"{"id":"1","amount":-1}"#, 422, "invalid_amount"),
        .init(#"{"id":"1","amount":9007199254740992}"#, 422, "invalid_amount"),
        .init(#"{"id":"1","amount":2000,"currency":"EUR"}"#, 422, "wrong_currency"),
        .init(#"{"id":"1","amount":2000,"quantity":2}"#, 422, "unsupported"),
        .init(#"{"id":"1","amount":1049}"#, 409, "too_low"),
    ]
}

@Suite("A bid by HTTP", .timeLimit(.minutes(5)))
struct BidRouteTests {
    private static let path = "/v1/auctions/lot/bids"

    /// Ann leads at 10.00 with a max of 50.00.
    private static func room() async throws -> (room: Saleroom, ann: String, bob: String) {
        let room = try Saleroom()
        try await room.openLot()
        let ann = try await room.bidder("ann")
        let bob = try await room.bidder("bob")
        let reply = try await room.post(path, #"{"id":"a","amount":5000}"#, token: ann)
        #expect(reply.status == 200)
        return (room, ann, bob)
    }

    @Test("that is taken gets bid_accepted, once it is in the log")
    func accepted() async throws {
        let (room, _, bob) = try await Self.room()
        let entries = room.log.head.position
        let reply = try await room.post(Self.path, #"{"id":"b","amount":6000}"#, token: bob)
        #expect(reply.status == 200)
        #expect(room.log.head.position == entries + 1)
        let frame = try ServerFrame.decode(reply.text.utf8)
        guard case .bidAccepted(let accepted) = frame.message else { throw Surprise(reply.text) }
        #expect(accepted.acceptance.isLeading == true)
        #expect(accepted.acceptance.price?.minorUnits == 5100)
        #expect(accepted.hash == room.log.head.hash)
    }

    @Test("that is repeated gets the same answer, word for word, and changes nothing")
    func repeated() async throws {
        let (room, _, bob) = try await Self.room()
        let body = #"{"id":"b","amount":6000}"#
        let first = try await room.post(Self.path, body, token: bob)
        let entries = room.log.head
        let second = try await room.post(Self.path, body, token: bob)
        #expect(second.status == 200)
        #expect(second.text == first.text)
        #expect(room.log.head == entries)
    }

    @Test("that can't be taken is told why", arguments: PostedBid.refused)
    func refused(_ bid: PostedBid) async throws {
        let (room, _, bob) = try await Self.room()
        let reply = try await room.post(Self.path, bid.body, token: bob)
        #expect(reply.status == bid.status)
        #expect(try reply.code == bid.code)
        #expect(try reply.json.string("type") == (bid.status == 400 ? "error" : "bid_rejected"))
    }

    @Test("under the minimum is told the minimum, and nothing else")
    func tooLow() async throws {
        let (room, _, bob) = try await Self.room()
        let reply = try await room.post(Self.path, #"{"id":"b","amount":1001}"#, token: bob)
        #expect(try reply.json.integer("minimum") == 1050)
        #expect(!reply.text.contains(":5000"))
    }

    @Test("on a lot that is not there is 404")
    func unknownLot() async throws {
        let (room, _, bob) = try await Self.room()
        let reply = try await room.post(
            "/v1/auctions/none/bids", #"{"id":"b","amount":6000}"#, token: bob)
        #expect(reply.status == 404)
        #expect(try reply.code == "unknown_auction")
    }

    @Test("at the end of the lot is too late, and is told by how much")
    func closed() async throws {
        let (room, _, bob) = try await Self.room()
        room.clock.set(Saleroom.noon.advanced(by: 60_007))
        let reply = try await room.post(Self.path, #"{"id":"b","amount":6000}"#, token: bob)
        #expect(reply.status == 409)
        #expect(try reply.code == "closed")
        #expect(try reply.json.integer("late_by_ms") == 7)
    }

    @Test("with an id that stands for another bid is a conflict")
    func conflict() async throws {
        let (room, ann, _) = try await Self.room()
        let reply = try await room.post(Self.path, #"{"id":"a","amount":7000}"#, token: ann)
        #expect(reply.status == 409)
        #expect(try reply.code == "idempotency_conflict")
    }

    @Test("without a body is told to send one")
    func withoutBody() async throws {
        let (room, _, bob) = try await Self.room()
        #expect(try await room.post(Self.path, token: bob).status == 411)
    }

    @Test("by an administrator is refused")
    func administrator() async throws {
        let (room, _, _) = try await Self.room()
        let boss = try await room.administrator()
        let reply = try await room.post(Self.path, #"{"id":"b","amount":6000}"#, token: boss)
        #expect(reply.status == 403)
        #expect(try reply.code == "forbidden")
    }

    @Test("whose commit fails has an unknown outcome, and may be repeated")
    func unknownOutcome() async throws {
        let (room, _, bob) = try await Self.room()
        room.log.failAppend()
        let reply = try await room.post(Self.path, #"{"id":"b","amount":6000}"#, token: bob)
        #expect(reply.status == 503)
        #expect(try reply.code == "unknown_outcome")
        #expect(try reply.json.string("id") == "b")
        #expect(reply.header("Retry-After") == "1")
    }

    @Test("The history shows aliases and prices, and no max")
    func history() async throws {
        let (room, ann, bob) = try await Self.room()
        _ = try await room.post(Self.path, #"{"id":"b","amount":2000}"#, token: bob)
        _ = try await room.post(Self.path, #"{"id":"a2","amount":7777}"#, token: ann)
        let reply = try await room.get(Self.path)
        #expect(
            reply.text == """
                {"auction":"lot","bids":[\
                {"seq":2,"at":1800000000000,"bidder":"Bidder 1","price":1000,"leading":true,\
                "voided":false},\
                {"seq":3,"at":1800000000000,"bidder":"Bidder 2","price":2050,"leading":false,\
                "voided":false}],"cursor":null}
                """)
    }

    @Test("The history comes in pages, and follows the lot")
    func historyPages() async throws {
        let (room, _, bob) = try await Self.room()
        #expect(try await room.get(Self.path).json.array("bids").count == 1)
        for amount in [2000, 2100, 2200] {
            let body = #"{"id":"\#(amount)","amount":\#(amount)}"#
            _ = try await room.post(Self.path, body, token: bob)
        }
        let first = try await room.get(Self.path + "?limit=3").json
        #expect(try first.array("bids").count == 3)
        #expect(try first.integer("cursor") == 3)
        let second = try await room.get(Self.path + "?limit=3&cursor=3").json
        #expect(try second.array("bids").count == 1)
        #expect(second["cursor"] == .null)
        let beyond = try await room.get(Self.path + "?cursor=99").json
        #expect(try beyond.array("bids").isEmpty)
    }

    @Test("Sealed bids are in no history before the close", arguments: [Format.vickrey])
    func sealed(_ format: Format) async throws {
        let room = try Saleroom()
        try await room.openLot { $0.format = format }
        let ann = try await room.bidder("ann")
        let placed = try await room.post(Self.path, #"{"id":"a","amount":5000}"#, token: ann)
        #expect(placed.status == 200)
        #expect(try await room.get(Self.path).json.array("bids").isEmpty)
        room.clock.set(Saleroom.noon.advanced(by: 60_000))
        _ = try await room.post(Self.path, #"{"id":"late","amount":5000}"#, token: ann)
        let history = try await room.get(Self.path)
        #expect(try history.json.array("bids").count == 1)
        #expect(!history.text.contains(":5000"))
    }

    @Test("A history that can't be read is unavailable, and says nothing of the machine")
    func unreadable() async throws {
        let room = try Saleroom(fault: ArchiveError("/srv/secret/gavel.db is gone"))
        try await room.service.createLot()
        let reply = try await room.get(Self.path)
        #expect(reply.status == 503)
        #expect(!reply.text.contains("/srv"))
        #expect(room.logged.all.contains { $0.contains("/srv/secret/gavel.db is gone") })
    }
}
