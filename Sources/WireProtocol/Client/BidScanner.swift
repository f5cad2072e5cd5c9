import AuctionRules

/// Reads a `bid` in one walk over its bytes, without the tree of JSON values that every other message
/// is read by: bids are what comes by the ten thousand.
///
/// It knows the plain form only: one object with known keys, each once, in any order; texts without
/// escapes and in ASCII; an amount in digits. It says nil to everything else, a bid that is to be
/// refused included, and then the plain way decides. What it does read it reads as the plain way does;
/// `BidScannerTests` holds the two against each other.
struct BidScanner {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private var hasType = false
    private var ref: String?
    private var auction: AuctionID?
    private var id: BidID?
    private var amount: Amount?
    private var kind: BidKind?
    private var currency: String?
    private var isConfirmed: Bool?
    private var wantsReceipt: Bool?

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The frame, if it is a bid in the plain form.
    static func frame(in bytes: UnsafeRawBufferPointer) -> ClientFrame? {
        var scanner = BidScanner(bytes)
        return scanner.frame()
    }

    private mutating func frame() -> ClientFrame? {
        guard take("{") else { return nil }
        repeat {
            guard let key = text(), take(":"), read(key) else { return nil }
        } while take(",")
        guard take("}"), position == bytes.count, hasType, let auction, let id, let amount
        else { return nil }
        let bid = BidMessage(
            auction: auction, id: id, amount: amount, kind: kind ?? .max, currency: currency,
            isConfirmed: isConfirmed ?? false, wantsReceipt: wantsReceipt ?? false)
        return ClientFrame(.bid(bid), ref: ref)
    }

    // MARK: - Fields

    /// Reads the value of a key; false when it is another one, or has been there already.
    private mutating func read(_ key: Range<Int>) -> Bool {
        skipSpace()
        switch key.count {
        case 2 where isText(key, "id") && id == nil:
            id = identifier()
            return id != nil
        case 3 where isText(key, "ref") && ref == nil:
            ref = string(lengthMax: ClientFrame.refLengthMax)
            return ref != nil
        case 4 where isText(key, "type") && !hasType:
            guard let type = text() else { return false }
            hasType = isText(type, "bid")
            return hasType
        case 4 where isText(key, "kind") && kind == nil:
            guard let word = text() else { return false }
            kind = isText(word, "max") ? .max : isText(word, "exact") ? .exact : nil
            return kind != nil
        case 6 where isText(key, "amount") && amount == nil:
            amount = digits().flatMap(Amount.init(minorUnits:))
            return amount != nil
        case 7 where isText(key, "auction") && auction == nil:
            auction = identifier()
            return auction != nil
        case 7 where isText(key, "confirm") && isConfirmed == nil:
            isConfirmed = flag()
            return isConfirmed != nil
        case 7 where isText(key, "receipt") && wantsReceipt == nil:
            wantsReceipt = flag()
            return wantsReceipt != nil
        case 8 where isText(key, "currency") && currency == nil:
            currency = string(lengthMax: 64)
            return currency != nil
        default: return false
        }
    }

    // MARK: - Values

    /// Where the characters of a text are, which begins here or after white space.
    private mutating func text() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = position
        // Counted beside the scanner, which would be written to with every character.
        var end = start
        while end < bytes.count {
            let character = bytes[end]
            if character == UInt8(ascii: "\"") {
                position = end + 1
                return start..<end
            }
            guard character >= 0x20, character < 0x80, character != UInt8(ascii: "\\") else {
                return nil
            }
            end += 1
        }
        return nil
    }

    private mutating func string(lengthMax: Int) -> String? {
        guard let text = text(), text.count <= lengthMax else { return nil }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[text]), as: UTF8.self)
    }

    private mutating func identifier<Subject>() -> Identifier<Subject>? {
        guard let text = string(lengthMax: Identifier<Subject>.lengthMax) else { return nil }
        return try? Identifier(text)
    }

    /// At most 16 digits, which the largest amount has: nothing can overflow. A zero that could lead
    /// others is left to the plain way.
    private mutating func digits() -> Int64? {
        let start = position
        var value: Int64 = 0
        while position < bytes.count, position - start <= 16 {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value * 10 + Int64(digit)
            position += 1
        }
        // What follows has to be a comma or the end, or nothing more is read.
        guard position > start, position - start <= 16, bytes[start] != UInt8(ascii: "0") else {
            return nil
        }
        return value
    }

    private mutating func flag() -> Bool? {
        if isText(position..<position + 4, "true") {
            position += 4
            return true
        }
        guard isText(position..<position + 5, "false") else { return nil }
        position += 5
        return false
    }

    // MARK: - Bytes

    /// Whether these bytes are there and are that word. In line, as each word is known then.
    @inline(__always)
    private func isText(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount, range.upperBound <= bytes.count else {
            return false
        }
        for index in 0..<range.count
        where bytes[range.lowerBound + index] != word.utf8Start[index] {
            return false
        }
        return true
    }

    /// Takes a character, with the white space around it, if it comes next.
    @inline(__always)
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        if character == "}" { skipSpace() }
        return true
    }

    /// There is hardly ever any.
    @inline(__always)
    private mutating func skipSpace() {
        if position < bytes.count, bytes[position] <= 0x20 { skipSpaces() }
    }

    private mutating func skipSpaces() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }
}
