public import AuctionRules
import StrictJSON

/// What is signed: the root over some statements, and where the log stood then.
public struct TreeHead: Hashable, Sendable {
    /// The log's id.
    public let log: String
    /// The log's newest entry when this was signed; 0 and zeros before the first one.
    public let position: Int64
    /// That entry's hash: the chain's head.
    public let hash: EntryHash
    /// That entry's time: when it was signed, as far as the log knows.
    public let at: Instant
    /// How many statements are under the root.
    public let size: Int64
    public let root: Digest
    /// The ``AuctionRules/PublicKey/id`` of the key that signed.
    public let key: String

    public init(
        log: String, position: Int64, hash: EntryHash, at: Instant, size: Int64, root: Digest,
        key: String
    ) {
        self.log = log
        self.position = position
        self.hash = hash
        self.at = at
        self.size = size
        self.root = root
        self.key = key
    }

    /// The name of the format, first in the text.
    static let format = "gavel.tree_head.v1"

    /// The bytes that are signed, as text.
    var text: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("statement", Self.format)
            writer.field("log", log)
            writer.field("position", position)
            writer.field("hash", hash.hex)
            writer.field("at", at.milliseconds)
            writer.field("size", size)
            writer.field("root", root.hex)
            writer.field("key", key)
        }
        return writer.text
    }

    init(text: String) throws(ProofFault) {
        do {
            let object = try JSONObject(statement: text, format: Self.format)
            guard let hash = EntryHash(hex: try object.string("hash")),
                let root = Digest(hex: try object.string("root"))
            else { throw ProofFault("a hash of the tree head is not 64 hexadecimal digits") }
            self.init(
                log: try object.string("log"), position: try object.integer("position"), hash: hash,
                at: Instant(milliseconds: try object.integer("at")),
                size: try object.integer("size"), root: root, key: try object.string("key"))
        } catch let fault as ProofFault { throw fault } catch {
            throw ProofFault("the tree head can't be read: \(error)")
        }
    }
}

extension JSONObject {
    /// Reads a statement that says to be of that format.
    init(statement: String, format: String) throws {
        guard let object = try JSONValue(parsing: statement.utf8).asObject,
            try object.string("statement") == format
        else { throw ProofFault("it is no statement of the format \(format)") }
        self = object
    }
}
