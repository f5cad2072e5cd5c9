import AuctionRules
import WireProtocol

extension PublicLot {
    /// An amount in the lot's currency, without its code; a dash for none.
    func text(_ amount: Amount?) -> String { AmountText.format(amount, exponent: exponent) }

    /// The result once there is one, else the status.
    var state: String { outcome ?? status }
}

extension Limit {
    var text: String { "\(currency.format(amount)) \(currency.code)" }
}

/// Amounts in a currency of which a server has told the exponent, whether or not we know its code.
enum AmountText {
    static func format(_ amount: Amount?, exponent: Int) -> String {
        guard let amount else { return "–" }
        let digits = String(amount.minorUnits)
        guard exponent > 0 else { return digits }
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        return "\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
    }
}
