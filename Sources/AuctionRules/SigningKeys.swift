/// A public key of this server's, which anybody can check its signatures with: Ed25519 (RFC 8032), 32
/// bytes as 64 lower-case hexadecimal digits. The rules only keep it; what checks with it is `Proof`.
public struct PublicKey: Hashable, Sendable {
    public let hex: String

    /// Nil unless `hex` is 64 lower-case hexadecimal digits.
    public init?(hex: String) {
        let isHex = hex.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard hex.utf8.count == 64, isHex else { return nil }
        self.hex = hex
    }
}

/// A public key, and the time for which the server signed with it. A key that has been replaced never
/// comes back.
public struct PublishedKey: Hashable, Sendable {
    public let key: PublicKey
    /// The engine's time of its first use.
    public let from: Instant
    /// When the next key took its place; nil for the one in use.
    public internal(set) var until: Instant?

    public init(key: PublicKey, from: Instant, until: Instant? = nil) {
        self.key = key
        self.from = from
        self.until = until
    }
}

extension House {
    /// Makes `key` the one that is signed with from now on.
    func decide(addSigningKey key: PublicKey) -> Decision {
        guard let known = signingKeys.first(where: { $0.key == key }) else {
            return .house(.signingKeyAdded(key))
        }
        // It is in use already: nothing has to happen.
        guard known.until != nil else { return Decision() }
        return .declined(
            .alreadyExists,
            "This signing key was replaced by a newer one, and a replaced key never comes back: make "
                + "a new one.")
    }

    mutating func apply(signingKey key: PublicKey, at t: Instant) {
        if let last = signingKeys.indices.last { signingKeys[last].until = t }
        signingKeys.append(PublishedKey(key: key, from: t))
    }
}
