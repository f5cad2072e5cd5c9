/// Writes values as bytes, compactly and in one way only: the same value gives the same bytes.
///
/// Integers have 7 bits a byte, the lowest first; the top bit says that more follow. Texts have their
/// length before them.
struct ImageWriter {
    private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: how many bytes there is room for at once.
    init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// Of any sign: small ones of either are short.
    mutating func write(_ integer: Int64) {
        write(unsigned: UInt64(bitPattern: integer << 1 ^ integer >> 63))
    }

    mutating func write(_ integer: Int) { write(Int64(integer)) }

    private mutating func write(unsigned integer: UInt64) {
        var rest = integer
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func write(_ text: String) {
        write(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write<Subject>(_ id: Identifier<Subject>) {
        // At most 64 bytes: one byte says how many.
        bytes.append(UInt8(truncatingIfNeeded: id.text.utf8.count))
        bytes.append(contentsOf: id.text.utf8)
    }

    mutating func write(_ key: BidKey) {
        write(key.bidder)
        write(key.id)
    }

    mutating func write(_ amount: Amount) { write(amount.minorUnits) }
    mutating func write(_ instant: Instant) { write(instant.milliseconds) }
    mutating func write(_ hash: EntryHash) {
        let words = SIMD4(
            hash.words[0].bigEndian, hash.words[1].bigEndian, hash.words[2].bigEndian,
            hash.words[3].bigEndian)
        withUnsafeBytes(of: words) { bytes.append(contentsOf: $0) }
    }

    /// The number of a case in its enumeration: `allCases` must stay in order.
    mutating func write<Case: CaseIterable & Equatable>(_ value: Case) {
        write(Case.allCases.enumerated().first { $0.element == value }?.offset ?? 0)
    }

    /// Whether there is a value, and the value.
    mutating func write<Value>(_ value: Value?, _ body: (inout ImageWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    /// How many elements there are, and the elements.
    mutating func write<Elements: Collection>(
        _ elements: Elements, _ body: (inout ImageWriter, Elements.Element) -> Void
    ) {
        write(elements.count)
        for element in elements { body(&self, element) }
    }
}
