import AuctionRules
import StrictJSON
import Testing

@testable import Proof

/// What a certificate says follows from the log, and holds no secret.
@Suite struct CertificateStatementTests {
    /// A house with a lot, and the certificate of the entry that said last how it ended.
    private struct Room {
        var house = House()
        let id: AuctionID
        var position: Int64 = 0
        var newest: String?

        init(_ change: (inout Terms) -> Void = { _ in }) throws {
            id = try AuctionID("lot")
            for name in ["anna", "ben", "cleo"] {
                perform(.addBidder(Bidder(id: try BidderID(name))), at: 0)
            }
            var terms = Terms(
                title: "A lot", currency: try #require(Currency(code: "USD")),
                start: try #require(Amount(minorUnits: 1000)),
                increments: IncrementPreset.ebayUS.table, opensAt: Instant(milliseconds: 0),
                closesAt: Instant(milliseconds: 100_000))
            change(&terms)
            perform(.createAuction(id, terms), at: 0)
        }

        @discardableResult
        mutating func perform(_ command: Command, at time: Int64) -> Decision {
            let t = house.time(of: Instant(milliseconds: time))
            let decision = house.decide(command, at: t)
            for event in decision.events {
                position += 1
                let hash = EntryHash(words: SIMD4(0, 0, 0, UInt64(position)))
                let replaced = house.auctions[id]?.outcomeEntry
                house.apply(event, at: t, recordedAs: hash)
                guard let lot = house.auctions[id], lot.outcomeEntry == hash else { continue }
                newest = CertificateStatement.text(
                    of: lot, position: position, hash: hash, replacing: replaced)
            }
            return decision
        }

        mutating func bid(
            _ bidder: String, _ amount: Int64, at time: Int64, id: String? = nil
        ) throws {
            let request = BidRequest(
                bidder: try BidderID(bidder), id: try BidID(id ?? "\(bidder)-\(time)"),
                action: .bid(.max, amount: try #require(Amount(minorUnits: amount))))
            perform(.request(request, on: self.id), at: time)
        }

        mutating func administer(_ command: AuctionCommand, at time: Int64) {
            perform(.administer(id, command), at: time)
        }

        func certificate() throws -> JSONObject {
            let text = try #require(newest)
            return try #require(try JSONValue(parsing: text.utf8).asObject)
        }
    }

    @Test func `a sold lot's certificate says what everybody saw, and when the bids came`() throws {
        var room = try Room { $0.reserve = Amount(minorUnits: 3000) }
        try room.bid("anna", 7_777_77, at: 1000)
        try room.bid("ben", 3500, at: 69_999)
        try room.bid("ben", 4000, at: 70_000)
        try room.bid("cleo", 5000, at: 96_000)
        try room.bid("ben", 6000, at: 99_500)
        #expect(room.newest == nil)
        room.administer(.advanceClock, at: 100_000)
        let says = try room.certificate()
        #expect(try says.string("statement") == CertificateStatement.format)
        #expect(try says.string("outcome") == "sold" && says.string("winner") == "Bidder 1")
        #expect(try says.integer("price") == 6100 && says.string("reserve") == "met")
        #expect(try says.integer("bids") == 5)
        #expect(try says.integer("bids_in_last_1_s") == 1)
        #expect(try says.integer("bids_in_last_5_s") == 2)
        #expect(try says.integer("bids_in_last_30_s") == 3)
        #expect(try says.integer("closed_at") == 100_000 && says.string("cause") == "time")
        #expect(try says.integer("position") == room.position)
        #expect(
            try says.string("hash") == EntryHash(words: SIMD4(0, 0, 0, UInt64(room.position))).hex)
        #expect(try says.integer("seq") == room.house.auctions[room.id]?.seq)
        let text = try #require(room.newest)
        for secret in ["anna", "ben", "cleo", "777777", "3000,", "3500", "4000", "5000,"] {
            #expect(!text.contains(secret), "\(secret) is in \(text)")
        }
    }

    @Test func `every move of the end is told, with its cause`() throws {
        var room = try Room {
            $0.softClose = try? SoftClose(
                stages: [.init(window: 10_000, mode: .reset, amount: 10_000)])
        }
        try room.bid("anna", 2000, at: 95_000)
        room.administer(.extend(.by(60_000), reason: "phones"), at: 96_000)
        room.administer(.advanceClock, at: 165_000)
        let extensions = try room.certificate().array("extensions").compactMap(\.asObject)
        #expect(try extensions.map { try $0.string("cause") } == ["soft_close", "administrator"])
        #expect(try extensions.map { try $0.integer("ends_at") } == [105_000, 165_000])
        #expect(try extensions.map { try $0.integer("at") } == [95_000, 96_000])
        #expect(try room.certificate().integer("closed_at") == 165_000)
    }

