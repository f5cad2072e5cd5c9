import AuctionRules

/// Points in time as people write them: RFC 3339 (`2026-12-01T20:00:00Z`), `now`, or an offset from
/// now (`+2h`, `+90s`). Written always as RFC 3339 in UTC.
enum TimeText {
    private static let example =
        "write a time like 2026-12-01T20:00:00Z, now, or an offset like +2h"

    static func parse(_ text: String, now: Instant) throws(ValueFault) -> Instant {
        if text == "now" { return now }
        if text.first == "+" {
            let duration: Milliseconds
            do { duration = try DurationText.parse(String(text.dropFirst())) } catch {
                throw ValueFault("\"\(text)\" is not an offset from now: \(example)")
            }
            let instant = now.advanced(by: duration)
            guard instant < .latest else { throw outOfRange(text) }
            return instant
        }
        return try parseRFC3339(text)
    }

    /// `YYYY-MM-DDTHH:MM[:SS[.mmm]]` and `Z` or an offset. Blanks for the `T` and small letters
    /// are fine, as the RFC has it; a leap second is not, since Unix time has none.
    static func parseRFC3339(_ text: String) throws(ValueFault) -> Instant {
        var reader = Reader(text)
        guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2),
            reader.skip("-"), let day = reader.digits(2)
        else { throw ValueFault("\"\(text)\" is not a time: \(example)") }
        guard reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.digits(2), reader.skip(":"), let minute = reader.digits(2)
        else { throw ValueFault("\"\(text)\" has no time of day: \(example)") }
        var second: Int64 = 0
        var millisecond: Int64 = 0
        if reader.skip(":") {
            guard let seconds = reader.digits(2) else {
                throw ValueFault("\"\(text)\" is not a time: \(example)")
            }
            second = seconds
            if reader.skip(".") { millisecond = try reader.fraction(of: text) }
        }
        guard (1...12).contains(month), (1...daysIn(month, of: year)).contains(day), hour <= 23,
            minute <= 59, second <= 59
        else { throw ValueFault("\"\(text)\" is no day and time that exists") }
        guard let offset = reader.zone() else {
            throw ValueFault(
                "\"\(text)\" says no time zone: add Z for UTC, or an offset like +01:00")
        }
        guard reader.isAtEnd else {
            throw ValueFault("\"\(text)\" goes on after the time: \(example)")
        }
        let minutes = (daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset
        let instant = Instant(milliseconds: (minutes * 60 + second) * 1000 + millisecond)
        guard instant.milliseconds >= 0, instant <= .latest else { throw outOfRange(text) }
        return instant
    }

    /// `2026-12-01T20:00:00Z`, with milliseconds only where there are some.
    static func format(_ instant: Instant) -> String {
        let (days, ofDay) = instant.milliseconds.dividedFloor(by: DurationText.day)
        let (year, month, day) = civilDate(daysSinceEpoch: days)
        var text =
            "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(ofDay / DurationText.hour))"
            + ":\(pad(ofDay / DurationText.minute % 60)):\(pad(ofDay / DurationText.second % 60))"
        if ofDay % 1000 != 0 { text += ".\(pad(ofDay % 1000, 3))" }
        return text + "Z"
    }

    /// `2026-12-01T20:00:00.000Z`: always as long, for logs.
    static func formatMilliseconds(_ instant: Instant) -> String {
        let text = format(instant)
        return text.contains(".") ? text : text.dropLast() + ".000Z"
    }

    /// `in 4 m 10 s`, `2 d 3 h ago`, `now`: at most two units.
    static func relative(_ instant: Instant, to now: Instant) -> String {
        let difference = instant.milliseconds(since: now)
        // The longest span between two instants that are printed fits by far.
        let seconds = (difference.magnitude + 500) / 1000
        guard seconds > 0 else { return "now" }
        let units: [(String, UInt64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
        var rest = seconds
        var parts: [String] = []
        for (name, unit) in units where parts.count < 2 {
            let count = rest / unit
            rest -= count * unit
            if count > 0 { parts.append("\(count) \(name)") } else if !parts.isEmpty { break }
        }
        let text = parts.joined(separator: " ")
        return difference > 0 ? "in \(text)" : "\(text) ago"
    }

    private static func outOfRange(_ text: String) -> ValueFault {
        ValueFault("\"\(text)\" is out of range: times are from 1970 to 9999")
    }

    private static func pad(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

// MARK: - The calendar

extension TimeText {
    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Days from 1970-01-01 in the Gregorian calendar, for years 0 ... 9999. Counts from March, so
    /// that the leap day is a year's last.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = marchYear.dividedFloor(by: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civilDate(daysSinceEpoch days: Int64) -> (Int64, Int64, Int64) {
        let (era, dayOfEra) = (days + 719_468).dividedFloor(by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    /// Quotient and remainder, the remainder never negative.
    fileprivate func dividedFloor(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

/// Walks through a time's text.
private struct Reader {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly `count` digits.
    mutating func digits(_ count: Int) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ ("0"..."9").contains($0) }) else {
            return nil
        }
        rest = rest.dropFirst(count)
        return Int64(digits)
    }

    /// Milliseconds; finer digits may only be zeros.
    mutating func fraction(of text: String) throws(ValueFault) -> Int64 {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(digits.count)
        guard !digits.isEmpty else {
            throw ValueFault("\"\(text)\" has no digits after the point of its seconds")
        }
        guard digits.dropFirst(3).allSatisfy({ $0 == "0" }) else {
            throw ValueFault("\"\(text)\" is finer than a millisecond")
        }
        let kept = String(digits.prefix(3))
        return Int64(kept + String(repeating: "0", count: 3 - kept.count)) ?? 0
    }

    /// Minutes east of UTC.
    mutating func zone() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), skip(":"), let minutes = digits(2), hours <= 23,
            minutes <= 59
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
