import AuctionRules
import StrictJSON
import Testing

@testable import Ledger

/// The quick way of reading a bid is the plain way of reading it, or none.
struct AcceptedBidReaderTests {
    private static func quick(_ payload: [UInt8]) -> AuctionEvent? {
        payload.withUnsafeBytes { AcceptedBidReader.read($0) }.map(AuctionEvent.bidAccepted)
    }

    /// By way of the JSON.
    private static func plain(_ payload: [UInt8]) -> AuctionEvent? {
        guard let object = (try? JSONValue(parsing: payload))?.asObject,
            (try? object.integer("v")) == EventCodec.version
        else { return nil }
        return try? EventCodec.auctionEvent("bid_accepted", object)
    }

    private static func encoded(_ bid: BidAccepted) -> [UInt8] {
        EventCodec.encode(.auction("lot", .bidAccepted(bid)))
    }

    /// A bid with every member there or not, by chance.
    static func bid(using random: inout SeededGenerator) -> BidAccepted {
        func amount(_ random: inout SeededGenerator) -> Amount {
            let most = [9, 99_999, Amount.largest.minorUnits][Int.random(in: 0...2, using: &random)]
            return Amount(minorUnits: Int64.random(in: 1...most, using: &random)) ?? 1
        }
        let names: [String] = [
            "a", "anna", "a.b_c:d-9", String(repeating: "x", count: 64), "01234567890123456",
        ]
        func name(_ random: inout SeededGenerator) -> String {
            names[Int.random(in: 0..<names.count, using: &random)]
        }
        let action: BidAction
        switch Int.random(in: 0...3, using: &random) {
        case 0: action = .buy
        case 1: action = .bid(.exact, amount: amount(&random))
        case 2:
            let currency = ["USD", "é", "a\"b", "", "x\\"].randomElement(using: &random)
            action = .bid(.max, amount: amount(&random), currency: currency)
        default: action = .bid(.max, amount: amount(&random))
        }
        var standing: Standing?
        if Bool.random(using: &random) {
            standing = Standing(
                price: Bool.random(using: &random) ? amount(&random) : nil,
                leader: Bool.random(using: &random)
                    ? BidderID(stringLiteral: name(&random)) : nil,
                isReserveMet: Bool.random(using: &random))
        }
        return BidAccepted(
            request: BidRequest(
                bidder: BidderID(stringLiteral: name(&random)),
                id: BidID(stringLiteral: name(&random)), action: action,
                isConfirmed: Bool.random(using: &random)),
            amount: amount(&random), ordinal: Int.random(in: 0...100_000, using: &random),
            standing: standing,
            seq: Bool.random(using: &random) ? Int64.random(in: 1...1_000_000, using: &random) : nil
        )
    }

    @Test("Whatever bid is written is read back the same", arguments: 1...8)
    func written(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var quick = 0
        for _ in 0..<500 {
            let bid = Self.bid(using: &random)
            let payload = Self.encoded(bid)
            #expect(Self.plain(payload) == .bidAccepted(bid))
            guard let read = Self.quick(payload) else { continue }
            #expect(read == .bidAccepted(bid))
            quick += 1
        }
        // Only currencies that no lot has need the plain way.
        #expect(quick > 400)
    }

    @Test("Bytes that were changed are read the plain way's way, or not at all", arguments: 1...8)
    func changed(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let payload = Self.encoded(Self.bid(using: &random))
            for _ in 0..<40 {
                var bytes = payload
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes[index] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &random)
                case 2: bytes.remove(at: index)
                default: bytes.insert(bytes[index], at: index)
                }
                guard let read = Self.quick(bytes) else { continue }
                #expect(read == Self.plain(bytes), "\(String(decoding: bytes, as: UTF8.self))")
            }
            for length in 0..<payload.count {
                #expect(Self.quick(Array(payload.prefix(length))) == nil)
            }
        }
    }

    @Test(
        "What only looks like a bid is left to the plain way",
        arguments: [
            #"{"v":1,"bidder":"a","id":"k","action":"max","amount":01,"committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"max","amount":-1,"committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"max","amount":1.0,"committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"max","amount":0,"committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"max","amount":9007199254740992,"committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"max","amount":1,"committed":1,"ordinal":99999999999999999999}"#,
            #"{"v":1,"bidder":"a b","id":"k","action":"buy","committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"","id":"k","action":"buy","committed":1,"ordinal":0}"#,
            #"{"v":2,"bidder":"a","id":"k","action":"buy","committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"buy","committed":1,"ordinal":0} "#,
            #"{"v":1, "bidder":"a","id":"k","action":"buy","committed":1,"ordinal":0}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"buy","committed":1,"ordinal":0,"more":1}"#,
            #"{"v":1,"bidder":"a","id":"k","action":"retract","bid":"k","committed":1,"ordinal":0}"#,
            "", "{", #"{"v":1,"#,
        ])
    func left(payload: String) {
        #expect(Self.quick(Array(payload.utf8)) == nil)
    }
}
