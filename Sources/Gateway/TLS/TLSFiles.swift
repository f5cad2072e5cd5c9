public import AuctionRules

/// Where a server's certificate and its key are.
public struct TLSFiles: Hashable, Sendable {
    /// PEM: the server's own certificate first, then those that lead to its authority.
    public var certificate: String
    /// PEM, without a passphrase.
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// Reads both and checks that a server could use them. Waits for the disk.
    ///
    /// - Returns: what an operator should know all the same.
    public func check(at now: Instant) throws(TLSFault) -> [String] {
        try CertifiedKey(self, now: now).warnings
    }
}

/// Why a certificate and its key can't be used, in words that say what to do.
public struct TLSFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        case missing
        case unreadable
        case tooLarge
        case notPEM
        /// The key has a passphrase, and nobody is there to type it.
        case encryptedKey
        /// Another key was certified.
        case mismatch
        case expired
        case notYetValid
        /// The TLS library does not take it.
        case unusable
    }

    public let kind: Kind
    public let path: String
    public let message: String

    init(_ kind: Kind, _ path: String, _ what: String) {
        self.kind = kind
        self.path = path
        message = "\(path): \(what)"
    }

    public var description: String { message }
}
