public import AuctionRules

// Literals for tests. A wrong one is a mistake in the test, and stops it.

extension Identifier: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) {
        do { try self.init(value) } catch { preconditionFailure("\(error)") }
    }
}

extension Identifier: ExpressibleByUnicodeScalarLiteral {}
extension Identifier: ExpressibleByExtendedGraphemeClusterLiteral {}

extension Amount: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) {
        guard let amount = Amount(minorUnits: value) else { preconditionFailure("no amount") }
        self = amount
    }
}

extension SaleID { static var sale: SaleID { "evening" } }

extension BidderID {
    static var anna: BidderID { "anna" }
    static var ben: BidderID { "ben" }
    static var cleo: BidderID { "cleo" }
    static var dora: BidderID { "dora" }
}

extension Currency {
    static var usd: Currency { known("USD") }
    static var yen: Currency { known("JPY") }
    static var dinar: Currency { known("KWD") }

    private static func known(_ code: String) -> Currency {
        guard let currency = Currency(code: code) else { preconditionFailure("no currency") }
        return currency
    }
}

extension TokenHash {
    static func sample(_ digit: Character) -> TokenHash {
        guard let hash = TokenHash(hex: String(repeating: digit, count: 64)) else {
            preconditionFailure("no hexadecimal digit")
        }
        return hash
    }
}

extension PublicKey {
    static func sample(_ digit: Character) -> PublicKey {
        guard let key = PublicKey(hex: String(repeating: digit, count: 64)) else {
            preconditionFailure("no hexadecimal digit")
        }
        return key
    }
}

extension Terms {
    static func english(start: Amount, opensAt: Instant, lasting: Milliseconds) -> Terms {
        Terms(
            title: "A lot", currency: .usd, start: start,
            increments: IncrementPreset.ebayUS.table, opensAt: opensAt,
            closesAt: opensAt.advanced(by: lasting))
    }
}

extension Command {
    static func bid(
        _ bidder: BidderID, _ id: BidID, on auction: AuctionID, kind: BidKind = .max,
        _ amount: Amount
    ) -> Command {
        .request(
            BidRequest(bidder: bidder, id: id, action: .bid(kind, amount: amount)), on: auction)
    }
}
