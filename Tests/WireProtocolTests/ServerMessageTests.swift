import AuctionRules
import StrictJSON
import Testing
import WireProtocol

/// Exact bytes of one example of each message: what the reference shows.
@Suite struct ServerMessageTests {
    static let now = Instant(milliseconds: 1_795_382_400_123)

    @Test func welcome() throws {
        let message = ServerMessage.welcome(.init(serverTime: Self.now, session: "s-1"))
        try expect(
            message,
            #"""
            {"type":"welcome","protocol":"gavel.v1","server_time":1795382400123,"session":"s-1",\#
            "heartbeat_ms":15000,"max_message_bytes":16384,"bidder":null}
            """#)
    }

    @Test func authenticated() throws {
        let message = ServerMessage.authenticated(.init(bidder: Scene.id("ann"), expiresAt: nil))
        try expect(message, #"{"type":"authenticated","bidder":"ann","expires_at":null}"#)
        try expect(
            message, ref: "7",
            #"{"type":"authenticated","bidder":"ann","expires_at":null,"ref":"7"}"#)
    }

    @Test func snapshotBeforeTheFirstBid() throws {
        let scene = Scene()
        let message = ServerMessage.snapshot(
            .init(scene.auction.publicState, log: "log-1", serverTime: Self.now))
        try expect(
            message, ref: "w",
            #"""
            {"type":"snapshot","auction":"lot-1","log":"log-1","seq":0,\#
            "title":"A chair, \"oak\"","format":"english","currency":"USD","exponent":2,\#
            "status":"scheduled","outcome":null,"price":null,"minimum":1000,"leader":null,\#
            "leading":null,"your_max":null,"bids":0,"reserve":"unmet","starts_at":1000000,\#
            "ends_at":2000000,"extensions":0,"sale":null,"buy_now":null,\#
            "server_time":1795382400123,"ref":"w"}
            """#)
    }

    @Test func snapshotForABidder() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        let message = ServerMessage.snapshot(
            .init(
                scene.auction.publicState, log: "log-1",
                viewer: .init(isLeading: true, ownMax: Scene.amount(5000)), serverTime: Self.now))
        let text = text(message)
        #expect(text.contains(#""leader":"Bidder 1","leading":true,"your_max":5000,"bids":1"#))
        #expect(try ServerFrame.decode(text.utf8) == ServerFrame(message))
    }

    @Test func watchingAndUnwatched() throws {
        try expect(
            .watching(.init(Scene.lot, seq: 3)),
            #"{"type":"watching","auction":"lot-1","seq":3}"#)
        try expect(
            .unwatched(.init(SaleID("spring"))), ref: "x",
            #"{"type":"unwatched","sale":"spring","ref":"x"}"#)
    }

    @Test func price() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        let change = try #require(scene.changes.last)
        let json = #"""
            {"type":"price","auction":"lot-1","seq":2,"price":1000,"minimum":1050,\#
            "leader":"Bidder 1","bids":1,"reserve":"unmet","ends_at":2000000,"extensions":0,\#
            "at":1000001,"buy_now":null}
            """#
        try expect(ServerMessage(change), json)
    }

    /// A bid takes fair warnings back; another reserve does not.
    @Test func priceBetweenFairWarnings() throws {
        var terms = Scene.terms(format: .live)
        terms.closesAt = nil
        var scene = Scene(terms: terms)
        scene.bid("ann", "b1", 5000)
        for command in [AuctionCommand.ask(nil), .warn, .lowerReserve(to: Scene.amount(1000))] {
            scene.run(.administer(Scene.lot, command), at: Scene.opens + 2)
        }
        let change = try #require(scene.changes.last)
        let json = #"""
            {"type":"price","auction":"lot-1","seq":4,"price":1000,"minimum":1050,\#
            "leader":"Bidder 1","bids":0,"reserve":"met","ends_at":null,"extensions":0,\#
            "at":1000002,"buy_now":null,"ask":1050,"ask_seq":1,"fair_warnings":1,\#
            "status":"fair_warning"}
            """#
        try expect(ServerMessage(change), json)
    }

    @Test func statusAtTheClose() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 9000)
        scene.bid("bob", "b2", 8000)
        scene.run(.administer(Scene.lot, .close(reason: "last call")), at: Scene.opens + 9)
        let change = try #require(scene.changes.last)
        let json = #"""
            {"type":"status","auction":"lot-1","seq":4,"status":"closed","outcome":"sold",\#
            "price":8100,"winner":"Bidder 1","reserve":"met","starts_at":1000000,\#
            "ends_at":1000009,"reason":"last call","at":1000009}
            """#
        try expect(ServerMessage(change), json)
    }

    @Test func unsoldLotNamesNoWinner() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        scene.run(.administer(Scene.lot, .advanceClock), at: Scene.closes)
        let text = text(ServerMessage(try #require(scene.changes.last)))
        #expect(text.contains(#""outcome":"reserve_not_met","price":1000,"winner":null"#))
    }

    @Test func heartbeat() throws {
        let heads: [ServerMessage.Heartbeat.Head] = [
            .init(auction: Scene.id("b"), seq: 2), .init(auction: Scene.id("a"), seq: 19),
        ]
        try expect(
            .heartbeat(.init(serverTime: Self.now, heads: heads)),
            #"{"type":"heartbeat","server_time":1795382400123,"heads":{"b":2,"a":19}}"#)
        try expect(
            .heartbeat(.init(serverTime: Self.now, heads: [])),
            #"{"type":"heartbeat","server_time":1795382400123,"heads":{}}"#)
    }

    @Test func bye() throws {
        try expect(
            .bye(.init(.draining, wait: 500, jitter: 2000)),
            #"{"type":"bye","code":4101,"reconnect":true,"wait_ms":500,"jitter_ms":2000}"#)
        try expect(
            .bye(.init(.revoked, wait: 0, jitter: 0)),
            #"{"type":"bye","code":4503,"reconnect":false,"wait_ms":0,"jitter_ms":0}"#)
    }

    @Test func notice() throws {
        try expect(
            .notice(.init(.auction(Scene.lot), text: "Last chance\n", at: Self.now)),
            #"{"type":"notice","auction":"lot-1","text":"Last chance\n","at":1795382400123}"#)
    }

    @Test func bidAccepted() throws {
        var scene = Scene()
        let json = #"""
            {"type":"bid_accepted","auction":"lot-1","id":"b1","ref":null,"seq":2,\#
            "leading":true,"your_max":5000,"price":1000,"minimum":1050,"reserve":"unmet",\#
            "ends_at":2000000,"at":1000001,\#
            "hash":"0123456789abcdef0000000000000000fffffffffffffffffedcba9876543210"}
            """#
        try expect(scene.bid("ann", "b1", 5000), json)
        #expect(
            text(scene.bid("ann", "b1", 5000, at: Scene.closes + 5)) == json,
            "A repeated bid gets the same answer, word for word, also after the close")
        try expect(
            scene.bid("ann", "b1", 5000), ref: "r9",
            json.replacing("\"ref\":null", with: "\"ref\":\"r9\""))
    }

    @Test func bidRejected() throws {
        var scene = Scene()
        try expect(
            scene.bid("ann", "b1", 999), ref: "1",
            #"""
            {"type":"bid_rejected","auction":"lot-1","id":"b1","ref":"1","code":"too_low",\#
            "message":"The bid is below the minimum: offer at least the minimum.","minimum":1000}
            """#)
        try expect(
            scene.bid("ann", "b2", 5000, at: Scene.closes + 7),
            #"""
            {"type":"bid_rejected","auction":"lot-1","id":"b2","ref":null,"code":"closed",\#
            "message":"The lot had closed 7 ms before this bid arrived.","late_by_ms":7}
            """#)
        try expect(
            scene.bid("ann", "b2", 5001, at: Scene.closes + 8),
            #"""
            {"type":"bid_rejected","auction":"lot-1","id":"b2","ref":null,\#
            "code":"idempotency_conflict","message":"This id was used for another bid on this \#
            lot: use a new id for a new bid."}
            """#)
    }

    @Test func bidRetracted() throws {
        var terms = Scene.terms()
        terms.retraction = .ebay
        var scene = Scene(terms: terms)
        scene.bid("ann", "b1", 5000)
        try expect(
            scene.ask("ann", "r1", .retract(Scene.id("b1"))),
            #"{"type":"bid_retracted","auction":"lot-1","id":"r1","ref":null,"seq":3}"#)
    }

    @Test func outbid() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        scene.bid("bob", "b2", 9000)
        try expect(
            ServerMessage(try #require(scene.notices.last)),
            #"""
            {"type":"outbid","auction":"lot-1","seq":3,"price":7777,"minimum":7877,\#
            "your_max":5000}
            """#)
    }

    @Test func wonAndLost() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        scene.bid("bob", "b2", 9000)
        scene.run(.administer(Scene.lot, .advanceClock), at: Scene.closes)
        let notices = scene.notices.suffix(2)
        #expect(notices.map(\.bidder.text) == ["ann", "bob"])
        try expect(
            ServerMessage(try #require(notices.first)),
            #"{"type":"lost","auction":"lot-1","seq":4,"price":7777,"due":null}"#)
        try expect(
            ServerMessage(try #require(notices.last)),
            #"{"type":"won","auction":"lot-1","seq":4,"price":7777,"due":7777}"#)
    }

    @Test func voidedBidsAndOffersThatCountAgain() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        scene.bid("bob", "b2", 1020)
        let void = AuctionCommand.voidBid(Scene.id("b1"), bidder: nil, reason: "mistyped")
        scene.run(.administer(Scene.lot, void), at: Scene.opens + 2)
        try expect(
            ServerMessage(try #require(scene.notices.first)),
            #"""
            {"type":"bid_voided","auction":"lot-1","seq":3,"price":null,"minimum":1000,\#
            "reason":"mistyped"}
            """#)
        try expect(
            ServerMessage(try #require(scene.notices.last)),
            #"{"type":"below_offer","auction":"lot-1","seq":3,"price":null,"minimum":1000}"#)
    }

    @Test func time() throws {
        let frame = try ClientFrame.decode(#"{"type":"time","client_time":-1.50e3}"#.utf8)
        guard case .time(let clientTime) = frame.message else {
            Issue.record("no time")
            return
        }
        try expect(
            .time(.init(clientTime: clientTime, serverTime: Self.now)),
            #"{"type":"time","client_time":-1.50e3,"server_time":1795382400123}"#)
    }

    @Test func error() throws {
        try expect(
            .error(.init(.rateLimited, message: "Slow down.", retryAfter: 250)), ref: "é",
            #"""
            {"type":"error","code":"rate_limited","message":"Slow down.","ref":"é",\#
            "retry_after_ms":250}
            """#)
        try expect(
            .error(
                .init(.notSeen, message: "?", auction: Scene.lot, id: Scene.id("b1"))),
            #"""
            {"type":"error","code":"not_seen","message":"?","ref":null,"auction":"lot-1",\#
            "id":"b1"}
            """#)
    }

    @Test func receipt() throws {
        let content = try #require(JSONValue(parsing: #"{"seq":4,"path":["a"]}"#).asObject)
        try expect(
            .receipt(.init(auction: Scene.lot, id: Scene.id("b1"), content: content)), ref: "q",
            #"{"type":"receipt","auction":"lot-1","id":"b1","seq":4,"path":["a"],"ref":"q"}"#)
    }

    @Test func messageOfALaterServerIsPassedOver() throws {
        let frame = try ServerFrame.decode(#"{"type":"confetti","colours":3}"#.utf8)
        #expect(frame.message == .unknown(type: "confetti"))
    }

    @Test func laterFieldsAndWordsAreRead() throws {
        let frame = try ServerFrame.decode(
            #"""
            {"type":"status","auction":"a","seq":1,"status":"on_block","outcome":null,
            "price":null,"winner":null,"reserve":"none","starts_at":1,"ends_at":null,
            "reason":null,"at":1,"ask_seq":4}
            """#.utf8)
        guard case .status(let status) = frame.message else {
            Issue.record("no status")
            return
        }
        #expect(status.status == "on_block")
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"type":7}"#, #"{"type":"price"}"#,
        #"{"type":"unwatched","auction":"a","sale":"b"}"#,
        #"{"type":"bye","code":70000,"reconnect":true,"wait_ms":0,"jitter_ms":0}"#,
        #"{"type":"heartbeat","server_time":1,"heads":{"a":"1"}}"#,
        #"{"type":"bid_retracted","auction":"","id":"x","ref":null,"seq":1}"#,
        #"{"type":"won","auction":"a","seq":1,"price":0,"due":1}"#,
        #"{"type":"time","client_time":"1","server_time":1}"#,
    ])
    func whatIsNoMessageIsNoMessage(json: String) {
        #expect(throws: WireMismatch.self) { try ServerFrame.decode(json.utf8) }
    }

    /// The message has these bytes, and they are read back as the same message.
    private func expect(
        _ message: ServerMessage, ref: String? = nil, _ json: String,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let frame = ServerFrame(message, ref: ref)
        #expect(text(frame.encoded()) == json, sourceLocation: location)
        #expect(try ServerFrame.decode(frame.encoded()) == frame, sourceLocation: location)
    }
}
