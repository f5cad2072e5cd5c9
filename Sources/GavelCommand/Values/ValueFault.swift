import AuctionRules

/// A value on the command line, in a file or in the environment that is not what it should be: what
/// is wrong with it and what to write instead.
struct ValueFault: Error, Hashable, CustomStringConvertible {
    let message: String

    init(_ message: String) { self.message = message }

    var description: String { message }
}

/// Readers of single words, in the form that `ArgumentParser`'s transforms take.
enum ValueText {
    static func identifier<Subject>(_ text: String) throws(ValueFault) -> Identifier<Subject> {
        do { return try Identifier(text) } catch { throw ValueFault("\(error)") }
    }

    static func currency(_ text: String) throws(ValueFault) -> Currency {
        guard let currency = Currency(code: text) else {
            throw ValueFault(
                "\"\(text)\" is not a currency: write an ISO 4217 code of three capital letters, "
                    + "like EUR")
        }
        return currency
    }

    static func amount(_ text: String, in currency: Currency) throws(ValueFault) -> Amount {
        do { return try currency.parse(text) } catch { throw ValueFault("\(error)") }
    }

    /// One of an enumeration's words.
    static func choice<Word: RawRepresentable & CaseIterable>(
        _ text: String, of what: String
    ) throws(ValueFault) -> Word where Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValueFault("\"\(text)\" is not \(what): use one of \(words)")
    }

    static func yesOrNo(_ text: String) throws(ValueFault) -> Bool {
        switch text {
        case "yes", "true": true
        case "no", "false": false
        default: throw ValueFault("\"\(text)\" is neither yes nor no")
        }
    }

    static func number(_ text: String, in range: ClosedRange<Int64>) throws(ValueFault) -> Int64 {
        guard let number = Int64(text), range.contains(number) else {
            throw ValueFault(
                "\"\(text)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Words parted by commas, semicolons or blanks.
    static func words(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == ";" || $0.isWhitespace }.map(String.init)
    }
}
