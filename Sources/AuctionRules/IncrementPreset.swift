/// The increment tables that houses are known for, each in its own currency (rulebook, section 1).
public enum IncrementPreset: String, CaseIterable, Sendable {
    case ebayUS = "ebay-us"
    case tradeMe = "trademe"
    case yahooJP = "yahoo-jp"
    case copartDE = "copart-de"
    case whatnot

    /// The code of the currency that the table is written for.
    public var currencyCode: String {
        switch self {
        case .ebayUS, .whatnot: "USD"
        case .tradeMe: "NZD"
        case .yahooJP: "JPY"
        case .copartDE: "EUR"
        }
    }

    /// The table, in minor units of its currency.
    public var table: IncrementTable {
        let bands = rows.map { from, step in
            IncrementTable.Band(from: from, step: Amount(unchecked: step))
        }
        do {
            return try IncrementTable(bands: bands)
        } catch {
            preconditionFailure("The preset \(rawValue) is no valid table: \(error)")
        }
    }

    private var rows: [(Int64, Int64)] {
        switch self {
        case .ebayUS:
            [
                (0, 5), (100, 25), (500, 50), (2500, 100), (10_000, 250), (25_000, 500),
                (50_000, 1000), (100_000, 2500), (250_000, 5000), (500_000, 10_000),
            ]
        case .tradeMe:
            [
                (0, 50), (2000, 100), (20_000, 500), (100_000, 1000), (500_000, 5000),
                (2_500_000, 10_000),
            ]
        case .yahooJP: [(0, 10), (1000, 100), (5000, 250), (10_000, 500), (50_000, 1000)]
        case .copartDE:
            [
                (0, 100), (500, 500), (4000, 1000), (10_000, 2500), (100_000, 5000),
                (500_000, 10_000), (2_500_000, 25_000), (5_000_000, 50_000),
                (10_000_000, 100_000),
            ]
        case .whatnot:
            [
                (0, 100), (3000, 200), (5000, 300), (10_000, 500), (30_000, 1000),
                (100_000, 2000), (200_000, 5000),
            ]
        }
    }
}
