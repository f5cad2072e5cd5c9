import AuctionRules
import StrictJSON
import Testing

@testable import WireProtocol

/// The short way of writing an acknowledgement against the plain one: the same bytes.
@Suite struct AcceptanceScribeTests {
    @Test("Both ways write the same, whatever was accepted", arguments: [1, 2] as [UInt64])
    func same(seed: UInt64) {
        var random = SplitMix(state: 0x6163_6b73_0000 + seed)
        for _ in 0..<4000 {
            let body = acceptance(&random)
            let ref = pick([nil, "", "r-1", "a b/c~", String(repeating: "y", count: 64)], &random)
            let bytes = AcceptanceScribe.bytes(of: body, ref: ref)
            #expect(bytes == ServerFrame(.bidAccepted(body), ref: ref).encodedPlainly())
        }
    }

    @Test(
        "A ref that may need escaping, or is longer, is left to the plain way",
        arguments: ["\"", "\\", "\n", "é", "\u{7f}", String(repeating: "y", count: 65)])
    func left(ref: String) throws {
        var random = SplitMix(state: 1)
        let body = acceptance(&random)
        #expect(AcceptanceScribe.bytes(of: body, ref: ref) == nil)
        let frame = ServerFrame(.bidAccepted(body), ref: ref)
        #expect(try ServerFrame.decode(frame.encoded()) == frame)
    }

    @Test("So is an acknowledgement with its receipt")
    func receipt() {
        var random = SplitMix(state: 2)
        let plain = acceptance(&random)
        let body = ServerMessage.BidAccepted(
            auction: plain.auction, id: plain.id, plain.acceptance, at: plain.at, hash: plain.hash,
            receipt: .init(auction: plain.auction, id: plain.id, content: JSONObject()))
        #expect(AcceptanceScribe.bytes(of: body, ref: nil) == nil)
    }

    private func acceptance(_ random: inout SplitMix) -> ServerMessage.BidAccepted {
        let words = SIMD4<UInt64>(
            random.next(), pick([0, .max, random.next()], &random), random.next(), random.next())
        return ServerMessage.BidAccepted(
            auction: Scene.id(pick(["l", "lot-1", String(repeating: "x", count: 64)], &random)),
            id: Scene.id(pick(["0", "b:1.c_D", String(repeating: "z", count: 64)], &random)),
            Acceptance(
                seq: pick([0, 1, 17, .max], &random), isLeading: pick([nil, true, false], &random),
                ownMax: pick([Scene.amount(1), Scene.amount(123_450), .largest], &random),
                price: pick([nil, Scene.amount(9), .largest], &random),
                minimum: pick([nil, Scene.amount(10), .largest], &random),
                reserve: pick(ReserveState.allCases, &random),
                endsAt: pick([nil, Instant(milliseconds: 1_800_000_000_123)], &random)),
            at: pick([Instant(milliseconds: 0), .latest], &random), hash: EntryHash(words: words))
    }

    private func pick<T>(_ items: [T], _ random: inout SplitMix) -> T {
        items[Int.random(in: items.indices, using: &random)]
    }
}
