import AuctionRules
import StrictJSON
import Testing

@testable import Ledger

/// The entry of an accepted bid that is written in one go is the one that is written by parts.
struct AcceptedBidEntryTests {
    /// A lot with two bidders, the second of whom leads.
    private static func scene(reserve: Amount?) throws -> Scene {
        let scene = Scene(MemoryLog())
        var terms = Terms.english(start: 100, opensAt: scene.now, lasting: 600_000)
        terms.reserve = reserve
        try scene.commit(
            .addBidder(Bidder(id: "anna")), .addBidder(Bidder(id: "a")),
            .createAuction("lot", terms),
            .request(
                BidRequest(bidder: "anna", id: "1", action: .bid(.max, amount: 1000)), on: "lot"),
            .request(
                BidRequest(bidder: "a", id: "2", action: .bid(.max, amount: 2000)), on: "lot"))
        return scene
    }

    @Test("Whatever bid it is", arguments: 1...8, [nil, 500, 9000] as [Amount?])
    func entries(seed: UInt64, reserve: Amount?) throws {
        let scene = try Self.scene(reserve: reserve)
        let lot = try #require(scene.house.auctions["lot"])
        #expect(lot.participants.count == 2)
        var random = SeededGenerator(seed: seed)
        var salts = SaltKey(words: .zero)
        var quick = 0
        for number in 0..<300 {
            let bid = AcceptedBidReaderTests.bid(using: &random)
            let event = Event.auction("lot", .bidAccepted(bid))
            let position = Int64.random(in: 1...(.max), using: &random)
            let at = Instant(milliseconds: Int64.random(in: 0...(.max), using: &random))
            let salt = salts.salt(at: position)
            let previous = EntryHash(
                words: SIMD4(random.next(), random.next(), random.next(), random.next()))
            // What is there already stays, and what is appended is told by where it lies.
            var written = [UInt8](repeating: 7, count: number)
            let before = written
            let entry = AcceptedBidEntry(
                bid, on: lot, previousHash: previous, position: position, at: at, salt: salt,
                appendingTo: &written)
            guard let entry else {
                #expect(written == before)
                continue
            }
            quick += 1
            var publicPayload = JSONWriter()
            EventCodec.encodePublic(event, in: scene.house, to: &publicPayload)
            var plain = before
            let image = EntryImage(
                previousHash: previous, position: position, at: at, kind: "bid_accepted",
                auction: "lot", salt: salt, payload: EventCodec.encode(event),
                publicPayload: publicPayload.bytes, appendingTo: &plain)
            #expect(written.starts(with: before))
            #expect(Self.fields(of: entry.image, in: written) == Self.fields(of: image, in: plain))
            #expect(entry.image.payloadDigest == image.payloadDigest)
            #expect(entry.image.hash == image.hash)
            #expect(
                String(decoding: written[entry.bidder], as: UTF8.self) == bid.request.bidder.text)
            #expect(String(decoding: written[entry.bid], as: UTF8.self) == bid.request.id.text)
            #expect(entry.alias == lot.number(of: bid.request.bidder) ?? 3)
        }
        // Those that are bought at once, or in a currency that no lot has, are left to the plain way.
        #expect(quick > 100 && quick < 300)
    }

    /// What a row has of an entry.
    private static func fields(of image: EntryImage, in bytes: [UInt8]) -> [[UInt8]] {
        [
            image.salt, image.kind, image.auction, image.payload, image.previousHash,
            image.publicPayload, image.ownHash,
        ].map { Array(bytes[$0]) }
    }

    @Test("The longest entry fits")
    func longest() throws {
        let longest = String(repeating: "x", count: 64)
        let scene = Scene(MemoryLog())
        let lot = AuctionID(stringLiteral: longest)
        var terms = Terms.english(start: 100, opensAt: scene.now, lasting: 600_000)
        terms.reserve = 100
        try scene.commit(
            .addBidder(Bidder(id: BidderID(stringLiteral: longest))), .createAuction(lot, terms))
        let auction = try #require(scene.house.auctions[lot])
        let bid = BidAccepted(
            request: BidRequest(
                bidder: BidderID(stringLiteral: longest), id: BidID(stringLiteral: longest),
                action: .bid(.exact, amount: .largest, currency: "USD"), isConfirmed: true),
            amount: Amount.largest.times(.max), ordinal: .min,
            standing: Standing(
                price: Amount.largest.times(.max), leader: BidderID(stringLiteral: longest),
                isReserveMet: false),
            seq: .min)
        var written: [UInt8] = []
        var salts = SaltKey(words: .zero)
        let entry = AcceptedBidEntry(
            bid, on: auction, previousHash: .zero, position: .max, at: .latest,
            salt: salts.salt(at: 1), appendingTo: &written)
        let image = try #require(entry?.image)
        #expect(
            Array(written[image.payload])
                == EventCodec.encode(.auction(lot, .bidAccepted(bid))))
    }
}
