import AuctionRules
import SeededRandom
import Testing

/// Money: whole minor units of a currency, read and written without rounding anything.
@Suite struct MoneyTests {
    @Test(arguments: [
        ("JPY", 0), ("KRW", 0), ("CLP", 0), ("VND", 0), ("XAF", 0), ("USD", 2), ("EUR", 2),
        ("GBP", 2), ("NZD", 2), ("CHF", 2), ("XCG", 2), ("KWD", 3), ("BHD", 3), ("TND", 3),
        ("CLF", 4), ("UYW", 4),
    ])
    func `a currency has the exponent that ISO 4217 gives it`(code: String, exponent: Int) {
        #expect(Currency(code: code)?.exponent == exponent)
    }

    @Test(arguments: ["", "US", "USDX", "usd", "XXX", "XTS", "XAU", "ZZZ", "U D", "ÙSD"])
    func `what nobody trades in is no currency`(code: String) {
        #expect(Currency(code: code) == nil)
    }

    @Test(arguments: [
        ("USD", "12.50", 1250), ("USD", "12.5", 1250), ("USD", "12", 1200), ("USD", ".5", 50),
        ("USD", "0.01", 1), ("USD", "12.500", 1250), ("USD", "0012.50", 1250),
        ("JPY", "1200", 1200), ("JPY", "1200.0", 1200), ("KWD", "1.234", 1234),
        ("KWD", "1", 1000), ("CLF", "0.0001", 1), ("USD", "90071992547409.91", largest),
        ("JPY", "9007199254740991", largest),
    ])
    func `a decimal is read exactly`(code: String, text: String, minorUnits: Int64) throws {
        #expect(try Currency.known(code).parse(text).minorUnits == minorUnits)
    }

    @Test(arguments: [
        "", ".", "-", "1.", "+5", "1,5", "1.2.3", " 5", "5 ", "5e3", "0x10", "½", "٣", "１",
        "$5", "NaN", "--5", "1_000", "5\0",
    ])
    func `what is no decimal is refused`(text: String) {
        #expect(throws: AmountFault.notDecimal(text)) { try Currency.usd.parse(text) }
    }

    @Test(arguments: [("USD", "0.001"), ("USD", "12.505"), ("JPY", "0.5"), ("KWD", "1.2345")])
    func `a fraction of a minor unit is refused, not rounded`(code: String, text: String) {
        let currency = Currency.known(code)
        #expect(throws: AmountFault.fractionOfMinorUnit(text, currency)) {
            try currency.parse(text)
        }
    }

    @Test(arguments: ["0", "0.00", "-0", "-0.01", "-12", "-99999999999999999999"])
    func `zero or less is refused`(text: String) {
        #expect(throws: AmountFault.zeroOrLess(text)) { try Currency.usd.parse(text) }
    }

    @Test(arguments: [
        "90071992547409.92", "92233720368547758.07", "92233720368547758.08",
        "99999999999999999999", "184467440737095516.17",
    ])
    func `what is too large is refused, and does not wrap around`(text: String) {
        #expect(throws: AmountFault.tooLarge(text)) { try Currency.usd.parse(text) }
    }

    @Test func `a fault says what to write instead`() {
        #expect(AmountFault.notDecimal("x").description.contains("12.50"))
        let fraction = AmountFault.fractionOfMinorUnit("1.5", .jpy)
        #expect(fraction.description.contains("at most 0 decimal places"))
        #expect(AmountFault.zeroOrLess("0").description.contains("more than zero"))
        #expect(AmountFault.tooLarge("9").description.contains("9007199254740991"))
    }

    @Test(arguments: [
        ("USD", 1250, "12.50"), ("USD", 1, "0.01"), ("USD", 100, "1.00"), ("JPY", 1200, "1200"),
        ("KWD", 5, "0.005"), ("CLF", 12_345, "1.2345"), ("USD", largest, "90071992547409.91"),
    ])
    func `an amount is written with all of its currency's places`(
        code: String, minorUnits: Int64, text: String
    ) throws {
        let amount = try #require(Amount(minorUnits: minorUnits))
        #expect(Currency.known(code).format(amount) == text)
    }

    @Test(arguments: ["JPY", "USD", "KWD", "CLF"])
    func `what was written is read as the same`(code: String) throws {
        let currency = Currency.known(code)
        var random = SplitMix64(seed: 1)
        for _ in 0..<500 {
            // Of all magnitudes, not only of the largest.
            let amount = try #require(
                Amount(minorUnits: 1 + random.within(0...Self.magnitude(&random))))
            #expect(try currency.parse(currency.format(amount)) == amount)
        }
    }

    private static func magnitude(_ random: inout SplitMix64) -> Int64 {
        (largest - 1) >> random.within(0...52)
    }

    @Test func `amounts are 1 to 2^53 - 1 minor units`() {
        #expect(Amount(minorUnits: 1) != nil)
        #expect(Amount(minorUnits: largest) == .largest)
        for minorUnits in [0, -1, .min, largest + 1, .max] {
            #expect(Amount(minorUnits: minorUnits) == nil)
        }
    }

    @Test func `sums and multiples saturate and never trap`() {
        #expect((Amount.largest + .largest).minorUnits == 2 * largest)
        #expect(Amount.largest.times(.max).minorUnits == .max)
        #expect((Amount.largest.times(.max) + .largest).minorUnits == .max)
    }
}

private let largest: Int64 = 9_007_199_254_740_991
