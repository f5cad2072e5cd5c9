public import AuctionRules
public import StrictJSON

/// Every key that a server has signed with, as `GET /v1/keys` tells it.
public struct KeySet: Hashable, Sendable {
    /// Oldest first; the last one is in use.
    public let keys: [PublishedKey]

    public init(_ keys: [PublishedKey]) { self.keys = keys }

    /// The key with that ``AuctionRules/PublicKey/id``.
    public func key(_ id: String) -> PublishedKey? { keys.first { $0.key.id == id } }

    /// Reads the answer of `GET /v1/keys`.
    ///
    /// - Throws: ``ProofFault`` when it is none.
    public init(_ object: JSONObject) throws(ProofFault) {
        do {
            keys = try object.array("keys").map { element in
                guard let entry = element.asObject, try entry.string("algorithm") == "Ed25519",
                    let key = PublicKey(hex: try entry.string("public_key")),
                    try entry.string("key") == key.id
                else { throw ProofFault("a key of the set is no Ed25519 key under its own id") }
                return PublishedKey(
                    key: key, from: Instant(milliseconds: try entry.integer("from")),
                    until: try entry.optionalInteger("until").map(Instant.init(milliseconds:)))
            }
        } catch let fault as ProofFault { throw fault } catch {
            throw ProofFault("the set of keys can't be read: \(error)")
        }
    }

    public func encode(into writer: inout JSONWriter) {
        writer.object { writer in
            writer.array("keys") { writer in
                for key in keys {
                    writer.object { writer in
                        writer.field("key", key.key.id)
                        writer.field("algorithm", "Ed25519")
                        writer.field("public_key", key.key.hex)
                        writer.field("from", key.from.milliseconds)
                        writer.field("until", key.until?.milliseconds)
                    }
                }
            }
        }
    }
}
