import AuctionRules
import Proof
import StrictJSON

/// Prints statements that have been checked.
struct ProofPrinter {
    let console: Console
    let isJSON: Bool

    /// Amounts, where the statement says in which currency.
    private static let amounts: Set = ["price"]

    /// - Parameter head: what ``Proof/SignedStatement/verify(with:)`` gave.
    func print(_ signed: SignedStatement, head: TreeHead) throws(ProofFault) {
        let statement: JSONObject
        do {
            guard let object = try JSONValue(parsing: signed.statement.utf8).asObject else {
                throw ProofFault("the statement is no object")
            }
            statement = object
        } catch let fault as ProofFault { throw fault } catch {
            throw ProofFault("the statement can't be read: \(error)")
        }
        guard !isJSON else { return console.print(json: Array(signed.statement.utf8)) }
        var table = Table([.init(heading: ""), .init(heading: "", isFlexible: true)])
        for member in statement.members {
            let value = text(member.value, of: member.key, in: statement)
            table.add([.init(member.key.replacing("_", with: " "), .faint), .init(value)])
        }
        table.add([
            .init("signature", .faint),
            .init("good: key \(head.key), log entry \(head.position)", .good),
        ])
        console.print(
            Array(table.lines(width: console.width, hasColour: console.hasColour).dropFirst()))
    }

    private func text(_ value: JSONValue, of key: String, in statement: JSONObject) -> String {
        switch value {
        case .null: return "–"
        case .bool(let bool): return bool ? "yes" : "no"
        case .string(let string): return string
        case .number(let text): return text
        case .integer(let integer):
            if key == "at" || key.hasSuffix("_at") {
                return TimeText.format(Instant(milliseconds: integer))
            }
            if Self.amounts.contains(key), case .integer(let exponent)? = statement["exponent"],
                case .string(let currency)? = statement["currency"],
                let amount = Amount(minorUnits: integer), (0...4).contains(exponent)
            {
                return "\(AmountText.format(amount, exponent: Int(exponent))) \(currency)"
            }
            return String(integer)
        case .array(let elements): return elements.isEmpty ? "none" : "\(elements.count)"
        case .object(let object): return "\(object.count) members"
        }
    }
}
