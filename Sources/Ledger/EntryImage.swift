import AuctionRules

/// The bytes that an entry's hash is taken over, and where its fields lie in them.
///
/// Fixed for good, because every stored hash rests on it (docs/database.md repeats it for auditors).
/// What is secret is hashed for itself, behind a salt:
///
///     salt            16 bytes
///     kind             4 bytes of length, big-endian, then UTF-8
///     auction          4 bytes of length, then UTF-8; length 0 when the event is the house's
///     payload          4 bytes of length, then the JSON as it is stored
///
/// and its digest is part of what the entry's hash covers:
///
///     previous hash   32 bytes
///     position         8 bytes, big-endian
///     at               8 bytes, big-endian, Unix milliseconds
///     kind             as above; length 0 when nothing of the event is public
///     auction          as above; length 0 when nothing of the event is public
///     public payload   4 bytes of length, then the JSON; length 0 when nothing of it is public
///     payload digest  32 bytes: SHA-256 of the first part
///
/// So the chain can be checked by somebody who is shown only what is public, and the salt keeps him
/// from trying all amounts until one fits. Lengths come first, so that no two entries have the same
/// bytes.
struct EntryImage {
    let salt: Range<Int>
    let kind: Range<Int>
    /// Empty for an event of the house.
    let auction: Range<Int>
    let payload: Range<Int>
    let previousHash: Range<Int>
    /// Empty when nothing of the event is public.
    let publicPayload: Range<Int>
    let payloadDigest: EntryHash
    /// The entry's.
    let hash: EntryHash
    /// Where that lies: behind the image, which does not have it in it.
    let ownHash: Range<Int>

    /// Appends the image to `bytes`; the ranges are indices into them.
    ///
    /// - Parameter publicPayload: empty when nothing of the event is public.
    init(
        previousHash: EntryHash, position: Int64, at: Instant, kind: String, auction: String?,
        salt: EntrySalt, payload: [UInt8], publicPayload: [UInt8],
        appendingTo bytes: inout [UInt8]
    ) {
        let start = bytes.count
        salt.withUnsafeBytes { bytes.append(contentsOf: $0) }
        self.salt = start..<bytes.count
        self.kind = Self.append(text: kind, to: &bytes)
        self.auction = Self.append(text: auction ?? "", to: &bytes)
        self.payload = Self.append(payload, to: &bytes)
        payloadDigest = Self.hash(of: bytes[start...])
        let chained = bytes.count
        self.previousHash = chained..<chained + 32
        self.publicPayload = Self.appendChained(
            previousHash: previousHash, position: position, at: at, kind: kind, auction: auction,
            publicPayload: publicPayload, payloadDigest: payloadDigest, to: &bytes)
        hash = Self.hash(of: bytes[chained...])
        let end = bytes.count
        hash.withUnsafeBytes { bytes.append(contentsOf: $0) }
        ownHash = end..<end + 32
    }

    /// What stands for the secret part in an entry's hash.
    ///
    /// - Parameter bytes: somewhere to work; what is in it is lost.
    static func payloadDigest(
        salt: EntrySalt, kind: String, auction: String, payload: [UInt8],
        workingIn bytes: inout [UInt8]
    ) -> EntryHash {
        bytes.removeAll(keepingCapacity: true)
        salt.withUnsafeBytes { bytes.append(contentsOf: $0) }
        _ = append(text: kind, to: &bytes)
        _ = append(text: auction, to: &bytes)
        _ = append(payload, to: &bytes)
        return hash(of: bytes[...])
    }

    /// The hash of an entry of which only the public part is known.
    ///
    /// - Parameters:
    ///   - kind: and ``auction``: any, when `publicPayload` is empty.
    ///   - bytes: somewhere to work; what is in it is lost.
    static func hash(
        previousHash: EntryHash, position: Int64, at: Instant, kind: String, auction: String?,
        publicPayload: [UInt8], payloadDigest: EntryHash, workingIn bytes: inout [UInt8]
    ) -> EntryHash {
        bytes.removeAll(keepingCapacity: true)
        _ = appendChained(
            previousHash: previousHash, position: position, at: at, kind: kind, auction: auction,
            publicPayload: publicPayload, payloadDigest: payloadDigest, to: &bytes)
        return hash(of: bytes[...])
    }

    /// Appends the second part.
    ///
    /// - Returns: where the public payload is.
    private static func appendChained(
        previousHash: EntryHash, position: Int64, at: Instant, kind: String, auction: String?,
        publicPayload: [UInt8], payloadDigest: EntryHash, to bytes: inout [UInt8]
    ) -> Range<Int> {
        previousHash.withUnsafeBytes { bytes.append(contentsOf: $0) }
        append(UInt64(bitPattern: position), to: &bytes)
        append(UInt64(bitPattern: at.milliseconds), to: &bytes)
        let isPublic = !publicPayload.isEmpty
        _ = append(text: isPublic ? kind : "", to: &bytes)
        _ = append(text: isPublic ? auction ?? "" : "", to: &bytes)
        let range = append(publicPayload, to: &bytes)
        payloadDigest.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return range
    }

    private static func hash(of bytes: ArraySlice<UInt8>) -> EntryHash {
        bytes.withUnsafeBytes { EntryHash.sha256(of: $0) }
    }

    private static func append(text: String, to bytes: inout [UInt8]) -> Range<Int> {
        append(UInt32(truncatingIfNeeded: text.utf8.count), to: &bytes)
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        return start..<bytes.count
    }

    private static func append(_ content: [UInt8], to bytes: inout [UInt8]) -> Range<Int> {
        append(UInt32(truncatingIfNeeded: content.count), to: &bytes)
        let start = bytes.count
        bytes.append(contentsOf: content)
        return start..<bytes.count
    }

    private static func append(_ integer: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
