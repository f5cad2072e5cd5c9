import AuctionRules
import StrictJSON

/// The ways of signing that are taken. Each is bound to a kind of key, so that no header can have a
/// key used in another way than it was made for.
enum JWTSignature: String, Hashable, Sendable, CaseIterable {
    case edDSA = "EdDSA"
    case es256 = "ES256"
    case rs256 = "RS256"
}

/// A JSON Web Token (RFC 7515, 7519) taken apart, before anybody has looked at its signature.
///
/// Everything that can be refused without a key is refused here: it costs a bad token's sender more
/// than us.
struct WebToken: Sendable {
    /// With the point between them: what the signature is over.
    let signed: Substring.UTF8View
    let signature: [UInt8]
    let algorithm: JWTSignature
    /// `kid`
    let keyName: String?
    let issuer: String
    let audiences: [String]
    let subject: BidderID
    let expiresAt: Instant
    let notBefore: Instant?

    /// A JWT with a dozen claims has 1 KiB.
    static let bytesMax = 4096
    /// The end of the year 9999, in seconds: what is beyond was meant in milliseconds.
    private static let secondsMax: Int64 = 253_402_300_799

    /// Whether a credential is meant as one: no token of ours has a point.
    static func hasForm(_ credential: String) -> Bool {
        credential.utf8.contains(UInt8(ascii: "."))
    }

    init(_ text: String) throws(AuthenticationFailure) {
        guard text.utf8.count <= Self.bytesMax else { throw .malformedJWT }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]),
            let claims = Self.object(parts[1]), let signature = Base64URL.decode(parts[2].utf8)
        else { throw .malformedJWT }
        signed = text[..<parts[1].endIndex].utf8
        self.signature = signature
        // Extensions that must be understood; we understand none.
        guard header["crit"] == nil else { throw .malformedJWT }
        do {
            guard let algorithm = JWTSignature(rawValue: try header.string("alg")) else {
                throw AuthenticationFailure.untrustedJWT
            }
            self.algorithm = algorithm
            keyName = try header.optionalString("kid")
            // A token for another purpose (to log out, to prove a key) is none for here.
            let type = try header.optionalString("typ")?.lowercased() ?? "jwt"
            guard ["jwt", "at+jwt", "application/at+jwt"].contains(type) else {
                throw AuthenticationFailure.malformedJWT
            }
            issuer = try claims.string("iss")
            audiences = try Self.audiences(claims)
            subject = try BidderID(claims.string("sub"))
            expiresAt = try Self.instant(claims["exp"]).orMissing()
            notBefore = try Self.instant(claims["nbf"])
        } catch let failure as AuthenticationFailure {
            throw failure
        } catch {
            throw .malformedJWT
        }
    }

    private static func object(_ part: Substring) -> JSONObject? {
        guard let bytes = Base64URL.decode(part.utf8) else { return nil }
        return try? JSONValue(parsing: bytes).asObject
    }

    private static func audiences(_ claims: JSONObject) throws -> [String] {
        if case .string(let one)? = claims["aud"] { return [one] }
        return try claims.strings("aud")
    }

    /// A NumericDate: seconds since 1970, possibly with a fraction, which is cut off. Nil when there
    /// is none.
    private static func instant(_ value: JSONValue?) throws -> Instant? {
        let seconds: Int64
        switch value {
        case nil: return nil
        case .integer(let number)?: seconds = number
        case .number(let text)?:
            guard let number = Double(text), number.isFinite, number >= 0,
                number <= Double(secondsMax)
            else { throw AuthenticationFailure.malformedJWT }
            seconds = Int64(number)
        default: throw AuthenticationFailure.malformedJWT
        }
        guard (0...secondsMax).contains(seconds) else {
            throw AuthenticationFailure.malformedJWT
        }
        return Instant(milliseconds: seconds * 1000)
    }
}

extension Instant? {
    fileprivate func orMissing() throws(AuthenticationFailure) -> Instant {
        guard let self else { throw .malformedJWT }
        return self
    }
}
