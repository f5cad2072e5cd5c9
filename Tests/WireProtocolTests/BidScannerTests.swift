import AuctionRules
import Testing

@testable import WireProtocol

/// The short way of reading a bid against the plain one: whatever it takes, it takes for the same.
@Suite struct BidScannerTests {
    @Test(
        "What bids look like goes the short way",
        arguments: [
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5000}"#,
            #"{"type":"bid","ref":"r 1","auction":"lot-1","id":"b1","amount":1,"kind":"exact"}"#,
            #"{ "amount" : 9007199254740991 , "id": "b:1", "auction": "A_1.x", "type": "bid" }"#,
            """
            {"id":"b1","confirm":true,"receipt":false,"currency":"USD","kind":"max",
            "auction":"lot-1","amount":12,"type":"bid"}\u{20}
            """,
        ])
    func taken(text: String) throws {
        let bytes = Array(text.utf8)
        let frame = try #require(scanned(bytes))
        #expect(plain(bytes) == .success(frame))
    }

    @Test(
        "Everything else is left to the plain way",
        arguments: [
            "", "{", "{}", "[]", #"{"type":"bid"}"#,
            #"{"type":"buy","auction":"lot-1","id":"b1","amount":5000}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":0}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":05}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":-5}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5.0}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5e3}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":9007199254740992}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":99999999999999999999999}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5,"amount":5}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5,"quantity":1}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5,"ref":null}"#,
            #"{"type":"bid","auction":"lot-1","id":"b\u0031","amount":5}"#,
            #"{"type":"bid","auction":"lot-1","id":"","amount":5}"#,
            #"{"type":"bid","auction":"lot 1","id":"b1","amount":5}"#,
            #"{"type":"bid","ref":"é","auction":"lot-1","id":"b1","amount":5}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5}}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5,}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5,"confirm":truE}"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5,"confirm":t"#,
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5,"kind":"min"}"#,
        ])
    func left(text: String) { #expect(scanned(Array(text.utf8)) == nil) }

    @Test("Both ways read the same, whatever is sent", arguments: [1, 2, 3, 4] as [UInt64])
    func same(seed: UInt64) {
        var random = SplitMix(state: 0x6269_6473_0000 + seed)
        var taken = 0
        for round in 0..<15_000 {
            var bytes = Array(bid(&random).utf8)
            if round % 3 != 0 { bytes = random.mutated(bytes) }
            guard let frame = scanned(bytes) else { continue }
            taken += 1
            #expect(
                plain(bytes) == .success(frame),
                "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(taken > 2000, "too few are read the short way to test anything")
    }

    /// A bid with fields in any order, most of which are good.
    private func bid(_ random: inout SplitMix) -> String {
        var fields = [
            #""type":"bid""#, #""auction":"\#(pick(["lot-1", "a:b.c_D-9"], &random))""#,
            #""id":"\#(pick(["b1", "0", String(repeating: "x", count: 64)], &random))""#,
            #""amount":\#(pick(["1", "5000", "9007199254740991", "0", "1e3"], &random))"#,
        ]
        let others = [
            #""ref":"r-1""#, #""ref":"~ !""#, #""kind":"max""#, #""kind":"exact""#,
            #""currency":"USD""#, #""confirm":true"#, #""confirm":false"#, #""receipt":true"#,
            #""receipt":null"#, #""ask_seq":3"#, #""quantity":1"#, #""note":{"a":[]}"#,
        ]
        for other in others where Int.random(in: 0..<8, using: &random) == 0 {
            fields.append(other)
        }
        if Int.random(in: 0..<2, using: &random) == 0 { fields.shuffle(using: &random) }
        let separator = pick([",", ", ", " ,\n\t"], &random)
        return "{" + fields.joined(separator: separator) + pick(["}", " }", "} "], &random)
    }

    private func pick(_ texts: [String], _ random: inout SplitMix) -> String {
        texts.randomElement(using: &random) ?? ""
    }

    private func scanned(_ bytes: [UInt8]) -> ClientFrame? {
        bytes.withUnsafeBytes { BidScanner.frame(in: $0) }
    }

    private func plain(_ bytes: [UInt8]) -> Result<ClientFrame, WireFault> {
        bytes.withUnsafeBytes { raw in
            Result { () throws(WireFault) in try ClientFrame.decodePlainly(raw) }
        }
    }
}
