import SeededRandom
import Testing

@testable import AuctionRules

/// The record of a new price, which is written on the stack, against that of any change.
@Suite struct ChangeRecordTests {
    @Test("Both ways write the same bytes, and what is read is what was written")
    func same() throws {
        var random = SplitMix64(seed: 20_261_127)
        var short = 0
        for _ in 0..<4000 {
            let change = try Self.change(&random)
            var (records, plain) = (RecordPages(), RecordPages())
            change.append(to: &records)
            _ = change.appendPlainly(to: &plain)
            #expect(records == plain, "\(change)")
            short += change.kind == .price && change.state.status == .open ? 1 : 0
            let read = try ImageReader.reading(try #require(records.pages.first)) {
                reader throws(ImageFault) in
                try reader.publicChange(of: change.state)
            }
            #expect(read == change)
        }
        #expect(short > 1000)
    }

    private static func change(_ random: inout SplitMix64) throws -> PublicChange {
        let isPrice = random.chance(70)
        let instants = [0, 1, 1_800_000_000_123, .max].map { Instant(milliseconds: $0) }
        func amount() -> Amount? {
            let units = random.pick([1, 127, 128, 99_999_999, Amount.largest.minorUnits])
            return random.chance(70) ? Amount(unchecked: units) : nil
        }
        let leaders =
            [nil, "Bidder 1", "Bidder 123456", "", "Zo\u{eb}"]
            + [62, 63, 64, 200].map { String(repeating: "x", count: $0) }
        return PublicChange(
            kind: isPrice ? .price : .status(reason: random.pick([nil, "", "a reason"])),
            state: PublicState(
                heading: PublicHeading(
                    auction: AuctionID("lot"), sale: nil, title: "A chair", format: .english,
                    currency: try #require(Currency(code: "USD"))),
                seq: random.pick([1, 63, 64, .max]),
                status: random.chance(70) ? .open : random.pick(AuctionStatus.allCases),
                outcome: random.chance(10) ? "sold" : nil, price: amount(),
                minimum: amount(), buyNow: amount(), leader: random.pick(leaders),
                bids: random.pick([0, 1, 64, Int(Int32.max)]),
                reserve: random.pick(ReserveState.allCases),
                startsAt: random.pick(instants),
                endsAt: random.chance(50) ? random.pick(instants) : nil,
                extensions: random.pick([0, 1, 1000]),
                block: random.chance(10)
                    ? PublicBlock(ask: amount(), askSeq: 3, fairWarnings: 1) : nil),
            at: random.pick(instants))
    }
}
