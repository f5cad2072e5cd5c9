import AuctionRules
import StrictJSON

/// How a change came about, as `explain-auction` and `GET /v1/auctions/ID/explain` tell it.
extension Explanation: CodedRow {
    /// Reads what ``encodeFields(into:)`` gives.
    init(_ object: JSONObject) throws(FieldFault) {
        guard let currency = Currency(code: try object.text("currency")) else {
            throw FieldFault("currency", "must be a currency's code")
        }
        self.init(
            auction: try object.identifier("auction"), seq: try object.count("seq"),
            at: try object.instant("at"), price: try object.optionalAmount("price"),
            currency: currency, steps: try object.list("steps", Step.init))
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("auction", auction)
        writer.field("seq", seq)
        writer.field("at", at)
        writer.field("currency", currency.code)
        writer.field("price", price)
        writer.array("steps") { writer in
            for step in steps {
                writer.object { writer in
                    writer.field("rule", step.rule.rawValue)
                    writer.field("text", step.text)
                }
            }
        }
    }
}

extension Explanation.Step {
    fileprivate init(_ object: JSONObject) throws(FieldFault) {
        self.init(
            rule: try object.choice("rule"), text: try object.text("text", scalarsMax: 65_536))
    }
}
