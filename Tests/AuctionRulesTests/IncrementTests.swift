import AuctionRules
import SeededRandom
import Testing

/// The steps by which a price rises.
@Suite struct IncrementTests {
    private func table(_ bands: [(Int64, Amount)]) throws -> IncrementTable {
        try IncrementTable(bands: bands.map { IncrementTable.Band(from: $0.0, step: $0.1) })
    }

    private func expect(_ fault: IncrementTableFault, of bands: [(Int64, Amount)]) {
        #expect(throws: fault) { try table(bands) }
        #expect(!fault.description.isEmpty)
    }

    @Test func `a table that breaks a rule is refused by name`() {
        expect(.empty, of: [])
        expect(.firstBandNotAtZero(1), of: [(1, 5)])
        expect(.firstBandNotAtZero(-1), of: [(-1, 5)])
        expect(.startsNotRising(100), of: [(0, 5), (100, 10), (100, 20)])
        expect(.startsNotRising(50), of: [(0, 5), (100, 10), (50, 20)])
        expect(.stepFalls(atFrom: 100), of: [(0, 5), (100, 4)])
        expect(.startTooLarge(.max), of: [(0, 5), (.max, 5)])
        let many = (0...Int64(IncrementTable.bandsMax)).map { ($0, Amount(1)) }
        expect(.tooManyBands(IncrementTable.bandsMax + 1), of: many)
    }

    @Test func `the limits themselves are taken`() throws {
        let many = (0..<Int64(IncrementTable.bandsMax)).map { ($0, Amount(1)) }
        #expect(try table(many).bands.count == IncrementTable.bandsMax)
        #expect(try table([(0, 5), (100, 5)]).bands.count == 2)
        #expect(try table([(0, 1), (Amount.largest.minorUnits, .largest)]).bands.count == 2)
    }

    @Test func `bands are half-open`() throws {
        let table = try table([(0, 5), (100, 25), (500, 50)])
        let steps: [(Amount, Amount)] = [
            (1, 5), (99, 5), (100, 25), (499, 25), (500, 50), (.largest, 50),
        ]
        for (price, step) in steps { #expect(table.increment(at: price) == step) }
    }

    @Test func `a flat table has one step for every price`() {
        let table = IncrementTable(flat: 7)
        for price: Amount in [1, 100, .largest] { #expect(table.increment(at: price) == 7) }
    }

    // MARK: - Presets

    /// As the rulebook's section 1 writes them, in major units.
    static let presets: [(name: String, currency: String, bands: String)] = [
        (
            "ebay-us", "USD",
            "0:0.05 · 1:0.25 · 5:0.50 · 25:1 · 100:2.50 · 250:5 · 500:10 · 1000:25 · 2500:50 · "
                + "5000:100"
        ),
        ("trademe", "NZD", "0:0.50 · 20:1 · 200:5 · 1000:10 · 5000:50 · 25000:100"),
        ("yahoo-jp", "JPY", "0:10 · 1000:100 · 5000:250 · 10000:500 · 50000:1000"),
        (
            "copart-de", "EUR",
            "0:1 · 5:5 · 40:10 · 100:25 · 1000:50 · 5000:100 · 25000:250 · 50000:500 · "
                + "100000:1000"
        ),
        ("whatnot", "USD", "0:1 · 30:2 · 50:3 · 100:5 · 300:10 · 1000:20 · 2000:50"),
    ]

    @Test(arguments: presets)
    func `a preset is the rulebook's`(name: String, code: String, text: String) throws {
        let preset = try #require(IncrementPreset(rawValue: name))
        let currency = try #require(Currency(code: code))
        #expect(preset.currencyCode == code)
        let bands = try text.split(separator: " · ").map { band in
            let parts = band.split(separator: ":").map(String.init)
            let from = parts[0] == "0" ? 0 : try currency.parse(parts[0]).minorUnits
            return IncrementTable.Band(from: from, step: try currency.parse(parts[1]))
        }
        #expect(preset.table.bands == bands)
    }

    @Test func `there is no preset that the rulebook does not have`() {
        let names = Self.presets.map(\.name)
        #expect(IncrementPreset.allCases.map(\.rawValue).sorted() == names.sorted())
    }

    // MARK: - Ladders

    /// Climbs from the start, step by step.
    private func climb(_ table: IncrementTable, from start: Amount, to top: Int64) -> Set<Int64> {
        var rungs: Set<Int64> = []
        var rung = start
        while rung.minorUnits <= top {
            rungs.insert(rung.minorUnits)
            rung = rung + table.increment(at: rung)
        }
        return rungs
    }

    @Test func `ladder arithmetic agrees with climbing, on random tables`() throws {
        var random = SplitMix64(seed: 20)
        for _ in 0..<150 {
            var bands: [(Int64, Amount)] = [(0, Amount(integerLiteral: random.within(1...9)))]
            for _ in 0..<random.below(5) {
                let (from, step) = bands[bands.count - 1]
                let next = step.minorUnits + random.within(0...12)
                bands.append((from + random.within(1...60), Amount(integerLiteral: next)))
            }
            let table = try table(bands)
            let start = Amount(integerLiteral: random.within(1...120))
            let rungs = climb(table, from: start, to: 400)
            let found = (1...400).filter {
                table.isOnLadder(Amount(integerLiteral: $0), from: start)
            }
            #expect(Set(found) == rungs, "\(bands) from \(start)")
        }
    }

    @Test func `a ladder of any height is answered at once`() throws {
        let table = try table([(0, 1), (1000, 7)])
        #expect(table.isOnLadder(.largest, from: .largest))
        #expect(!table.isOnLadder(1, from: .largest))
        // 1000 is a rung, and from there every seventh amount is.
        let isRung = (Amount.largest.minorUnits - 1000) % 7 == 0
        #expect(table.isOnLadder(.largest, from: 1) == isRung)
        let steep = try self.table([(0, .largest), (Amount.largest.minorUnits, .largest)])
        #expect(!steep.isOnLadder(.largest, from: 1))
    }
}
