import AuctionRules
import BidService
import NIOCore
import NIOEmbedded
import Testing
import WireProtocol

@testable import Gateway

@Suite("One client's conversation, from its frames to the answers", .timeLimit(.minutes(5)))
struct ConversationTests {
    static let answers: [(said: String, answer: String, code: String?)] = [
        (#"{"type":"time","client_time":1}"#, "time", nil),
        (#"{"type":"watch","auction":"lot"}"#, "snapshot", nil),
        (#"{"type":"watch","auction":"lot","after":1,"log":"memory"}"#, "watching", nil),
        (#"{"type":"watch","auction":"lot","after":9,"log":"memory"}"#, "snapshot", nil),
        (#"{"type":"watch","auction":"lot","after":1,"log":"another"}"#, "snapshot", nil),
        (#"{"type":"watch","auction":"none"}"#, "error", "unknown_auction"),
        (#"{"type":"watch","sale":"none"}"#, "error", "unknown_auction"),
        (#"{"type":"unwatch","auction":"lot"}"#, "unwatched", nil),
        (#"{"type":"unwatch","sale":"none"}"#, "unwatched", nil),
        (#"{"type":"bid_status","auction":"lot","id":"no"}"#, "error", "not_seen"),
        (#"{"type":"receipt","auction":"lot","id":"no"}"#, "error", "not_seen"),
        (#"{"type":"buy","auction":"lot","id":"b"}"#, "bid_rejected", "unsupported"),
        (#"{"type":"retract","auction":"lot","id":"r","bid":"x"}"#, "bid_rejected", nil),
        (#"{"type":"bid","auction":"lot","id":"1","amount":1}"#, "bid_rejected", "too_low"),
        (#"{"type":"bid","auction":"no","id":"1","amount":1}"#, "bid_rejected", "unknown_auction"),
        (#"{"type":"authenticate","token":"gvl_x"}"#, "error", "unauthenticated"),
    ]

    @Test("Every message gets its answer, with its ref", arguments: answers)
    func table(said: String, answer: String, code: String?) async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect(token: gallery.bidder("ann"))
        #expect(try await caller.next().name == "welcome")
        let frame = try await caller.ask(said.dropLast() + #","ref":"r7"}"#)
        #expect(frame.message.type == answer)
        #expect(frame.ref == "r7")
        switch frame.message {
        case .error(let failure): #expect(failure.code.rawValue == code)
        case .bidRejected(let rejected): #expect(code == nil || rejected.code == code)
        default: #expect(code == nil)
        }
    }

    @Test("The answer to a bid comes before the price that it made, on the same connection")
    func answerFirst() async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect(token: gallery.bidder("ann"))
        _ = try await caller.next()
        _ = try await caller.ask(#"{"type":"watch","auction":"lot","feed":"full"}"#)
        try await caller.say(#"{"type":"bid","auction":"lot","id":"1","amount":5000}"#)
        #expect(try await caller.next().name == "bid_accepted")
        #expect(try await caller.next().name == "price")
    }

    @Test("A connection watches at most so many lots and sales; one that it watches it may renew")
    func tooManyWatches() async throws {
        var limits = GatewayLimits.generous
        limits.watchesMax = 2
        let gallery = try await Gallery(limits: limits)
        try await gallery.openLots(["a", "b", "c"])
        let caller = try await gallery.connect()
        _ = try await caller.next()
        for (lot, type) in [
            ("a", "snapshot"), ("b", "snapshot"), ("c", "error"), ("a", "snapshot"),
        ] {
            let frame = try await caller.ask(#"{"type":"watch","auction":"\#(lot)"}"#)
            #expect(frame.message.type == type)
        }
    }

    @Test("A sale of any size is told as fast as its watcher takes it, its changes included")
    func largeSale() async throws {
        let gallery = try await Gallery()
        let ids = (0..<300).map { "lot-\($0)" }
        try await gallery.openLots(ids, sale: try SaleID("sale"))
        let ann = try await gallery.connect(token: gallery.bidder("ann"))
        let caller = try await gallery.connect()
        for each in [ann, caller] { _ = try await each.next() }
        caller.channel.isWritable = false
        try await caller.say(#"{"type":"watch","sale":"sale","feed":"full"}"#)
        // What happens before a lot has been told of is in its snapshot, and nowhere else.
        _ = try await ann.ask(#"{"type":"bid","auction":"lot-7","id":"1","amount":5000}"#)
        #expect(try await caller.channel.readOutbound(as: ByteBuffer.self) == nil)
        caller.channel.isWritable = true
        try await gallery.loop.executeInContext {
            caller.channel.pipeline.fireChannelWritabilityChanged()
        }
        for id in ids {
            guard case .message(let frame) = try await caller.next(),
                case .snapshot(let snapshot) = frame.message
            else { throw Surprise("no snapshot") }
            #expect(snapshot.lot.auction.text == id)
            #expect(snapshot.lot.seq == (id == "lot-7" ? 2 : 1))
        }
        #expect(try await caller.next().name == "watching")
        _ = try await ann.ask(#"{"type":"bid","auction":"lot-8","id":"2","amount":5000}"#)
        #expect(try await caller.next().name == "price")
    }

    // MARK: - Closing

    @Test("A bad token on the upgrade is told so, and the connection closed")
    func badToken() async throws {
        let caller = try await Gallery().connect(token: "gvl_wrong")
        let names = [try await caller.next(), try await caller.next(), try await caller.next()]
        #expect(names.map(\.name) == ["welcome", "bye", "close 4500"])
    }

    @Test("A broken rule of the framing is answered by bye and its code, too")
    func protocolError() async throws {
        let caller = try await Gallery().connect()
        _ = try await caller.next()
        try await caller.channel.writeInbound(
            ByteBuffer(bytes: [0x83, 0x80, 0, 0, 0, 0] as [UInt8]))
        guard case .message(let frame) = try await caller.next(), case .bye(let bye) = frame.message
        else { throw Surprise("no bye") }
        #expect(!bye.reconnects)
        #expect(try await caller.next() == .close(1002))
    }

    @Test("A server that stops answers what was asked, says bye, and closes with 1001")
    func drains() async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect(token: gallery.bidder("ann"))
        _ = try await caller.next()
        // Both before the loop can hear of a commit.
        try await gallery.loop.executeInContext {
            let bid = #"{"type":"bid","auction":"lot","id":"1","amount":5000}"#
            caller.channel.pipeline.fireChannelRead(ByteBuffer(bytes: Wire.text(bid)))
            caller.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            let late = #"{"type":"bid","auction":"lot","id":"2","amount":9000}"#
            caller.channel.pipeline.fireChannelRead(ByteBuffer(bytes: Wire.text(late)))
            caller.channel.pipeline.fireChannelReadComplete()
        }
        var heard: [String] = []
        while heard.last?.hasPrefix("close") != true {
            let next = try await caller.next()
            if case .message(let frame) = next, case .bidRejected(let body) = frame.message {
                #expect(body.code == "unavailable")
                #expect(body.id.text == "2")
            }
            heard.append(next.name)
        }
        #expect(heard == ["bid_rejected", "bid_accepted", "bye", "close 1001"])
        // The client's close ends it: nobody waits any longer.
        try await caller.channel.writeInbound(ByteBuffer(bytes: Wire.close(1001)))
        try await caller.channel.closeFuture.get()
        #expect(try await gallery.connectionCount == 0)
        #expect(gallery.statistics.connections.value(.websocket) == 0)
    }

    @Test("A suspended bidder and a revoked token lose their live connections")
    func revocations() async throws {
        let gallery = try await Gallery()
        let token = try await gallery.bidder("ann")
        let ann = try await gallery.connect(token: token)
        let ben = try await gallery.connect(token: gallery.bidder("ben"))
        for caller in [ann, ben] { _ = try await caller.next() }
        let hash = try #require(TokenSecret.hash(of: token))
        _ = await gallery.service.perform(.revokeToken(hash))
        _ = await gallery.service.perform(.suspendBidder(try BidderID("ben"), reason: nil))
        for (caller, code) in [(ann, "close 4503"), (ben, "close 4507")] {
            #expect(try await caller.next().name == "bye")
            #expect(try await caller.next().name == code)
        }
    }
}
