import AuctionRules
import WireProtocol

/// A lot as somebody wrote it, word for word: on the command line or in a catalogue file. A field
/// that is absent has the rules' default.
struct LotText: Hashable, Sendable {
    private var texts: [LotField: String] = [:]

    init() {}

    /// Empty text is as good as none: that is how a table leaves a cell out.
    subscript(field: LotField) -> String? {
        get { texts[field] }
        set {
            let trimmed = newValue?.trimmed
            texts[field] = trimmed?.isEmpty == true ? nil : trimmed
        }
    }

    /// This lot, with what it leaves out taken from `defaults`.
    func completed(by defaults: LotText) -> LotText {
        var completed = self
        completed.texts.merge(defaults.texts) { own, _ in own }
        return completed
    }

    /// The lot to create, or all that is wrong with it.
    ///
    /// - Parameter now: what offsets count from.
    func read(now: Instant) -> Result<NewAuction, LotFaults> {
        var reader = LotReader(text: self, now: now)
        let lot = reader.lot()
        guard let lot, reader.faults.isEmpty else {
            return .failure(LotFaults(list: reader.faults))
        }
        return .success(lot)
    }
}

/// All the faults of one lot; never empty.
struct LotFaults: Error, Hashable, Sendable {
    let list: [LotFault]
}

extension String {
    /// Without blanks at both ends.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
