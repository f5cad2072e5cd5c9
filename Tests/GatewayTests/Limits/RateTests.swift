import AuctionRules
import NIOCore
import NIOEmbedded
import NIOHTTP1
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("Who asks too often", .timeLimit(.minutes(5)))
struct RateTests {
    private let uptime = ManualUptime()

    private static func limits(_ change: (inout GatewayLimits) -> Void) -> GatewayLimits {
        var limits = GatewayLimits.generous
        change(&limits)
        return limits
    }

    private func failure(_ heard: Caller.Heard) throws -> (ServerMessage.Failure, ref: String?) {
        guard case .message(let frame) = heard, case .error(let failure) = frame.message else {
            throw Surprise("\(heard)")
        }
        return (failure, frame.ref)
    }

    @Test("A message too many is not done, and told when to come again")
    func messages() async throws {
        let gallery = try await Gallery(
            limits: Self.limits {
                ($0.messagesPerSecond, $0.messageBurst) = (10, 2)
            }, uptime: uptime.clock)
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect(token: gallery.bidder("ann"))
        _ = try await caller.next()
        for _ in 0..<2 {
            #expect(
                try await caller.ask(#"{"type":"time","client_time":1}"#).message.type == "time")
        }
        let bid = #"{"type":"bid","auction":"lot","id":"1","amount":5000,"ref":"r"}"#
        try await caller.say(bid)
        let (refusal, ref) = try failure(try await caller.next())
        #expect(refusal.code == .rateLimited)
        #expect(refusal.retryAfter == 100)
        #expect(ref == "r")
        #expect(refusal.auction?.text == "lot")
        #expect(refusal.id?.text == "1")
        // What can't be read is refused likewise, and costs nobody an answer.
        try await caller.say("{")
        #expect(try failure(try await caller.next()).0.code == .rateLimited)
        uptime.advance(milliseconds: 100)
        #expect(try await caller.ask(bid).message.type == "bid_accepted")
        #expect(gallery.statistics.limitsReached.value(.messages) == 2)
    }

    @Test("Who does not heed refusals is closed with 4505, and who heeds them never")
    func keepsOn() async throws {
        let gallery = try await Gallery(
            limits: Self.limits {
                ($0.messagesPerSecond, $0.messageBurst) = (10, 1)
                ($0.refusalsPerSecond, $0.refusalBurst) = (5, 3)
            }, uptime: uptime.clock)
        let (deaf, hasty) = (try await gallery.connect(), try await gallery.connect())
        for caller in [deaf, hasty] { _ = try await caller.next() }
        let time = #"{"type":"time","client_time":1}"#
        // Five refusals a second, for a minute.
        for round in 0..<600 {
            #expect(try await hasty.ask(time).message.type == "time")
            if round % 2 == 0 { #expect(try await hasty.ask(time).message.type == "error") }
            uptime.advance(milliseconds: 100)
        }
        #expect(try await deaf.ask(time).message.type == "time")
        for _ in 0..<3 { #expect(try await deaf.ask(time).message.type == "error") }
        try await deaf.say(time)
        var heard: [String] = []
        while heard.last?.hasPrefix("close") != true { heard.append(try await deaf.next().name) }
        #expect(heard == ["error", "bye", "close 4505"])
        #expect(gallery.statistics.limitsReached.value(.refusals) == 1)
    }

    @Test("A bidder's rate holds over all of its connections; the rules never see what is too much")
    func bids() async throws {
        let gallery = try await Gallery(
            limits: Self.limits {
                ($0.bidsPerSecond, $0.bidBurst) = (5, 3)
            }, uptime: uptime.clock)
        try await gallery.openLots(["lot"])
        let token = try await gallery.bidder("ann")
        let callers = [
            try await gallery.connect(token: token), try await gallery.connect(token: token),
            try await gallery.connect(token: token),
        ]
        for caller in callers { _ = try await caller.next() }
        for (number, caller) in callers.enumerated() {
            let bid = #"{"type":"bid","auction":"lot","id":"\#(number)","amount":5000}"#
            let answer = try await caller.ask(bid)
            #expect(answer.message.type.hasPrefix("bid_"))
        }
        for (number, caller) in callers.enumerated() {
            // A repeat counts, too; so do buys and retractions.
            for said in [
                #"{"type":"bid","auction":"lot","id":"0","amount":5000,"ref":"x"}"#,
                #"{"type":"buy","auction":"lot","id":"b\#(number)","ref":"x"}"#,
                #"{"type":"retract","auction":"lot","id":"r\#(number)","bid":"0","ref":"x"}"#,
            ] {
                try await caller.say(said)
                let (refusal, ref) = try failure(try await caller.next())
                #expect(refusal.code == .rateLimited)
                #expect(refusal.retryAfter == 200)
                #expect(refusal.auction?.text == "lot")
                #expect(ref == "x")
            }
        }
        // Other bidders, and questions, go on.
        let ben = try await gallery.connect(token: gallery.bidder("ben"))
        _ = try await ben.next()
        #expect(
            try await ben.ask(#"{"type":"bid","auction":"lot","id":"1","amount":9000}"#).message
                .type
                == "bid_accepted")
        #expect(gallery.statistics.limitsReached.value(.bids) == 9)
        #expect(try await callers[0].next().name == "outbid")
        uptime.advance(milliseconds: 200)
        let repeated = #"{"type":"bid","auction":"lot","id":"0","amount":5000}"#
        #expect(try await callers[0].ask(repeated).message.type == "bid_accepted")
    }

    @Test("Over HTTP a bid too many gets 429 with Retry-After, and the same rate counts")
    func bidsOverHTTP() async throws {
        let saleroom = try Saleroom(
            limits: Self.limits { ($0.bidsOnLotPerSecond, $0.bidOnLotBurst) = (2, 2) },
            uptime: uptime.clock)
        try await saleroom.openLot()
        let token = try await saleroom.bidder("ann")
        for number in 1...2 {
            let body = #"{"id":"\#(number)","amount":\#(number * 5000)}"#
            let reply = try await saleroom.post("/v1/auctions/lot/bids", body, token: token)
            #expect(reply.status == 200)
        }
        let body = #"{"id":"3","amount":90000}"#
        let reply = try await saleroom.post("/v1/auctions/lot/bids", body, token: token)
        #expect(reply.status == 429)
        #expect(try reply.code == "rate_limited")
        #expect(reply.header("Retry-After") == "1")
        #expect(try reply.json.integer("retry_after_ms") == 500)
        #expect(try reply.json.string("id") == "3")
        uptime.advance(milliseconds: 500)
        #expect(
            try await saleroom.post("/v1/auctions/lot/bids", body, token: token).status == 200)
    }

    @Test("A request too many on its connection gets 429; who keeps on loses the connection")
    func requests() async throws {
        let limits = Self.limits {
            ($0.messagesPerSecond, $0.messageBurst) = (20, 2)
            ($0.refusalsPerSecond, $0.refusalBurst) = (5, 2)
        }
        let probe = try await HTTPProbe(limits: limits, clock: uptime.clock)
        let request = "GET / HTTP/1.1\nHost: a\n\n"
        try await probe.send(String(repeating: request, count: 3))
        #expect(try await probe.receive(3).map(\.status) == [200, 200, 429])
        uptime.advance(milliseconds: 50)
        #expect(try await probe.exchange(request).status == 200)
        try await probe.send(String(repeating: request, count: 50))
        let refusals = try await probe.receive(2)
        #expect(refusals.map(\.status) == [429, 429])
        #expect(refusals.map(\.closes) == [false, true])
        #expect(refusals[0].headers["Retry-After"] == ["1"])
        try await probe.waitForClose()
        let local = try await HTTPProbe(isLocal: true, limits: limits, clock: uptime.clock)
        try await local.send(String(repeating: request, count: 50))
        #expect(try await local.receive(50).allSatisfy { $0.status == 200 })
    }

    @Test("Who does not say who it is has to say something in time")
    func firstMessage() async throws {
        let gallery = try await Gallery(limits: Self.limits { $0.firstMessageSecondsMax = 5 })
        let known = try await gallery.connect(token: gallery.bidder("ann"))
        let speaking = try await gallery.connect()
        let silent = try await gallery.connect()
        for caller in [known, speaking, silent] { _ = try await caller.next() }
        for _ in 0..<4 { try await gallery.second() }
        _ = try await speaking.ask(#"{"type":"time","client_time":1}"#)
        // A ping says nothing.
        try await silent.channel.writeInbound(ByteBuffer(bytes: [0x89, 0x80, 0, 0, 0, 0]))
        #expect(
            try await silent.channel.waitForOutboundWrite(as: ByteBuffer.self)
                == ByteBuffer(bytes: [0x8a, 0]))
        try await gallery.second()
        #expect(try await silent.next().name == "bye")
        #expect(try await silent.next().name == "close 4502")
        for _ in 0..<5 { try await gallery.second() }
        for caller in [known, speaking] {
            #expect(try await caller.channel.readOutbound(as: ByteBuffer.self) == nil)
        }
        #expect(gallery.statistics.limitsReached.value(.firstMessage) == 1)
    }
}
