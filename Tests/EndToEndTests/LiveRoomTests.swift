import AuctionRules
import BidService
import Foundation
import GavelClient
import Testing
import WireProtocol

/// A lot sold in a room with real processes: the auctioneer on the command line, bidders online, a
/// watcher who misses nothing, and a kill in the middle of it.
@Suite("The live room, with real processes")
struct LiveRoomTests {
    @Test("Absentee, room and online bids, a stale ask, a kill, fair warnings and the hammer")
    func wholeLot() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must("sale", "create", "Evening", "--id", "evening")
        for lot in ["clock", "chair"] {
            try await server.must(
                "auction", "create", lot, "--id", lot, "--format", "live", "--start", "500",
                "--increments", "50", "--sale", "evening")
        }
        try await server.must("bidder", "add", "paddle-12")
        let (annaToken, benToken) = (
            try await server.bidder("anna"), try await server.bidder("ben")
        )
        let anna = try await server.connect(token: annaToken)
        let ben = try await server.connect(token: benToken)
        let follower = try await Follower.watch("clock", on: server)
        await follower.wait(forSeq: 1)

        // Left before: a maximum of which nothing is shown, not even whether it leads.
        let absentee = try await anna.bid("clock", 80_000, id: "a1")
        #expect(absentee.accepted?.acceptance.isLeading == nil)
        #expect(absentee.accepted?.acceptance.price == nil)
        try await server.must("auction", "ask", "clock")
        // Ben answers the first ask, and Anna's bid goes one step over his.
        #expect(try await Self.bid(ben, 55_000, ask: 1, id: "b1").isLeading == false)
        let late = try await Self.bid(ben, 55_000, ask: 1, id: "b2")
        guard case .bidRejected(let moved) = late else { throw Failure("\(late)") }
        #expect(moved.code == "ask_moved")
        #expect(moved.ask?.minorUnits == 65_000)
        #expect(moved.askSeq == 2)

        // The other lot waits; a bid from the room is judged like every other one.
        let early = try await server.gavel("auction", "ask", "chair")
        #expect(early.status == 1)
        let low = try await server.gavel(
            "auction", "room-bid", "clock", "paddle-12", "--amount", "600")
        #expect(low.status == 1)
        #expect(low.errors.contains("bid_refused"))
        #expect(low.errors.contains("too_low"))
        try await server.must(
            "auction", "room-bid", "clock", "paddle-12", "--amount", "850", "--id", "r1")
        // Safe to repeat.
        try await server.must(
            "auction", "room-bid", "clock", "paddle-12", "--amount", "850", "--id", "r1")
        try await server.must("auction", "warn", "clock")
        await follower.wait(forSeq: 5)
        #expect(
            follower.changes == [
                "2 on_block -", "3 price 60000", "4 price 85000", "5 fair_warning -",
            ])

        // Killed with a warning given: all of it is there again.
        await server.kill()
        let again = try await TestServer.start(in: server.folder)
        let shown = try await again.must("auction", "show", "clock", "--json")
        for field in [
            #""status":"fair_warning""#, #""ask":90000"#, #""ask_seq":3"#, #""fair_warnings":1"#,
        ] { #expect(shown.output.contains(field), "\(shown.output)") }
        try await again.must("auction", "warn", "clock")
        try await again.must("auction", "hammer", "clock")
        try await again.must("auction", "reopen", "clock", "--reason", "a bid was overlooked")
        let online = try await again.connect(token: benToken)
        #expect(try await Self.bid(online, 90_000, ask: 4, id: "b3").isLeading == true)
        try await again.must("auction", "undo", "clock")
        for command in ["warn", "warn", "hammer"] {
            try await again.must("auction", command, "clock")
        }
        try await again.must("auction", "ask", "chair")
        #expect(try await again.gavel("auction", "reopen", "clock").status == 1)
        try await again.must("auction", "pass", "chair")

        #expect(
            try await Database.query("SELECT count(*) FROM integrity_faults", in: again.database)
                == "0")
        #expect(
            try await Database.query(
                "SELECT winner, price FROM auction WHERE id = 'clock'", in: again.database)
                == "paddle-12|85000")
        try await again.must("log", "verify")
        let explained = try await again.must("auction", "explain", "clock", "3")
        #expect(explained.output.contains("one step over the room"))
        #expect(await again.stop() == 0)
    }

    private static func bid(
        _ connection: GavelConnection, _ minorUnits: Int64, ask: Int64, id: String
    ) async throws -> ServerMessage {
        guard let amount = Amount(minorUnits: minorUnits) else { throw Failure("\(minorUnits)") }
        let bid = BidMessage(
            auction: try AuctionID("clock"), id: try BidID(id), amount: amount, askSeq: ask)
        return try await connection.request(.bid(bid)).message
    }
}
