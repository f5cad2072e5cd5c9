import AuctionRules

extension IssuerKeySet {
    /// How far an identity provider's clock may be ahead of ours: for `nbf` only. An `exp` is the
    /// end, to the second.
    static let leewayMilliseconds: Int64 = 30_000

    /// Who has this token, if it is good now. The cheap checks come first, the signature last.
    func verify(
        _ text: String, for settings: JWTSettings, at now: Instant
    ) -> Result<Identity, AuthenticationFailure> {
        Result { () throws(AuthenticationFailure) in
            let token = try WebToken(text)
            guard let key = key(named: token.keyName), key.signature == token.algorithm
            else { throw .untrustedJWT }
            guard token.issuer.utf8.elementsEqual(settings.issuer.utf8),
                token.audiences.contains(where: {
                    $0.utf8.elementsEqual(settings.audience.utf8)
                })
            else { throw .foreignJWT }
            guard now < token.expiresAt else { throw .expired }
            if let notBefore = token.notBefore,
                now.advanced(by: Self.leewayMilliseconds) < notBefore
            {
                throw .notYetValidJWT
            }
            guard key.hasSigned(token.signed, token.signature) else { throw .untrustedJWT }
            return .bidder(token.subject, .jwt(key.id), expiresAt: token.expiresAt)
        }
    }
}
