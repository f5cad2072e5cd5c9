import AuctionRules
import BidService
import NIOCore
import Proof
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("Receipts on every way in", .timeLimit(.minutes(5)))
struct ReceiptTests {
    /// A gallery with a key, and Ann.
    private static func gallery() async throws -> (Gallery, ann: String) {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        #expect(await gallery.service.use(SigningKey()) == .done)
        return (gallery, try await gallery.bidder("ann"))
    }

    /// What a receipt says, once it has been checked with the service's keys.
    private static func checked(
        _ content: JSONObject?, by service: BidService
    ) throws -> JSONObject {
        let signed = try SignedStatement(try #require(content))
        try signed.verify(with: KeySet(service.board.signingKeys))
        return try #require(try JSONValue(parsing: signed.statement.utf8).asObject)
    }

    private static func bid(_ id: String, _ amount: Int64) throws -> ClientFrame {
        ClientFrame(
            .bid(
                BidMessage(
                    auction: try AuctionID("lot"), id: try BidID(id),
                    amount: try #require(Amount(minorUnits: amount)), wantsReceipt: true)))
    }

    private static func next(_ caller: Caller) async throws -> ServerMessage {
        guard case .message(let frame) = try await caller.next() else { throw Surprise("closed") }
        return frame.message
    }

    @Test(
        "A receipt comes with the answer, before the price, in both forms",
        arguments: WireEncoding.allCases)
    func withTheAnswer(encoding: WireEncoding) async throws {
        let (gallery, ann) = try await Self.gallery()
        let caller = try await gallery.connect(token: ann, encoding: encoding)
        _ = try await caller.next()
        try await caller.say(ClientFrame(.watch(.auction(try AuctionID("lot")), feed: .full)))
        _ = try await caller.next()
        try await caller.say(Self.bid("1", 5000))
        guard case .bidAccepted(let accepted) = try await Self.next(caller) else {
            throw Surprise("not accepted")
        }
        let says = try Self.checked(accepted.receipt?.content, by: gallery.service)
        #expect(try says.string("hash") == accepted.hash.hex && says.integer("your_max") == 5000)
        #expect(try await caller.next().name == "price")
        try await caller.say(Self.bid("2", 4000))
        guard case .bidRejected(let rejected) = try await Self.next(caller) else {
            throw Surprise("not rejected")
        }
        let no = try Self.checked(rejected.receipt?.content, by: gallery.service)
        #expect(try no.string("code") == "max_not_higher")
    }

    @Test(
        "One is given later, too, to the bidder and to nobody else",
        arguments: WireEncoding.allCases)
    func later(encoding: WireEncoding) async throws {
        let (gallery, ann) = try await Self.gallery()
        let caller = try await gallery.connect(token: ann, encoding: encoding)
        _ = try await caller.next()
        try await caller.say(
            ClientFrame(
                .bid(
                    BidMessage(
                        auction: try AuctionID("lot"), id: try BidID("1"),
                        amount: try #require(Amount(minorUnits: 5000))))))
        guard case .bidAccepted(let accepted) = try await Self.next(caller) else {
            throw Surprise("not accepted")
        }
        #expect(accepted.receipt == nil, "nobody asked for one")
        let ask = ClientFrame(.receipt(try AuctionID("lot"), id: try BidID("1")), ref: "r")
        try await caller.say(ask)
        guard case .message(let frame) = try await caller.next(),
            case .receipt(let receipt) = frame.message
        else { throw Surprise("no receipt") }
        #expect(frame.ref == "r" && receipt.id.text == "1")
        let says = try Self.checked(receipt.content, by: gallery.service)
        #expect(try says.string("bidder") == "ann")
        let bob = try await gallery.connect(token: gallery.bidder("bob"), encoding: encoding)
        let nobody = try await gallery.connect(encoding: encoding)
        for (stranger, code) in [(bob, ErrorCode.notSeen), (nobody, .unauthenticated)] {
            _ = try await stranger.next()
            try await stranger.say(ask)
            guard case .error(let failure) = try await Self.next(stranger) else {
                throw Surprise("no error")
            }
            #expect(failure.code == code)
        }
    }

    @Test("Without a key a bid is answered without one, and a receipt is unavailable")
    func withoutKey() async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect(token: gallery.bidder("ann"))
        _ = try await caller.next()
        try await caller.say(Self.bid("1", 5000))
        guard case .bidAccepted(let accepted) = try await Self.next(caller) else {
            throw Surprise("not accepted")
        }
        #expect(accepted.receipt == nil)
        let frame = try await caller.ask(#"{"type":"receipt","auction":"lot","id":"1"}"#)
        guard case .error(let failure) = frame.message else { throw Surprise("no error") }
        #expect(failure.code == .unavailable)
    }

    @Test("Over HTTP the same object comes, also for a bid that was too late; the keys are public")
    func http() async throws {
        let room = try Saleroom()
        try await room.openLot()
        #expect(await room.service.use(SigningKey()) == .done)
        let ann = try await room.bidder("ann")
        func post(_ id: String) async throws -> Reply {
            try await room.post(
                "/v1/auctions/lot/bids", #"{"id":"\#(id)","amount":6000,"receipt":true}"#,
                token: ann)
        }
        let keys = try KeySet(try await room.get("/v1/keys").json)
        #expect(keys == KeySet(room.service.board.signingKeys) && keys.keys.count == 1)
        let accepted = try await post("a").json
        let says = try Self.checked(try accepted.object("receipt"), by: room.service)
        #expect(try says.string("hash") == accepted.string("hash"))
        room.clock.set(Saleroom.noon.advanced(by: 60_007))
        let late = try await post("b")
        #expect(late.status == 409)
        let no = try Self.checked(try late.json.object("receipt"), by: room.service)
        #expect(try no.integer("late_by_ms") == 7)
    }
}
