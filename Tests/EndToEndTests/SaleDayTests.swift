import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

/// One whole sale with real processes: a server, the command line, bidders and watchers on sockets.
@Suite("A day of sale, with real processes")
struct SaleDayTests {
    @Test(
        "A duel, a soft close, a reserve, a void, a pause and the close: every watcher sees it all")
    func wholeSale() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Clock", "--id", "clock", "--start", "10", "--reserve", "100",
            "--closes", "+1h", "--soft-close-window", "2h", "--soft-close-extend", "2h",
            "--soft-close-mode", "reset", "--max-extensions", "1", "--seller", "house")
        let (a, b, c) = (
            try await server.connect(token: server.bidder("anna")),
            try await server.connect(token: server.bidder("ben")),
            try await server.connect(token: server.bidder("carl"))
        )
        var followers: [Follower] = []
        for _ in 0..<200 { followers.append(try await .watch("clock", on: server)) }
        for follower in followers { await follower.wait(forSeq: 1) }

        // A proxy duel: Anna's max of 60 answers Ben's 50 by itself.
        #expect(try await a.bid("clock", 6000, id: "a1").isLeading == true)
        #expect(try await b.bid("clock", 5000, id: "b1").isLeading == false)
        // Carl's max covers the reserve: the price jumps to it.
        let covering = try await c.bid("clock", 15_000, id: "c1")
        #expect(covering.accepted?.acceptance.price?.minorUnits == 10_000)
        #expect(covering.accepted?.acceptance.reserve == .met)
        #expect(try await b.bid("clock", 9000, id: "b2").rejection == "too_low")
        // Carl's bid is voided: Anna leads again at one step over Ben, the reserve is unmet.
        try await server.must(
            "auction", "void-bid", "clock", "c1", "--reason", "entered by mistake")
        // Pause and resume.
        try await server.must("auction", "pause", "clock", "--reason", "a question from the room")
        #expect(try await b.bid("clock", 20_000, id: "b3").rejection == "paused")
        try await server.must("auction", "resume", "clock")
        #expect(try await b.bid("clock", 20_000, id: "b4").isLeading == true)
        try await server.must("auction", "close", "clock", "--reason", "sold in the room")

        let newest = try #require(await lastSeq(of: "clock", on: server))
        for follower in followers { await follower.wait(forSeq: newest) }
        let seen = followers[0].changes
        #expect(
            seen == [
                "2 price 1000", "3 price 5100", "4 price 10000", "5 price 5100", "6 paused -",
                "7 open -", "8 price 10000", "9 closed sold",
            ])
        for follower in followers { #expect(follower.changes == seen) }
        #expect(extensions(in: followers[0].messages) == [1, 1, 1, 1, 1])
        // Nobody but Ben hears that he has won, and nobody but the others that they have lost.
        for follower in followers { #expect(!follower.messages.contains { $0.isPrivate }) }
        let faults = try await query("SELECT count(*) FROM integrity_faults", server)
        #expect(faults == "0")
        #expect(await server.stop() == 0)
    }

    @Test("Outbid, won and lost reach the bidder on every connection, watching or not")
    func privateMessages() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "10", "--closes", "+1h")
        let annaToken = try await server.bidder("anna")
        let benToken = try await server.bidder("ben")
        let anna = try await server.connect(token: annaToken)
        let annaPhone = Follower(try await server.connect(token: annaToken))
        let ben = try await server.connect(token: benToken)
        let benPhone = Follower(try await server.connect(token: benToken))
        _ = try await anna.bid("vase", 2000, id: "a1")
        _ = try await ben.bid("vase", 3000, id: "b1")
        await annaPhone.wait { $0.contains { if case .outbid = $0 { true } else { false } } }
        try await server.must("auction", "close", "vase")
        await annaPhone.wait { $0.contains { if case .lost = $0 { true } else { false } } }
        await benPhone.wait { $0.contains { if case .won = $0 { true } else { false } } }
        let due = benPhone.messages.compactMap { message -> Int64? in
            if case .won(let won) = message { won.due?.minorUnits } else { nil }
        }
        #expect(due == [2050])
        #expect(await server.stop() == 0)
    }

    @Test("A sealed lot shows nothing before its close, and then who won")
    func sealedLot() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Letter", "--id", "letter", "--start", "100", "--closes", "+1h",
            "--format", "vickrey", "--reserve", "400")
        let watcher = try await Follower.watch("letter", on: server)
        for (name, amount) in [("anna", 50_000), ("ben", 70_000), ("carl", 65_000)] {
            let bidder = try await server.connect(token: server.bidder(name))
            let answer = try await bidder.bid("letter", Int64(amount), id: "x")
            #expect(answer.accepted?.acceptance.isLeading == nil)
            #expect(answer.accepted?.acceptance.price == nil)
        }
        try await server.must("auction", "close", "letter")
        await watcher.wait { $0.contains { if case .status = $0 { true } else { false } } }
        #expect(watcher.changes == ["2 closed sold"])
        let snapshot = try #require(
            watcher.messages.compactMap { message -> PublicLot? in
                if case .snapshot(let snapshot) = message { snapshot.lot } else { nil }
            }.first)
        #expect(snapshot.price == nil)
        #expect(snapshot.bids == 0)
        let closed = watcher.messages.compactMap { message -> ServerMessage.Status? in
            if case .status(let status) = message { status } else { nil }
        }
        #expect(closed.first?.price?.minorUnits == 65_000)
        #expect(await server.stop() == 0)
    }

    @Test("A lot closes by itself, and a late bid hears how late it was")
    func closesByItself() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        let anna = try await server.connect(token: server.bidder("anna"))
        // Long enough for a busy machine to get the bid in.
        try await server.must(
            "auction", "create", "Flash", "--id", "flash", "--start", "1", "--closes", "+6s")
        #expect(try await anna.bid("flash", 500, id: "a1").isLeading == true)
        let watcher = try await Follower.watch("flash", on: server)
        await watcher.wait { $0.contains { $0.change?.contains("closed") == true } }
        let late = try await anna.bid("flash", 900, id: "a2")
        #expect(late.rejection == "closed")
        let closed = watcher.messages.compactMap { message -> ServerMessage.Status? in
            if case .status(let status) = message { status } else { nil }
        }
        let status = try #require(closed.first)
        #expect(status.at == status.endsAt)
        #expect(await server.stop() == 0)
    }
}

extension SaleDayTests {
    private func lastSeq(of lot: String, on server: TestServer) async throws -> Int64? {
        Int64(try await query("SELECT seq FROM auction WHERE id = '\(lot)'", server))
    }

    /// Asks the database as a person would, with sqlite3.
    private func query(_ sql: String, _ server: TestServer) async throws -> String {
        try await Database.query(sql, in: server.database)
    }

    private func extensions(in messages: [ServerMessage]) -> [Int] {
        messages.compactMap { message in
            if case .price(let price) = message { price.extensions } else { nil }
        }
    }
}

extension ServerMessage {
    var accepted: BidAccepted? { if case .bidAccepted(let body) = self { body } else { nil } }
    var isLeading: Bool? { accepted?.acceptance.isLeading }
    var rejection: String? { if case .bidRejected(let body) = self { body.code } else { nil } }

    var isPrivate: Bool {
        switch self {
        case .outbid, .won, .lost, .bidAccepted, .bidRejected, .bidVoided, .belowOffer: true
        default: false
        }
    }
}
