import Crypto
import CryptoExtras
public import Foundation

/// An identity provider that a test makes for itself: a key, and whatever tokens the test wants,
/// good ones and bad ones.
public struct TestIssuer: Sendable {
    private enum Key: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    private let key: Key
    public let kid: String?
    /// As its tokens' headers say.
    public let algorithm: String

    public static func ed25519(_ kid: String? = "ed") -> TestIssuer {
        TestIssuer(key: .ed25519(.init()), kid: kid, algorithm: "EdDSA")
    }

    public static func p256(_ kid: String? = "ec") -> TestIssuer {
        TestIssuer(key: .p256(.init()), kid: kid, algorithm: "ES256")
    }

    /// - Parameter bits: 1024 or more; keys of 2048 take a second to be made.
    public static func rsa(_ kid: String? = "rsa", bits: Int = 2048) throws -> TestIssuer {
        let key = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: bits))
        return TestIssuer(key: .rsa(key), kid: kid, algorithm: "RS256")
    }

    // MARK: - Its public key

    /// As a JSON Web Key.
    ///
    /// - Parameter more: further members, like `,"use":"sig"`.
    public func jwk(_ more: String = "") throws -> String {
        let name = kid.map { #","kid":"\#($0)""# } ?? ""
        return "{" + (try numbers) + name + more + "}"
    }

    private var numbers: String {
        get throws {
            switch key {
            case .ed25519(let key):
                let x = Self.base64URL(key.publicKey.rawRepresentation)
                return #""kty":"OKP","crv":"Ed25519","x":"\#(x)""#
            case .p256(let key):
                let point = key.publicKey.rawRepresentation
                let (x, y) = (Self.base64URL(point.prefix(32)), Self.base64URL(point.suffix(32)))
                return #""kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)""#
            case .rsa(let key):
                let numbers = try key.publicKey.getKeyPrimitives()
                let (n, e) = (numbers.modulus, numbers.publicExponent)
                return #""kty":"RSA","n":"\#(Self.base64URL(n))","e":"\#(Self.base64URL(e))""#
            }
        }
    }

    /// A JSON Web Key Set of these issuers' keys.
    public static func keySet(_ issuers: TestIssuer...) throws -> String {
        #"{"keys":["# + (try issuers.map { try $0.jwk() }).joined(separator: ",") + "]}"
    }

    // MARK: - Its tokens

    /// A token with this header and these claims, whatever they are.
    public func sign(header: String, claims: String) throws -> String {
        let signed = Self.base64URL(Data(header.utf8)) + "." + Self.base64URL(Data(claims.utf8))
        return signed + "." + Self.base64URL(try signature(Data(signed.utf8)))
    }

    /// A token with a header as it should be.
    public func sign(claims: String) throws -> String {
        let name = kid.map { #","kid":"\#($0)""# } ?? ""
        return try sign(header: #"{"alg":"\#(algorithm)","typ":"JWT"\#(name)}"#, claims: claims)
    }

    public func signature(_ bytes: Data) throws -> Data {
        switch key {
        case .ed25519(let key): try key.signature(for: bytes)
        case .p256(let key): try key.signature(for: bytes).rawRepresentation
        case .rsa(let key):
            try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
                .rawRepresentation
        }
    }

    public static func base64URL(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
