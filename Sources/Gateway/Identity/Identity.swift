import AuctionRules

/// Who is behind a connection or a request, as a token or a ticket has proved.
enum Identity: Hashable, Sendable {
    /// - expiresAt: from then on the credential is no longer good; nil: never.
    case bidder(BidderID, Credential, expiresAt: Instant?)
    /// Never by a JSON Web Token: those are for bidders.
    case administrator(name: String, TokenHash, expiresAt: Instant?)

    var credential: Credential {
        switch self {
        case .bidder(_, let credential, _): credential
        case .administrator(_, let hash, _): .token(hash)
        }
    }

    var expiresAt: Instant? {
        switch self {
        case .bidder(_, _, let expiresAt), .administrator(_, _, let expiresAt): expiresAt
        }
    }

    var bidder: BidderID? {
        if case .bidder(let bidder, _, _) = self { bidder } else { nil }
    }

    var administrator: String? {
        if case .administrator(let name, _, _) = self { name } else { nil }
    }
}

/// What has proved who somebody is, also by way of a ticket: what a revocation names.
enum Credential: Hashable, Sendable {
    /// A token of this house.
    case token(TokenHash)
    /// A JSON Web Token, by the key that has signed it.
    case jwt(IssuerKey.ID)
}
