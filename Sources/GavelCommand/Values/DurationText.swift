import AuctionRules

/// Durations as people write them: `500ms`, `30s`, `5m`, `2h`, `1d`, also together: `1h30m`.
enum DurationText {
    /// - Returns: milliseconds, from 0 to 100 years.
    static func parse(_ text: String) throws(ValueFault) -> Milliseconds {
        let example = "write a number and a unit, like 30s, 5m, 2h, 1d or 500ms"
        guard text != "0" else { return 0 }
        var rest = text[...]
        guard !rest.isEmpty else { throw ValueFault("a duration is missing: \(example)") }
        var total: Milliseconds = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else {
                throw ValueFault("\"\(text)\" is not a duration: \(example)")
            }
            rest = rest.dropFirst(digits.count)
            let unitName = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unitName.count)
            guard !unitName.isEmpty else {
                throw ValueFault("\"\(text)\" has a number without a unit: \(example)")
            }
            guard let unit = units[String(unitName)] else {
                throw ValueFault("\"\(text)\" has an unknown unit \"\(unitName)\": \(example)")
            }
            guard let number = Milliseconds(digits) else { throw tooLong(text) }
            let (part, overflow) = number.multipliedReportingOverflow(by: unit)
            let (sum, overflowToo) = total.addingReportingOverflow(part)
            guard !overflow, !overflowToo, sum <= Instant.durationMax else { throw tooLong(text) }
            total = sum
        }
        return total
    }

    /// Like ``parse(_:)``, where zero makes no sense.
    static func parsePositive(_ text: String) throws(ValueFault) -> Milliseconds {
        let duration = try parse(text)
        guard duration > 0 else { throw ValueFault("\"\(text)\" must be longer than zero") }
        return duration
    }

    /// The shortest text that ``parse(_:)`` reads as this duration.
    static func format(_ duration: Milliseconds) -> String {
        guard duration > 0 else { return "0s" }
        var rest = duration
        var text = ""
        for (name, unit) in [("d", day), ("h", hour), ("m", minute), ("s", second), ("ms", 1)] {
            let count = rest / unit
            rest -= count * unit
            if count > 0 { text += "\(count)\(name)" }
        }
        return text
    }

    static let second: Milliseconds = 1000
    static let minute: Milliseconds = 60 * second
    static let hour: Milliseconds = 60 * minute
    static let day: Milliseconds = 24 * hour

    private static let units = ["ms": 1, "s": second, "m": minute, "h": hour, "d": day]

    private static func tooLong(_ text: String) -> ValueFault {
        ValueFault("\"\(text)\" is too long: the longest duration is 36525d")
    }
}
