import AuctionRules
import StrictJSON

/// What messages about live-room lots add. Messages about other lots don't have these fields.
extension PublicBlock {
    /// Nil for a lot that is not of the live room.
    init?(_ object: JSONObject) throws(FieldFault) {
        guard let askSeq = try object.optionalNumber("ask_seq", in: 0 ... .max) else { return nil }
        let warnings = try object.optionalNumber("fair_warnings", in: 0...2)
        self.init(
            ask: try object.optionalAmount("ask"), askSeq: askSeq,
            fairWarnings: Int(warnings ?? 0))
    }

    func encode(into writer: inout JSONWriter) {
        writer.fieldIfPresent("ask", ask?.minorUnits)
        writer.field("ask_seq", askSeq)
        writer.field("fair_warnings", fairWarnings)
    }
}
