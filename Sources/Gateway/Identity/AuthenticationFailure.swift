/// Why nobody is behind a credential, in words that say what to do. They never tell a wrong token
/// from a revoked one.
enum AuthenticationFailure: Error, Hashable, Sendable {
    case missing
    case malformed
    case unknown
    case expired
    case usedOrExpiredTicket
    /// What is meant as a JSON Web Token is none, or lacks what it must have.
    case malformedJWT
    /// Not signed by the house's identity provider, or otherwise than its key is made for.
    case untrustedJWT
    /// Signed for somebody else, or by somebody else.
    case foreignJWT
    case notYetValidJWT

    var message: String {
        switch self {
        case .missing: "Say who you are: send Authorization: Bearer and your token."
        case .malformed:
            "That is no token of this house: it starts with gvl_ and has 47 characters."
        case .unknown: "This token is not good here, or no longer: ask the auction house for one."
        case .expired: "This token has expired: ask the auction house for a new one."
        case .usedOrExpiredTicket:
            "This ticket was used or has expired: fetch a new one from /v1/tickets."
        case .malformedJWT:
            "That JWT can't be taken: it needs alg, iss, aud, sub (a bidder's id) and exp (seconds), "
                + "no crit, and at most \(WebToken.bytesMax) bytes."
        case .untrustedJWT:
            "That JWT is not signed by a key that is trusted here: sign in again."
        case .foreignJWT:
            "That JWT is not from this house's identity provider, or not for this house (iss, aud)."
        case .notYetValidJWT: "That JWT is not valid yet (nbf): check the clocks."
        }
    }
}
