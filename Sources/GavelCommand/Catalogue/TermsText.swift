import AuctionRules

extension Currency {
    /// What a lot is sold in that says nothing of its currency: the rulebook's own.
    static var standard: Currency? { Currency(code: "USD") }
}

extension IncrementTable {
    /// What a lot has that says nothing of its increments: the table that houses use in that
    /// currency, where there is one for goods of every kind; else a step of one unit.
    static func standard(in currency: Currency) -> IncrementTable? {
        switch currency.code {
        case "USD": return IncrementPreset.ebayUS.table
        case "NZD": return IncrementPreset.tradeMe.table
        case "JPY": return IncrementPreset.yahooJP.table
        default: break
        }
        let unit = (0..<currency.exponent).reduce(Int64(1)) { power, _ in power * 10 }
        return Amount(minorUnits: unit).map { IncrementTable(flat: $0) }
    }

    /// Reads a preset's name, one step for all prices (`5`, `0.50`), or bands (`0:1, 100:5`).
    init(_ text: String, in currency: Currency) throws(ValueFault) {
        if let preset = IncrementPreset(rawValue: text) {
            guard preset.currencyCode == currency.code else {
                throw ValueFault(
                    "the table \"\(text)\" is for \(preset.currencyCode), this lot is sold in "
                        + "\(currency.code): write bands like \"0:1, 100:5\"")
            }
            self = preset.table
            return
        }
        let words = ValueText.words(text)
        guard words.contains(where: { $0.contains(":") }) else {
            do { self.init(flat: try currency.parse(text)) } catch {
                let presets = IncrementPreset.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValueFault(
                    "\"\(text)\" is neither a step in \(currency.code) nor bands like "
                        + "\"0:1, 100:5\" nor one of \(presets)")
            }
            return
        }
        var bands: [Band] = []
        for word in words { bands.append(try Band(word, in: currency)) }
        do { try self.init(bands: bands) } catch { throw ValueFault("\(error)") }
    }

    /// The preset's name, the one step, or the bands, as `init(_:in:)` reads them.
    func text(in currency: Currency) -> String {
        let preset = IncrementPreset.allCases.first {
            $0.currencyCode == currency.code && $0.table == self
        }
        if let preset { return preset.rawValue }
        if bands.count == 1 { return currency.format(bands[0].step) }
        return bands.map { band in
            let from = Amount(minorUnits: band.from).map(currency.format) ?? "0"
            return "\(from):\(currency.format(band.step))"
        }.joined(separator: ", ")
    }
}

extension IncrementTable.Band {
    fileprivate init(_ word: String, in currency: Currency) throws(ValueFault) {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw ValueFault("\"\(word)\" is not a band: write FROM:STEP, like 100:5")
        }
        var from: Int64 = 0
        if !parts[0].allSatisfy({ $0 == "0" || $0 == "." }) {
            from = try ValueText.amount(parts[0], in: currency).minorUnits
        }
        self.init(from: from, step: try ValueText.amount(parts[1], in: currency))
    }
}

extension SoftClose.Stage {
    /// Reads `WINDOW:MODE:AMOUNT`, like `5m:reset:5m`.
    init(_ word: String) throws(ValueFault) {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else {
            throw ValueFault(
                "\"\(word)\" is not a stage: write WINDOW:MODE:EXTENSION, like 5m:reset:5m")
        }
        self.init(
            window: try DurationText.parsePositive(parts[0]),
            mode: try ValueText.choice(parts[1], of: "a mode"),
            amount: try DurationText.parsePositive(parts[2]))
    }

    var text: String {
        "\(DurationText.format(window)):\(mode.rawValue):\(DurationText.format(amount))"
    }
}

extension SoftClose {
    /// The preset's name or the stages, and what is said beside them.
    var text: String {
        let preset = SoftClosePreset.allCases.first { stages == $0.stage.map { [$0] } }
        var parts = [preset?.rawValue ?? stages.map(\.text).joined(separator: ", ")]
        if trigger != .priceOrLeader { parts.append("on \(trigger.rawValue)") }
        if let extensionsMax { parts.append("at most \(extensionsMax) times") }
        if let hardEnd { parts.append("not past \(TimeText.format(hardEnd))") }
        if let group { parts.append("with group \(group)") }
        return parts.joined(separator: ", ")
    }
}
