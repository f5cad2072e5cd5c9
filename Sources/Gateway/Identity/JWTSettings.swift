import NIOPosix

/// Whose JSON Web Tokens are taken as a bidder's word.
public struct JWTSettings: Hashable, Sendable {
    /// The file with the identity provider's public keys: a JSON Web Key Set, RFC 7517.
    public var keys: String
    /// What a token's `iss` must be, to the letter.
    public var issuer: String
    /// What must be among a token's `aud`.
    public var audience: String

    public init(keys: String, issuer: String, audience: String) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }

    /// Reads the file and checks that tokens could be verified with it.
    ///
    /// - Returns: what an operator should know all the same.
    public func check() async throws(KeySetFault) -> [String] {
        try await IssuerKeySet.read(keys, on: .singleton).passedOver
    }
}

/// Why a file of keys can't be used, in words that say what to do.
public struct KeySetFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        case missing
        case unreadable
        case tooLarge
        case malformed
        /// A symmetric key: whoever can verify with it can sign, too.
        case symmetric
        /// The file gives away what signs.
        case privateKey
        case weakKey
        case ambiguous
        /// Nothing in it that tokens could be verified with.
        case empty
    }

    public let kind: Kind
    public let message: String

    init(_ kind: Kind, _ path: String, _ what: String) {
        self.kind = kind
        message = "\(path): \(what)"
    }

    public var description: String { message }
}
