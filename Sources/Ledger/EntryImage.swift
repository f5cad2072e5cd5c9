import AuctionRules

/// The bytes that an entry's hash is taken over, and where its fields lie in them.
///
/// Fixed for good, because every stored hash rests on it (docs/database.md repeats it for auditors):
///
///     previous hash   32 bytes
///     position         8 bytes, big-endian
///     at               8 bytes, big-endian, Unix milliseconds
///     kind             4 bytes of length, big-endian, then UTF-8
///     auction          4 bytes of length, then UTF-8; length 0 when the event is the house's
///     payload          4 bytes of length, then the JSON as it is stored
///
/// Lengths come first, so that no two entries have the same bytes.
struct EntryImage {
    let previousHash: Range<Int>
    let kind: Range<Int>
    /// Empty for an event of the house.
    let auction: Range<Int>
    let payload: Range<Int>

    /// Appends the image to `bytes`; the ranges are indices into them.
    init(
        previousHash: EntryHash, position: Int64, at: Instant, kind: String, auction: String?,
        payload: [UInt8], appendingTo bytes: inout [UInt8]
    ) {
        let start = bytes.count
        previousHash.withUnsafeBytes { bytes.append(contentsOf: $0) }
        self.previousHash = start..<bytes.count
        Self.append(UInt64(bitPattern: position), to: &bytes)
        Self.append(UInt64(bitPattern: at.milliseconds), to: &bytes)
        self.kind = Self.append(text: kind, to: &bytes)
        self.auction = Self.append(text: auction ?? "", to: &bytes)
        Self.append(UInt32(truncatingIfNeeded: payload.count), to: &bytes)
        let payloadStart = bytes.count
        bytes.append(contentsOf: payload)
        self.payload = payloadStart..<bytes.count
    }

    /// From the first byte of the image to its last.
    var all: Range<Int> { previousHash.lowerBound..<payload.upperBound }

    private static func append(text: String, to bytes: inout [UInt8]) -> Range<Int> {
        append(UInt32(truncatingIfNeeded: text.utf8.count), to: &bytes)
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        return start..<bytes.count
    }

    private static func append(_ integer: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
