import AuctionRules
import StrictJSON

/// A field that is not what the protocol says; the words tell what to send instead and never repeat
/// what was sent.
struct FieldFault: Error, Hashable {
    let message: String

    init(_ message: String) { self.message = message }

    init(_ key: String, _ demand: String) { message = "field \"\(key)\" \(demand)" }

    init(_ error: JSONFieldError) { message = error.message }
}

/// Fields by the protocol's types. As in `StrictJSON`, `optional…` takes an absent field or null for
/// nil, and still refuses a value of another kind.
extension JSONObject {
    /// `scalarsMax` bounds the text in Unicode scalars; a "character" of unbounded length is none.
    func text(_ key: String, scalarsMax: Int = 2000) throws(FieldFault) -> String {
        guard let text = try optionalText(key, scalarsMax: scalarsMax) else {
            throw absent(key, .string)
        }
        return text
    }

    func optionalText(_ key: String, scalarsMax: Int = 2000) throws(FieldFault) -> String? {
        let text: String?
        do { text = try optionalString(key) } catch { throw FieldFault(error) }
        guard let text else { return nil }
        guard text.unicodeScalars.count <= scalarsMax else {
            throw FieldFault(key, "must be at most \(scalarsMax) characters")
        }
        return text
    }

    /// A path of the server's files; not an empty one.
    func path(_ key: String) throws(FieldFault) -> String {
        let path = try text(key, scalarsMax: 4096)
        guard !path.isEmpty else { throw FieldFault(key, "must not be empty") }
        return path
    }

    func number(_ key: String, in range: ClosedRange<Int64> = .min ... .max)
        throws(FieldFault) -> Int64
    {
        guard let number = try optionalNumber(key, in: range) else { throw absent(key, .integer) }
        return number
    }

    func optionalNumber(_ key: String, in range: ClosedRange<Int64> = .min ... .max)
        throws(FieldFault) -> Int64?
    {
        let number: Int64?
        do { number = try optionalInteger(key) } catch { throw FieldFault(error) }
        guard let number else { return nil }
        guard range.contains(number) else {
            throw FieldFault(key, "must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A public change's number, or a count.
    func count(_ key: String) throws(FieldFault) -> Int64 { try number(key, in: 0 ... .max) }

    func flag(_ key: String) throws(FieldFault) -> Bool {
        do { return try bool(key) } catch { throw FieldFault(error) }
    }

    func optionalFlag(_ key: String) throws(FieldFault) -> Bool? {
        do { return try optionalBool(key) } catch { throw FieldFault(error) }
    }

    func identifier<Subject>(_ key: String) throws(FieldFault) -> Identifier<Subject> {
        guard let id: Identifier<Subject> = try optionalIdentifier(key) else {
            throw absent(key, .string)
        }
        return id
    }

    func optionalIdentifier<Subject>(_ key: String) throws(FieldFault) -> Identifier<Subject>? {
        let text: String?
        do { text = try optionalString(key) } catch { throw FieldFault(error) }
        guard let text else { return nil }
        do {
            return try Identifier(text)
        } catch {
            throw FieldFault(key, "must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -")
        }
    }

    func amount(_ key: String) throws(FieldFault) -> Amount {
        guard let amount = try optionalAmount(key) else { throw absent(key, .integer) }
        return amount
    }

    func optionalAmount(_ key: String) throws(FieldFault) -> Amount? {
        guard let minorUnits = try optionalNumber(key) else { return nil }
        guard let amount = Amount(minorUnits: minorUnits) else {
            throw FieldFault(key, "must be from 1 to 9007199254740991 minor units")
        }
        return amount
    }

    func instant(_ key: String) throws(FieldFault) -> Instant {
        guard let instant = try optionalInstant(key) else { throw absent(key, .integer) }
        return instant
    }

    func optionalInstant(_ key: String) throws(FieldFault) -> Instant? {
        try optionalNumber(key, in: 0...Instant.latest.milliseconds)
            .map(Instant.init(milliseconds:))
    }

    func optionalDuration(_ key: String) throws(FieldFault) -> Milliseconds? {
        try optionalNumber(key, in: 0...Instant.durationMax)
    }

    func duration(_ key: String) throws(FieldFault) -> Milliseconds {
        try number(key, in: 0...Instant.durationMax)
    }

    /// One of an enumeration's words.
    func choice<Word: RawRepresentable & CaseIterable>(_ key: String) throws(FieldFault) -> Word
    where Word.RawValue == String {
        guard let word: Word = try optionalChoice(key) else { throw absent(key, .string) }
        return word
    }

    func optionalChoice<Word: RawRepresentable & CaseIterable>(
        _ key: String
    ) throws(FieldFault) -> Word? where Word.RawValue == String {
        let text: String?
        do { text = try optionalString(key) } catch { throw FieldFault(error) }
        guard let text else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw FieldFault(key, "must be one of \(words)")
        }
        return word
    }

    func currency(_ key: String = "currency") throws(FieldFault) -> Currency {
        guard let currency = Currency(code: try text(key)) else {
            throw FieldFault(key, "must be an ISO 4217 code of three capital letters")
        }
        return currency
    }

    func child(_ key: String) throws(FieldFault) -> JSONObject {
        do { return try object(key) } catch { throw FieldFault(error) }
    }

    func optionalChild(_ key: String) throws(FieldFault) -> JSONObject? {
        do { return try optionalObject(key) } catch { throw FieldFault(error) }
    }

    func elements(_ key: String) throws(FieldFault) -> [JSONValue] {
        do { return try array(key) } catch { throw FieldFault(error) }
    }

    /// The elements of an array of objects, each read by `read`; a fault names the element.
    func list<Row>(
        _ key: String, _ read: (JSONObject) throws(FieldFault) -> Row
    ) throws(FieldFault) -> [Row] {
        var rows: [Row] = []
        for (index, element) in try elements(key).enumerated() {
            guard let object = element.asObject else {
                throw FieldFault(key, "must be an array of objects")
            }
            do {
                rows.append(try read(object))
            } catch {
                throw FieldFault("\(key)[\(index)]: \(error.message)")
            }
        }
        return rows
    }

    private func absent(_ key: String, _ expected: JSONFieldError.Expectation) -> FieldFault {
        let problem: JSONFieldError.Problem = self[key] == nil ? .missing : .wrongType
        return FieldFault(JSONFieldError(key: key, problem: problem, expected: expected))
    }
}

extension JSONWriter {
    mutating func field<Subject>(_ key: StaticString, _ id: Identifier<Subject>) {
        field(key, id.text)
    }

    mutating func field<Subject>(_ key: StaticString, _ id: Identifier<Subject>?) {
        field(key, id?.text)
    }

    mutating func field(_ key: StaticString, _ amount: Amount) { field(key, amount.minorUnits) }

    mutating func field(_ key: StaticString, _ amount: Amount?) { field(key, amount?.minorUnits) }

    mutating func field(_ key: StaticString, _ instant: Instant) {
        field(key, instant.milliseconds)
    }

    mutating func field(_ key: StaticString, _ instant: Instant?) {
        field(key, instant?.milliseconds)
    }
}
