/// The bytes are no image of what they should be one of. They need not be mended: what an image shows
/// is in the log, too.
public struct ImageFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Reads what an ``ImageWriter`` wrote, and believes nothing: each read checks that there is so much.
struct ImageReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    /// - Parameter bytes: must stay where they are while the reader is used: see ``reading(_:_:)``.
    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Reads bytes with a reader that must not leave `body`. A million replies are read at a start: so
    /// the reader holds on to nothing.
    static func reading<Result>(
        _ bytes: [UInt8], _ body: (inout ImageReader) throws(ImageFault) -> Result
    ) throws(ImageFault) -> Result {
        try bytes.withUnsafeBytes { bytes in
            Swift.Result { () throws(ImageFault) in
                var reader = ImageReader(bytes)
                return try body(&reader)
            }
        }.get()
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Goes to where something else begins.
    mutating func go(to position: Int) throws(ImageFault) {
        guard (0...bytes.count).contains(position) else { throw ImageFault("it ends too soon") }
        self.position = position
    }

    mutating func flag() throws(ImageFault) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        case let other: throw ImageFault("\(other) is no flag")
        }
    }

    mutating func byte() throws(ImageFault) -> UInt8 {
        guard position < bytes.count else { throw ImageFault("it ends too soon") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func integer() throws(ImageFault) -> Int64 {
        var integer: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            integer |= UInt64(byte & 0x7f) << shift
            guard byte & 0x80 != 0 else { break }
            shift += 7
            guard shift < 64 else { throw ImageFault("an integer is too long") }
        }
        return Int64(bitPattern: integer >> 1) ^ -Int64(bitPattern: integer & 1)
    }

    /// An integer that counts something that is there.
    mutating func count() throws(ImageFault) -> Int {
        let count = try integer()
        guard count >= 0, count <= Int64(Int32.max) else {
            throw ImageFault("\(count) is no count")
        }
        return Int(count)
    }

    /// The byte that comes next; nil at the end.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// - Parameter length: 1 ... 8 bytes, the lowest first.
    mutating func integer(length: Int) throws(ImageFault) -> Int64 {
        var integer: UInt64 = 0
        for (index, byte) in try slice(length).enumerated() {
            integer |= UInt64(byte) << UInt64(8 * index)
        }
        return Int64(bitPattern: integer)
    }

    mutating func text(length: Int) throws(ImageFault) -> String {
        String(decoding: try slice(length), as: UTF8.self)
    }

    mutating func text() throws(ImageFault) -> String {
        String(decoding: try slice(count()), as: UTF8.self)
    }

    mutating func identifier<Subject>() throws(ImageFault) -> Identifier<Subject> {
        try identifier(length: Int(try byte()))
    }

    mutating func identifier<Subject>(
        length: Int
    ) throws(ImageFault) -> Identifier<Subject> {
        let text = try text(length: length)
        do { return try Identifier(text) } catch { throw ImageFault("\(error)") }
    }

    mutating func key() throws(ImageFault) -> BidKey {
        BidKey(bidder: try identifier(), id: try identifier())
    }

    mutating func amount() throws(ImageFault) -> Amount { Amount(unchecked: try integer()) }
    mutating func instant() throws(ImageFault) -> Instant { Instant(milliseconds: try integer()) }

    mutating func hash() throws(ImageFault) -> EntryHash {
        let slice = try slice(32)
        var words = SIMD4<UInt64>.zero
        for index in 0..<4 {
            words[index] = UInt64(
                bigEndian: slice.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        return EntryHash(words: words)
    }

    mutating func enumeration<Case: CaseIterable>(
        _ type: Case.Type = Case.self
    ) throws(ImageFault) -> Case {
        let number = try count()
        guard number < Case.allCases.count else { throw ImageFault("\(number) is no \(Case.self)") }
        return Case.allCases[Case.allCases.index(Case.allCases.startIndex, offsetBy: number)]
    }

    mutating func optionalFlag() throws(ImageFault) -> Bool? { try flag() ? try flag() : nil }
    mutating func optionalText() throws(ImageFault) -> String? { try flag() ? try text() : nil }
    mutating func optionalAmount() throws(ImageFault) -> Amount? { try flag() ? try amount() : nil }

    mutating func optionalInteger() throws(ImageFault) -> Int64? {
        try flag() ? try integer() : nil
    }

    mutating func optionalInstant() throws(ImageFault) -> Instant? {
        try flag() ? try instant() : nil
    }

    mutating func optionalIdentifier<Subject>() throws(ImageFault) -> Identifier<Subject>? {
        try flag() ? try identifier() : nil
    }

    private mutating func slice(_ length: Int) throws(ImageFault) -> UnsafeRawBufferPointer {
        guard length <= bytes.count - position else { throw ImageFault("it ends too soon") }
        defer { position += length }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
    }
}
