import AuctionRules
import StrictJSON

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
    /// lot and lengths, at most 500 of payload, 168 of what is chained and 170 of the public payload, with
    /// names of 64 characters and integers of 20 digits: 942.
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
        written(start..<count)
    }

    /// What has been written there; good until `withSpace` returns.
    func written(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "Written before")
        return UnsafeRawBufferPointer(start: bytes + range.lowerBound, count: range.count)
    }

    // MARK: - Texts and numbers

    // In line, as all that is known of a constant text makes of its copy a few stores.
    @inline(__always)
    mutating func append(_ words: StaticString) {
        let start = take(words.utf8CodeUnitCount)
        start.copyMemory(from: words.utf8Start, byteCount: words.utf8CodeUnitCount)
    }

    mutating func append(text: String) {
        // Not by `withUTF8`, which changes the text if it has to, and for that takes hold of it.
        let isPlain: Void? = text.utf8.withContiguousStorageIfAvailable { characters in
            guard let source = characters.baseAddress else { return }
            take(characters.count).copyMemory(from: source, byteCount: characters.count)
        }
        guard isPlain == nil else { return }
        for character in text.utf8 { append(bigEndian: character) }
    }

    /// - Returns: where the name is.
    @discardableResult
    mutating func append<Subject>(_ id: Identifier<Subject>) -> Range<Int> {
        let start = count
        append(text: id.text)
        return start..<count
    }

    mutating func append(_ hash: EntryHash) {
        for index in 0..<4 { append(bigEndian: hash.words[index]) }
    }

    /// Writes a hash over what has been written from there on.
    mutating func overwrite(from start: Int, with hash: EntryHash) {
        precondition(start >= 0 && start <= count - 32, "Written before")
        let target = UnsafeMutableRawBufferPointer(start: bytes + start, count: 32)
        hash.withUnsafeBytes { target.copyMemory(from: $0) }
    }

    mutating func append(_ salt: EntrySalt) {
        append(bigEndian: salt.words[0])
        append(bigEndian: salt.words[1])
    }

    /// Room for so many bytes behind what is written, which are counted as written.
    @inline(__always)
    private mutating func take(_ length: Int) -> UnsafeMutableRawPointer {
        precondition(length <= Self.capacity - count, "The text has a longest form")
        defer { count += length }
        return UnsafeMutableRawPointer(bytes) + count
    }

    /// In decimal digits.
    mutating func append(_ integer: Int64) {
        precondition(
            DecimalDigits.bytesMax <= Self.capacity - count, "The text has a longest form")
        count += DecimalDigits.write(integer, to: bytes + count)
    }

    @inline(__always)
    mutating func append<Integer: FixedWidthInteger>(bigEndian integer: Integer) {
        take(MemoryLayout<Integer>.size).storeBytes(of: integer.bigEndian, as: Integer.self)
    }

    // MARK: - Fields, each after its length in four bytes

    @discardableResult
    @inline(__always)
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
    @inline(__always)
    mutating func beginField() -> Int {
        append(bigEndian: 0 as UInt32)
        return count
    }

    /// Fills in how long the field that starts there has become.
    ///
    /// - Returns: where it is.
    @inline(__always)
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
