import AuctionRules

/// Bytes that are written one after the other in memory of the stack, for what has a longest form.
///
/// An array asks with each byte whether it is the only one's and has room: that costs more than the
/// bytes do.
struct StackText {
    /// Nothing is written past ``capacity``: whoever writes has counted that it fits, and each write
    /// checks it once more.
    private let bytes: UnsafeMutablePointer<UInt8>
    private(set) var count = 0

    /// The most that the compiler puts on the stack. An accepted bid's entry has 104 bytes of salt, kind,
    /// lot and lengths, at most 500 of payload, 168 of what is chained, 170 of the public payload and 32
    /// of its own hash, with names of 64 characters and integers of 20 digits: 974.
    private static let capacity = 1024

    /// Calls `body` with an empty text, which is gone afterwards.
    static func withSpace<R>(_ body: (inout StackText) -> R) -> R {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { space in
            guard let start = space.baseAddress else {
                preconditionFailure("There is room on the stack")
            }
            var text = StackText(bytes: start)
            return body(&text)
        }
    }

    private init(bytes: UnsafeMutablePointer<UInt8>) { self.bytes = bytes }

    /// What has been written from there on; good until `withSpace` returns.
    func written(from start: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes + start, count: count - start)
    }

    // MARK: - Texts and numbers

    @inline(__always)
    mutating func append(_ words: StaticString) {
        append(UnsafeRawBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ content: UnsafeRawBufferPointer) {
        precondition(content.count <= Self.capacity - count, "The text has a longest form")
        guard let source = content.baseAddress else { return }
        UnsafeMutableRawPointer(bytes + count).copyMemory(
            from: source, byteCount: content.count)
        count += content.count
    }

    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// - Returns: where the name is.
    @discardableResult
    mutating func append<Subject>(_ id: Identifier<Subject>) -> Range<Int> {
        let start = count
        append(text: id.text)
        return start..<count
    }

    /// In decimal digits.
    mutating func append(_ integer: Int64) {
        precondition(Self.capacity - count >= 20, "The text has a longest form")
        if integer < 0 {
            bytes[count] = UInt8(ascii: "-")
            count += 1
        }
        var rest = integer.magnitude
        var length = 1
        var bound: UInt64 = 10
        while length < 19, rest >= bound {
            length += 1
            bound &*= 10
        }
        var index = count + length
        count = index
        // Two digits a division.
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            index -= 2
            write(pair: pair, at: index)
            rest = quotient
        }
        if rest >= 10 {
            write(pair: rest, at: index - 2)
        } else {
            bytes[index - 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        }
    }

    /// Two digits of a number below 100.
    private func write(pair: UInt64, at index: Int) {
        let tens = UInt8(truncatingIfNeeded: pair / 10)
        bytes[index] = UInt8(ascii: "0") + tens
        bytes[index + 1] = UInt8(ascii: "0") + (UInt8(truncatingIfNeeded: pair) - 10 * tens)
    }

    mutating func append<Integer: FixedWidthInteger>(bigEndian integer: Integer) {
        withUnsafeBytes(of: integer.bigEndian) { append($0) }
    }

    // MARK: - Fields, each after its length in four bytes

    @discardableResult
    mutating func appendField(_ words: StaticString) -> Range<Int> {
        let field = beginField()
        append(words)
        return endField(field)
    }

    @discardableResult
    mutating func appendField<Subject>(_ id: Identifier<Subject>) -> Range<Int> {
        let field = beginField()
        append(id)
        return endField(field)
    }

    /// Leaves room for a length.
    ///
    /// - Returns: where the field starts, for ``endField(_:)``.
    mutating func beginField() -> Int {
        append(bigEndian: 0 as UInt32)
        return count
    }

    /// Fills in how long the field that starts there has become.
    ///
    /// - Returns: where it is.
    mutating func endField(_ start: Int) -> Range<Int> {
        UnsafeMutableRawPointer(bytes + start - 4).storeBytes(
            of: UInt32(truncatingIfNeeded: count - start).bigEndian, as: UInt32.self)
        return start..<count
    }
}

extension EntryImage {
    /// An image that stands there already.
    init(
        salt: Range<Int>, kind: Range<Int>, auction: Range<Int>, payload: Range<Int>,
        previousHash: Range<Int>, publicPayload: Range<Int>, payloadDigest: EntryHash,
        hash: EntryHash, ownHash: Range<Int>
    ) {
        self.salt = salt
        self.kind = kind
        self.auction = auction
        self.payload = payload
        self.previousHash = previousHash
        self.publicPayload = publicPayload
        self.payloadDigest = payloadDigest
        self.hash = hash
        self.ownHash = ownHash
    }
}
