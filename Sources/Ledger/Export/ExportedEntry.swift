import AuctionRules
import StrictJSON

/// A line of an export.
struct ExportedEntry {
    /// What an export without redaction adds.
    struct Secret {
        let salt: EntrySalt
        let payload: [UInt8]
    }

    let position: Int64
    let at: Instant
    /// Nil when nothing of the entry is public, and it is redacted.
    let kind: String?
    let auction: String?
    /// Empty when nothing of it is public.
    let publicPayload: [UInt8]
    let secret: Secret?
    let payloadDigest: EntryHash
    /// Only in an export of one lot, where it is not the hash of the line before.
    let previousHash: EntryHash?
    let hash: EntryHash

    init(_ entry: LogEntry, isPart: Bool, isRedacted: Bool) {
        position = entry.position
        at = entry.at
        let isShown = !isRedacted || entry.publicPayload != nil
        kind = isShown ? entry.event.kind : nil
        auction = isShown ? entry.event.auction?.text : nil
        publicPayload = entry.publicPayload ?? []
        secret = isRedacted ? nil : Secret(salt: entry.salt, payload: entry.payload)
        payloadDigest = entry.payloadDigest
        previousHash = isPart ? entry.previousHash : nil
        hash = entry.hash
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("position", position)
            writer.field("at", at.milliseconds)
            writer.fieldIfPresent("kind", kind)
            writer.fieldIfPresent("auction", auction)
            if !publicPayload.isEmpty {
                writer.key("public")
                writer.value(encoded: publicPayload)
            }
            if let secret {
                writer.key("payload")
                writer.value(encoded: secret.payload)
                writer.field("salt", Self.hex(secret.salt.bytes))
            } else {
                writer.field("digest", payloadDigest.hex)
            }
            writer.fieldIfPresent("previous_hash", previousHash?.hex)
            writer.field("hash", hash.hex)
        }
    }

    /// Reads a line back. What is missing or of the wrong kind is named.
    ///
    /// - Parameter bytes: somewhere to work; what is in it is lost.
    init(_ object: JSONObject, workingIn bytes: inout [UInt8]) throws {
        func hash(_ key: String) throws -> EntryHash {
            guard let hash = EntryHash(hex: try object.string(key)) else {
                throw EventCodingError("line", "has a \(key) that is no SHA-256")
            }
            return hash
        }
        func encoded(_ key: String) throws -> [UInt8]? {
            guard let value = try object.optionalObject(key) else { return nil }
            var writer = JSONWriter()
            writer.value(.object(value))
            return writer.bytes
        }
        position = try object.integer("position")
        at = Instant(milliseconds: try object.integer("at"))
        kind = try object.optionalString("kind")
        auction = try object.optionalString("auction")
        publicPayload = try encoded("public") ?? []
        if let payload = try encoded("payload") {
            guard let salt = Self.salt(hex: try object.string("salt")) else {
                throw EventCodingError("line", "has a salt that is not 16 bytes long")
            }
            secret = Secret(salt: salt, payload: payload)
            payloadDigest = EntryImage.payloadDigest(
                salt: salt, kind: kind ?? "", auction: auction ?? "", payload: payload,
                workingIn: &bytes)
        } else {
            secret = nil
            payloadDigest = try hash("digest")
        }
        previousHash =
            try object.optionalString("previous_hash") == nil
            ? nil : try hash("previous_hash")
        self.hash = try hash("hash")
    }

    /// As somebody sees it who may see no secret.
    var publicEntry: PublicEntry {
        let isPublic = !publicPayload.isEmpty
        return PublicEntry(
            position: position, at: at, kind: isPublic ? kind ?? "" : "",
            auction: isPublic ? auction ?? "" : "", publicPayload: publicPayload,
            payloadDigest: payloadDigest, hash: hash)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [digit($0 >> 4), digit($0 & 0xf)] }, as: UTF8.self)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    /// Through the hash's own reader, which takes lower-case digits only.
    private static func salt(hex: String) -> EntrySalt? {
        guard hex.utf8.count == 32 else { return nil }
        return EntryHash(hex: hex + String(repeating: "0", count: 32)).flatMap {
            EntrySalt(bytes: $0.bytes.prefix(16))
        }
    }
}
