import AuctionRules
import StrictJSON
import Testing

@testable import Proof

/// What a certificate says follows from the log, and holds no secret.
@Suite struct LotRecordTests {
    /// A house, and its log as a lot's record follows it.
    private struct Room {
        var house = House()
        var record: LotRecord
        var position: Int64 = 0

        init(_ change: (inout Terms) -> Void = { _ in }) throws {
            record = LotRecord(try AuctionID("lot"))
            for name in ["anna", "ben", "cleo"] {
                perform(.addBidder(Bidder(id: try BidderID(name))), at: 0)
            }
            var terms = Terms(
                title: "A lot", currency: try #require(Currency(code: "USD")),
                start: try #require(Amount(minorUnits: 1000)),
                increments: IncrementPreset.ebayUS.table, opensAt: Instant(milliseconds: 0),
                closesAt: Instant(milliseconds: 100_000))
            change(&terms)
            perform(.createAuction(record.auction, terms), at: 0)
        }

        @discardableResult
        mutating func perform(_ command: Command, at time: Int64) -> Decision {
            let t = house.time(of: Instant(milliseconds: time))
            let decision = house.decide(command, at: t)
            for event in decision.events {
                position += 1
                let hash = EntryHash(words: SIMD4(0, 0, 0, UInt64(position)))
                house.apply(event, at: t, recordedAs: hash)
                record.follow(event, at: t, position: position, hash: hash)
            }
            return decision
        }

        mutating func bid(
            _ bidder: String, _ amount: Int64, at time: Int64, id: String? = nil
        ) throws {
            let request = BidRequest(
                bidder: try BidderID(bidder), id: try BidID(id ?? "\(bidder)-\(time)"),
                action: .bid(.max, amount: try #require(Amount(minorUnits: amount))))
            perform(.request(request, on: record.auction), at: time)
        }

        mutating func administer(_ command: AuctionCommand, at time: Int64) {
            perform(.administer(record.auction, command), at: time)
        }

        func certificate() throws -> JSONObject {
            let text = try #require(record.certificate)
            return try #require(try JSONValue(parsing: text.utf8).asObject)
        }

        func late() throws -> JSONObject {
            let text = try #require(record.lateBids(upTo: position))
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
        #expect(room.record.certificate == nil && room.record.lateBids(upTo: 1) == nil)
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
        #expect(try says.integer("seq") == room.house.auctions[room.record.auction]?.seq)
        let text = try #require(room.record.certificate)
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
        let text = try #require(room.record.certificate)
        #expect(!text.contains("11111"))
        #expect(text.contains("22222") == (format == .vickrey), "the price of a Vickrey auction")
        #expect(text.contains("33333") == (format == .sealedFirstPrice))
    }

    @Test func `a void after the close makes a new one that names the one it replaces`() throws {
        var room = try Room()
        try room.bid("anna", 2000, at: 1)
        try room.bid("ben", 5000, at: 2, id: "b")
        room.administer(.advanceClock, at: 100_000)
        let first = try #require(room.record.certificate)
        #expect(try room.certificate()["replaces"] == .null)
        let void = AuctionCommand.voidBid(
            try BidID("b"), bidder: try BidderID("ben"), reason: "entered in error")
        room.administer(void, at: 200_000)
        let second = try room.certificate()
        #expect(try second.string("replaces") == CertificateStatement.id(first))
        #expect(try second.string("winner") == "Bidder 1" && second.integer("price") == 1000)
        #expect(try second.integer("closed_at") == 100_000 && second.integer("bids") == 1)
        #expect(try second.integer("position") == room.position)
    }

    @Test func `bids that came too late are counted, each with its lateness`() throws {
        var room = try Room()
        try room.bid("anna", 2000, at: 1)
        try room.bid("ben", 5000, at: 100_000)
        #expect(try room.late().array("late_by_ms") == [.integer(0)])
        let certificate = room.record.certificate
        for step in 1...1200 {
            try room.bid("cleo", 9000, at: 100_000 + Int64(step), id: "c\(step)")
        }
        #expect(room.record.certificate == certificate, "the close stays as it was")
        let late = try room.late()
        #expect(try late.string("statement") == LotRecord.lateBidsFormat)
        #expect(try late.string("certificate") == CertificateStatement.id(#require(certificate)))
        #expect(try late.integer("count") == 1201 && late.integer("late_by_ms_max") == 1200)
        #expect(try late.array("late_by_ms").count == LotRecord.latenessMax)
        #expect(try late.integer("position") == room.position)
    }

    @Test func `a lot that is open or was cancelled has none, and others' entries pass by`() throws
    {
        var room = try Room()
        try room.bid("anna", 2000, at: 1)
        var stranger = LotRecord(try AuctionID("another"))
        stranger.follow(
            .auction(room.record.auction, .announced(text: "x")), at: Instant(milliseconds: 1),
            position: 1, hash: .zero)
        #expect(stranger.certificate == nil)
        room.administer(.cancel(reason: "gone"), at: 2)
        #expect(room.record.certificate == nil)
    }
}