    @Test func `an unsold lot has no winner and no price`() throws {
        var room = try Room { $0.reserve = Amount(minorUnits: 9000) }
        try room.bid("anna", 2000, at: 1)
        room.administer(.close(reason: "enough"), at: 2)
        let says = try room.certificate()
        #expect(try says.string("outcome") == "reserve_not_met" && says.string("cause") == "hammer")
        #expect(says["winner"] == .null && says["price"] == .null)
        #expect(try says.integer("closed_at") == 2 && says.string("reserve") == "unmet")
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `a sealed lot's bids are counted, and no losing amount is told`(format: Format) throws {
        var room = try Room { $0.format = format }
        try room.bid("anna", 11_111, at: 1)
        try room.bid("ben", 22_222, at: 99_000)
        try room.bid("cleo", 33_333, at: 99_999)
        room.administer(.advanceClock, at: 100_000)
        let says = try room.certificate()
        #expect(try says.integer("bids") == 3 && says.integer("bids_in_last_1_s") == 2)
        #expect(try says.string("winner") == "Bidder 3")
        let text = try #require(room.newest)
        #expect(!text.contains("11111"))
        #expect(text.contains("22222") == (format == .vickrey), "the price of a Vickrey auction")
        #expect(text.contains("33333") == (format == .sealedFirstPrice))
    }

    @Test func `a void after the close makes a new one that names the one it replaces`() throws {
        var room = try Room()
        try room.bid("anna", 2000, at: 1)
        try room.bid("ben", 5000, at: 2, id: "b")
        room.administer(.advanceClock, at: 100_000)
        let first = try #require(room.newest)
        #expect(try room.certificate()["replaces"] == .null)
        let void = AuctionCommand.voidBid(
            try BidID("b"), bidder: try BidderID("ben"), reason: "entered in error")
        room.administer(void, at: 200_000)
        let second = try room.certificate()
        let entry = try #require(try JSONValue(parsing: first.utf8).asObject).string("hash")
        #expect(try second.string("replaces") == entry)
        #expect(try second.string("winner") == "Bidder 1" && second.integer("price") == 1000)
        #expect(try second.integer("closed_at") == 100_000 && second.integer("bids") == 1)
        #expect(try second.integer("position") == room.position)
    }

    @Test func `bids that came too late are told, the first ones one by one`() throws {
        let text = LateBidsStatement.text(
            on: try AuctionID("lot"), after: "certificate", upTo: 77, count: 1201, latest: 1200,
            lateness: (0...1200).map(Int64.init))
        let late = try #require(try JSONValue(parsing: text.utf8).asObject)
        #expect(try late.string("statement") == LateBidsStatement.format)
        #expect(try late.string("certificate") == CertificateStatement.id("certificate"))
        #expect(try late.integer("count") == 1201 && late.integer("late_by_ms_max") == 1200)
        #expect(try late.array("late_by_ms").count == LateBidsStatement.latenessMax)
        #expect(try late.integer("position") == 77)
    }

    @Test func `only the newest moves of the end are listed, and all are counted`() throws {
        var room = try Room()
        for step in 1...Int64(Auction.newestExtensionsMax + 20) {
            room.administer(.extend(.by(1000), reason: "again"), at: step)
        }
        room.administer(.close(reason: "enough"), at: 5000)
        let says = try room.certificate()
        #expect(try says.integer("extension_count") == 120)
        let listed = try says.array("extensions").compactMap(\.asObject)
        #expect(listed.count == Auction.newestExtensionsMax)
        #expect(try listed.first?.integer("at") == 21 && listed.last?.integer("at") == 120)
    }

    /// Counted one by one over all bids, as the certificate's walk from the newest one back is not.
    @Test func `the bids of the last seconds are as many as a plain count finds`() throws {
        var room = try Room()
        for step in 0..<400 {
            try room.bid(
                ["anna", "ben", "cleo"][step % 3], 2000 + Int64(step) * 500,
                at: 50_000 + Int64(step) * 125, id: "b\(step)")
        }
        let void = AuctionCommand.voidBid(
            try BidID("b397"), bidder: nil, reason: "entered in error")
        room.administer(void, at: 99_990)
        room.administer(.advanceClock, at: 100_000)
        let lot = try #require(room.house.auctions[room.id])
        let counted = lot.commitments.filter { $0.seq != nil && !$0.isVoided }
        let says = try room.certificate()
        #expect(try says.integer("bids") == Int64(counted.count))
        for (member, span) in [("1", 1000), ("5", 5000), ("30", 30_000)] as [(String, Int64)] {
            let expected = counted.count { $0.at.milliseconds >= 100_000 - span }
            #expect(try says.integer("bids_in_last_\(member)_s") == Int64(expected))
        }
    }

    @Test func `a lot that is open or was cancelled has none`() throws {
        var room = try Room()
        try room.bid("anna", 2000, at: 1)
        let open = try #require(room.house.auctions[room.id])
        #expect(
            CertificateStatement.text(of: open, position: 1, hash: .zero, replacing: nil) == nil)
        room.administer(.cancel(reason: "gone"), at: 2)
        #expect(room.newest == nil)
    }
}
