import Testing

@testable import AuctionRules

/// Images hold everything: who adds a property is sent to the place where it has to be added, too.
@Suite("Images of the state")
struct ImageTests {
    private static let hint: Comment = """
        A property came or went: mend the image in Sources/AuctionRules/Images and \
        raise House.imageVersion.
        """

    private static func names(of value: Any) -> [String] {
        Mirror(reflecting: value).children.compactMap(\.label)
    }

    @Test("A lot, its terms and its bids have the properties that images know")
    func lots() throws {
        var room = Saleroom(.lot { _ in })
        room.bid("A", 5000)
        let lot = room.lot
        #expect(
            Self.names(of: lot) == [
                "id", "box", "phase", "seq", "startsAt", "endsAt", "extensions",
                "extensionsByBids", "newestExtensions", "outcomeEntry", "reserve", "standing",
                "leaderAlias", "commitmentBook", "participants", "refusedOffers", "bidding",
                "block",
                "publicBids", "replies",
            ], Self.hint)
        #expect(
            Self.names(of: lot.terms) == [
                "title", "format", "currency", "start", "reserve", "buyNow", "increments",
                "opensAt", "closesAt", "softClose", "resumeMin", "sale", "seller",
                "relatedParties", "confirmAboveFactor", "ladderOnly",
                "completesIncrementOnRaise", "retraction", "showsSealedBidCount", "tie",
                "plusOne",
            ], Self.hint)
        let reply = try #require(lot.newestReply)
        #expect(Self.names(of: reply) == ["request", "verdict", "at", "entryHash"], Self.hint)
        #expect(
            Self.names(of: reply.request) == ["bidder", "id", "action", "isConfirmed"], Self.hint)
        #expect(
            Self.names(of: try #require(lot.commitments.first)) == [
                "ordinal", "bidder", "number", "kind", "amount", "at", "seq", "isVoided",
            ], Self.hint)
        #expect(
            Self.names(of: try #require(lot.participants.first?.participant)) == [
                "number", "standingAmount",
            ], Self.hint)
        #expect(
            Self.names(of: lot.publicState) == [
                "heading", "seq", "status", "outcome", "price", "minimum", "buyNow", "leader",
                "bids",
                "reserve", "startsAt", "endsAt", "extensions", "block",
            ], Self.hint)
        #expect(
            Self.names(of: lot.publicState.heading) == [
                "auction", "sale", "title", "format", "currency",
            ], Self.hint)
    }

    @Test("The house and what is in it have the properties that images know")
    func house() throws {
        #expect(
            Self.names(of: House()) == [
                "auctions", "sales", "bidders", "tokens", "signingKeys", "lastInstant",
            ], Self.hint)
        let sale = Sale(id: "s", title: "S")
        #expect(
            Self.names(of: sale) == [
                "id", "title", "stagger", "requiresApproval", "softCloseGroup",
            ], Self.hint)
        #expect(
            Self.names(of: House.Catalogue(sale: sale)) == [
                "sale", "auctions", "registrations", "softCloseGroups",
            ],
            Self.hint)
        let bidder = Bidder(id: "b")
        #expect(Self.names(of: bidder) == ["id", "name", "bidLimit"], Self.hint)
        #expect(
            Self.names(of: House.Membership(bidder: bidder)) == [
                "bidder", "isSuspended", "auctions",
            ], Self.hint)
        let registration = Registration(sale: sale.id, bidder: bidder.id, isApproved: true)
        #expect(
            Self.names(of: registration) == ["sale", "bidder", "isApproved", "exposureLimit"],
            Self.hint)
        let hash = try #require(TokenHash(hex: String(repeating: "a", count: 64)))
        let token = Token(hash: hash, bearer: .bidder(bidder.id), expiresAt: nil)
        #expect(Self.names(of: token) == ["hash", "bearer", "expiresAt"], Self.hint)
        let key = PublishedKey(key: try Self.publicKey("a"), from: .latest)
        #expect(Self.names(of: key) == ["key", "from", "until"], Self.hint)
    }

    private static func publicKey(_ digit: String) throws -> PublicKey {
        try #require(PublicKey(hex: String(repeating: digit, count: 64)))
    }

    @Test("The signing keys are kept, and when each of them was in use")
    func signingKeys() throws {
        var house = House()
        for (digit, at) in [("a", 1), ("b", 2)] as [(String, Int64)] {
            house.apply(
                .house(.signingKeyAdded(try Self.publicKey(digit))),
                at: Instant(milliseconds: at), recordedAs: .zero)
        }
        #expect(try House(image: house.image).signingKeys == house.signingKeys)
    }

    @Test(
        "Integers of any size are read as they were written",
        arguments: [0, 1, -1, 63, 64, -64, -65, 127, 128, 16_383, 16_384, .max, .min] as [Int64])
    func integers(integer: Int64) throws {
        var writer = ImageWriter()
        writer.write(integer)
        let read = try ImageReader.reading(writer.bytes) { reader throws(ImageFault) in
            try reader.integer()
        }
        #expect(read == integer)
    }

    @Test("Bytes that end too soon, go on too long or say nonsense are a fault, not a crash")
    func faults() throws {
        for bytes in [[], [0x80], [UInt8](repeating: 0xff, count: 11), [2]] as [[UInt8]] {
            #expect(throws: ImageFault.self) {
                try ImageReader.reading(bytes) { reader throws(ImageFault) in
                    _ = try reader.flag()
                    _ = try reader.integer()
                }
            }
        }
        let image = House().image
        #expect(throws: ImageFault.self) { try House(image: image + [0]) }
        #expect(throws: ImageFault.self) { try House(image: Array(image.dropLast())) }
        #expect(try House(image: image) == House())
    }

    @Test("Every refusal is kept word for word")
    func refusals() throws {
        let amount = try #require(Amount(minorUnits: 5))
        let refusals: [Refusal] = [
            .malformed("why"), .wrongCurrency(expected: "USD"), .invalidAmount,
            .idempotencyConflict, .unknownAuction, .notOpen, .paused, .closed(lateBy: -3),
            .cancelled, .notRegistered, .notApproved, .suspended, .selfBidding, .limitExceeded,
            .alreadyLeading, .maxNotHigher, .tooLow(minimum: amount), .offLadder,
            .confirmRequired(minimum: amount), .unsupported("это"), .unavailable,
            .askMoved(ask: amount, askSeq: 7),
        ]
        for refusal in refusals {
            let request = BidRequest(
                bidder: "b", id: "i", action: .retract("x"))
            let reply = Reply(
                request: request, verdict: .refused(refusal), at: .latest, entryHash: .zero)
            var writer = ImageWriter()
            writer.write(reply.verdict, on: request, at: reply.at, recordedAs: reply.entryHash)
            let read = try ImageReader.reading(writer.bytes) { reader throws(ImageFault) in
                try reader.reply()
            }
            #expect(read == reply)
        }
    }
}
