/// An ISO 4217 currency with its exponent, the number of decimal places of its minor unit.
public struct Currency: Hashable, Sendable {
    /// Three capital letters.
    public let code: String
    /// 0 ... 4: JPY 0, USD 2, KWD 3, CLF 4.
    public let exponent: Int

    /// The currency with this code; nil when ISO 4217 has none for trade (test codes, metals and
    /// funds are left out).
    public init?(code: String) {
        guard let exponent = Self.exponent(of: code) else { return nil }
        self.code = code
        self.exponent = exponent
    }

    private static func exponent(of code: String) -> Int? {
        if twoPlaces.contains(code) { return 2 }
        return otherPlaces[code]
    }

    private static let otherPlaces: [String: Int] = [
        "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
        "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
        "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
        "CLF": 4, "UYW": 4,
    ]

    private static let twoPlaces: Set<String> = Set(
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN \
        BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
        GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR \
        LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD \
        PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
        SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR \
        ZMW ZWG
        """.split(separator: " ").map(String.init))
}

/// Why a text is no amount of a currency.
public enum AmountFault: Error, Equatable, Sendable, CustomStringConvertible {
    case notDecimal(String)
    case fractionOfMinorUnit(String, Currency)
    case zeroOrLess(String)
    case tooLarge(String)

    public var description: String {
        switch self {
        case .notDecimal(let text):
            "\"\(text)\" is not an amount: write digits with an optional decimal point, like 12.50"
        case .fractionOfMinorUnit(let text, let currency):
            "\"\(text)\" is finer than \(currency.code) allows: "
                + "use at most \(currency.exponent) decimal places"
        case .zeroOrLess(let text):
            "\"\(text)\" is not an amount: it must be more than zero"
        case .tooLarge(let text):
            "\"\(text)\" is too large: the largest amount is 9007199254740991 minor units"
        }
    }
}

extension Currency {
    /// Reads a decimal amount (`12.50`, `12`, `.5`) without rounding anything away.
    public func parse(_ text: String) throws(AmountFault) -> Amount {
        var digits = text[...]
        let negative = digits.first == "-"
        if negative { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts[0]
        let fraction = parts.count == 2 ? parts[1] : ""
        guard !(whole.isEmpty && fraction.isEmpty), parts.count == 1 || !fraction.isEmpty,
            (whole + fraction).utf8.allSatisfy({ (48...57).contains($0) })
        else { throw .notDecimal(text) }
        guard fraction.dropFirst(exponent).allSatisfy({ $0 == "0" }) else {
            throw .fractionOfMinorUnit(text, self)
        }
        guard !negative else { throw .zeroOrLess(text) }
        var minorUnits: Int64 = 0
        let kept = fraction.prefix(exponent)
        let padding = String(repeating: "0", count: exponent - kept.count)
        for digit in (whole + kept + padding).utf8 {
            let (tens, overflow) = minorUnits.multipliedReportingOverflow(by: 10)
            let (sum, overflowToo) = tens.addingReportingOverflow(Int64(digit - 48))
            guard !overflow, !overflowToo else { throw .tooLarge(text) }
            minorUnits = sum
        }
        guard minorUnits > 0 else { throw .zeroOrLess(text) }
        guard let amount = Amount(minorUnits: minorUnits) else { throw .tooLarge(text) }
        return amount
    }

    /// The amount as a plain decimal, always with all of the currency's places: `12.50`, `1200`.
    public func format(_ amount: Amount) -> String {
        guard exponent > 0 else { return String(amount.minorUnits) }
        let digits = String(amount.minorUnits)
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        return padded.dropLast(exponent) + "." + padded.suffix(exponent)
    }
}
