import Crypto
import JWTKit

/// One public key of the identity provider.
struct IssuerKey: Sendable {
    /// Names the key by what it is, not by what its file calls it: the same key under another name
    /// is the same key.
    struct ID: Hashable, Sendable {
        let digest: SHA256Digest

        static func made(of words: String) -> ID {
            ID(digest: SHA256.hash(data: Array(words.utf8)))
        }
    }

    /// The numbers that a key consists of, in base64url.
    enum Material: Hashable, Sendable {
        case ed25519(x: String)
        case p256(x: String, y: String)
        case rsa(modulus: String, exponent: String)
    }

    let id: ID
    /// What a token's header calls it.
    let name: String?
    let signature: JWTSignature
    private let algorithm: any JWTAlgorithm

    /// - Throws: when the numbers are no key: a point that is not on the curve, say.
    init(name: String?, _ material: Material) async throws {
        self.name = name
        let words: [String]
        let jwk: JWK
        // Each key in a collection of its own: there is nothing in it to mistake it for.
        let identifier = JWKIdentifier(string: "key")
        switch material {
        case .ed25519(let x):
            signature = .edDSA
            words = [x]
            jwk = .octetKeyPair(.eddsa, identifier: identifier, x: x, y: nil, curve: .ed25519)
        case .p256(let x, let y):
            signature = .es256
            words = [x, y]
            jwk = .ecdsa(.es256, identifier: identifier, x: x, y: y, curve: .p256)
        case .rsa(let modulus, let exponent):
            signature = .rs256
            words = [modulus, exponent]
            jwk = .rsa(
                .rs256, identifier: identifier, modulus: modulus, exponent: exponent)
        }
        id = .made(of: ([signature.rawValue] + words).joined(separator: "."))
        let collection = JWTKeyCollection()
        try await collection.add(jwk: jwk)
        algorithm = try await collection.getKey(for: identifier, alg: signature.rawValue)
    }

    /// Whether the key's owner has signed these bytes. Keeps the calling thread busy meanwhile.
    func hasSigned(_ bytes: some Collection<UInt8>, _ signature: [UInt8]) -> Bool {
        // What has not even the form of a signature throws.
        (try? algorithm.verify(signature, signs: Array(bytes))) ?? false
    }
}
