public import AuctionRules
import Crypto
import Foundation

/// The server's private key: Ed25519 (RFC 8032). Whoever has it can make receipts in its name.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A new key, from the system's random numbers.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// PKCS #8 (RFC 8410, section 7), as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// - Throws: ``ProofFault`` when it is anything else.
    public init(pem: String) throws(ProofFault) {
        let fault = ProofFault(
            "it is no Ed25519 private key in PEM: it must have a -----BEGIN PRIVATE KEY----- as "
                + "\"openssl genpkey -algorithm ed25519\" writes it, without a passphrase")
        let lines = pem.split(whereSeparator: \.isNewline).map { $0.filter { $0 != " " } }
        guard lines.first == "-----BEGINPRIVATEKEY-----", lines.last == "-----ENDPRIVATEKEY-----",
            let der = Data(base64Encoded: lines.dropFirst().dropLast().joined()),
            der.count == Self.header.count + 32, der.starts(with: Self.header),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: der.suffix(32))
        else { throw fault }
        self.key = key
    }

    /// What ``init(pem:)`` reads. A secret.
    public var pem: String {
        let der = Data(Self.header) + key.rawRepresentation
        return """
            -----BEGIN PRIVATE KEY-----
            \(der.base64EncodedString())
            -----END PRIVATE KEY-----

            """
    }

    /// What stands in PKCS #8 before the 32 bytes of an Ed25519 key: version, algorithm, lengths.
    private static let header: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ]

    public var publicKey: PublicKey {
        guard let publicKey = PublicKey(hex: [UInt8](key.publicKey.rawRepresentation).hex) else {
            preconditionFailure("An Ed25519 public key is 32 bytes long")
        }
        return publicKey
    }

    /// 64 bytes.
    func signature(for bytes: [UInt8]) -> [UInt8] {
        do { return [UInt8](try key.signature(for: bytes)) } catch {
            // BoringSSL refuses only what is no key, and this has been read or made as one.
            preconditionFailure("Ed25519 can't sign: \(error)")
        }
    }
}

extension PublicKey {
    /// What signatures name the key by: the first 16 bytes of its SHA-256, as 32 lower-case
    /// hexadecimal digits.
    public var id: String { Array(Digest.sha256(bytes).bytes.prefix(16)).hex }

    var bytes: [UInt8] {
        guard let bytes = [UInt8](hex: hex) else {
            preconditionFailure("A public key's text is hexadecimal: its initializer checks")
        }
        return bytes
    }

    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(signature, for: message)
    }
}
