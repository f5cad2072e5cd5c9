import AuctionRules

// So that a test can say `1200`, `"A"` and `at: 100` where it means them. A literal that is no
// amount or no identifier is a mistake in the test itself, and stops it.

extension Amount: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int64) {
        guard let amount = Amount(minorUnits: value) else {
            preconditionFailure("\(value) is no amount")
        }
        self = amount
    }
}

extension Instant: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int64) { self.init(milliseconds: value) }
}

extension Identifier: ExpressibleByUnicodeScalarLiteral,
    ExpressibleByExtendedGraphemeClusterLiteral,
    ExpressibleByStringLiteral
{
    init(stringLiteral value: String) {
        do {
            try self.init(value)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension Currency {
    static let usd = known("USD")
    static let jpy = known("JPY")
    static let kwd = known("KWD")

    static func known(_ code: String) -> Currency {
        guard let currency = Currency(code: code) else {
            preconditionFailure("\(code) is no currency")
        }
        return currency
    }
}

extension Terms {
    /// A lot of 10.00 USD with the increments of `ebay-us`, open from the beginning.
    static func lot(
        _ format: Format = .english, start: Amount = 1000, closes: Instant? = nil,
        _ change: (inout Terms) -> Void = { _ in }
    ) -> Terms {
        var terms = Terms(
            title: "Lot", format: format, currency: .usd, start: start,
            increments: IncrementPreset.ebayUS.table, opensAt: 0, closesAt: closes)
        change(&terms)
        return terms
    }
}

extension SoftClose {
    /// A single stage, known to be valid.
    static func single(
        window: Milliseconds, _ mode: Mode, _ amount: Milliseconds,
        trigger: Trigger = .priceOrLeader,
        extensionsMax: Int? = nil, hardEnd: Instant? = nil
    ) -> SoftClose {
        staged(
            [Stage(window: window, mode: mode, amount: amount)], trigger: trigger,
            extensionsMax: extensionsMax, hardEnd: hardEnd)
    }

    static func staged(
        _ stages: [Stage], trigger: Trigger = .priceOrLeader, extensionsMax: Int? = nil,
        hardEnd: Instant? = nil
    ) -> SoftClose {
        do {
            return try SoftClose(
                stages: stages, trigger: trigger, extensionsMax: extensionsMax, hardEnd: hardEnd)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
