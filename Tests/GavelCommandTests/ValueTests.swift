import AuctionRules
import Testing

@testable import GavelCommand

@Suite("Values as people write them")
struct ValueTests {
    @Test(
        "A duration is read to the millisecond",
        arguments: [
            ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000),
            ("1d", 86_400_000), ("1h30m", 5_400_000), ("0", 0), ("0s", 0),
            ("36525d", Instant.durationMax),
        ] as [(String, Milliseconds)])
    func durations(text: String, expected: Milliseconds) throws {
        #expect(try DurationText.parse(text) == expected)
    }

    @Test(
        "What is no duration is refused with what to write instead",
        arguments: [
            ("", "is missing"), ("30", "number without a unit"), ("s", "is not a duration"),
            ("-5m", "is not a duration"), ("1.5h", "number without a unit"),
            ("5 m", "number without a unit"), ("5w", "unknown unit \"w\""),
            ("36526d", "too long"), ("99999999999999999999d", "too long"),
            ("9223372036854775807d", "too long"), ("٣s", "is not a duration"),
        ])
    func badDurations(text: String, complaint: String) {
        let fault = #expect(throws: ValueFault.self) { try DurationText.parse(text) }
        #expect(fault?.message.contains(complaint) == true, "\(fault?.message ?? "")")
    }

    @Test(
        "A duration is written as it can be read again",
        arguments: [0, 1, 999, 1000, 61_000, 5_400_000, 86_400_001, Instant.durationMax])
    func durationsRoundTrip(duration: Milliseconds) throws {
        #expect(try DurationText.parse(DurationText.format(duration)) == duration)
    }

    @Test(
        "A time is read in any zone, to the millisecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-23T03:26:40Z", 1_795_404_400_000),
            ("2026-11-23T03:26:40.123Z", 1_795_404_400_123),
            ("2026-11-23t03:26:40.5z", 1_795_404_400_500),
            ("2026-11-23 04:26:40+01:00", 1_795_404_400_000),
            ("2026-11-22T22:56:40-04:30", 1_795_404_400_000),
            ("2026-11-23T03:26Z", 1_795_404_360_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2026-11-23T03:26:40.123000Z", 1_795_404_400_123),
            ("9999-12-31T23:59:59.999Z", Instant.latest.milliseconds),
        ] as [(String, Int64)])
    func times(text: String, expected: Int64) throws {
        let now = Instant(milliseconds: 1)
        #expect(try TimeText.parse(text, now: now).milliseconds == expected)
    }

    @Test("An offset counts from now")
    func offsets() throws {
        let now = Instant(milliseconds: 1_000_000)
        #expect(try TimeText.parse("now", now: now) == now)
        #expect(try TimeText.parse("+2h", now: now) == now.advanced(by: 7_200_000))
        #expect(try TimeText.parse("+90s", now: now) == now.advanced(by: 90_000))
    }

    @Test(
        "What is no time is refused with what to write instead",
        arguments: [
            ("", "is not a time"), ("tomorrow", "is not a time"), ("+", "not an offset"),
            ("+2", "not an offset"), ("2h", "is not a time"), ("2026-11-23", "no time of day"),
            ("2026-11-23T03:26:40", "no time zone"), ("2026-13-01T00:00:00Z", "that exists"),
            ("2026-02-29T00:00:00Z", "that exists"), ("1900-02-29T00:00:00Z", "that exists"),
            ("2026-11-23T24:00:00Z", "that exists"), ("2026-11-23T23:59:60Z", "that exists"),
            ("2026-11-23T03:26:40Z!", "goes on"), ("2026-11-23T03:26:40.1234Z", "finer"),
            ("2026-11-23T03:26:40.Z", "no digits"), ("1969-12-31T23:59:59Z", "out of range"),
            ("1795404400000", "is not a time"), ("2026-11-23T03:26:40+25:00", "no time zone"),
        ])
    func badTimes(text: String, complaint: String) {
        let now = Instant(milliseconds: 0)
        let fault = #expect(throws: ValueFault.self) { try TimeText.parse(text, now: now) }
        #expect(fault?.message.contains(complaint) == true, "\(fault?.message ?? "")")
    }

    @Test("Every day from 1970 to 2100 is written as it can be read again")
    func timesRoundTrip() throws {
        for day in Int64(0)..<47_482 {
            let instant = Instant(milliseconds: day * 86_400_000 + 45_296_789)
            let text = TimeText.format(instant)
            try #require(try TimeText.parseRFC3339(text) == instant)
        }
        #expect(TimeText.format(Instant(milliseconds: 951_782_400_000)) == "2000-02-29T00:00:00Z")
    }

    @Test(
        "How far a time is off is said in at most two units",
        arguments: [
            (250_000, "in 4 m 10 s"), (-11_000, "11 s ago"), (0, "now"), (400, "now"),
            (183_600_000, "in 2 d 3 h"), (86_405_000, "in 1 d"), (-3_600_000, "1 h ago"),
        ] as [(Int64, String)])
    func relativeTimes(difference: Int64, expected: String) {
        let now = Instant(milliseconds: 1_000_000_000)
        let instant = Instant(milliseconds: 1_000_000_000 + difference)
        #expect(TimeText.relative(instant, to: now) == expected)
    }

    @Test("Increments are a preset, a step or bands, in the lot's currency")
    func increments() throws {
        let dollars = try #require(Currency(code: "USD"))
        let yen = try #require(Currency(code: "JPY"))
        #expect(try IncrementTable("ebay-us", in: dollars) == IncrementPreset.ebayUS.table)
        let step = try #require(Amount(minorUnits: 50))
        #expect(try IncrementTable("0.50", in: dollars) == IncrementTable(flat: step))
        #expect(try IncrementTable("50", in: yen) == IncrementTable(flat: step))
        let bands = try IncrementTable("0:0.50, 10:1;100:5", in: dollars)
        #expect(bands.bands.map(\.from) == [0, 1000, 10_000])
        #expect(bands.bands.map(\.step.minorUnits) == [50, 100, 500])
        #expect(try IncrementTable(bands.text(in: dollars), in: dollars) == bands)
    }

    @Test(
        "What is no increment table is refused",
        arguments: [
            ("ebay-uk", "neither a step"), ("yahoo-jp", "is for JPY"), ("0", "neither a step"),
            ("1:5", "must start at 0"), ("0:5, 10:1", "must not fall"),
            ("0:5, 10", "is not a band"), ("0:0.001", "finer"), ("0:5:6", "is not a band"),
        ])
    func badIncrements(text: String, complaint: String) throws {
        let dollars = try #require(Currency(code: "USD"))
        let fault = #expect(throws: ValueFault.self) { try IncrementTable(text, in: dollars) }
        #expect(fault?.message.contains(complaint) == true, "\(fault?.message ?? "")")
    }
}
