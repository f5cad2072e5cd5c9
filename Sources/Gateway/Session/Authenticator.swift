import AuctionRules
import BidService

/// Who is behind a connection or a request, as a token or a ticket has proved.
enum Identity: Hashable, Sendable {
    /// - expiresAt: from then on the credential is no longer good; nil: never.
    case bidder(BidderID, TokenHash, expiresAt: Instant?)
    case administrator(name: String, TokenHash, expiresAt: Instant?)

    /// The token's, from which a ticket was made, too: what a revocation names.
    var tokenHash: TokenHash {
        switch self {
        case .bidder(_, let hash, _), .administrator(_, let hash, _): hash
        }
    }

    /// From then on the credential is no longer good; nil: never.
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

/// Why nobody is behind a credential, in words that say what to do. They never tell a wrong token
/// from a revoked one.
enum AuthenticationFailure: Error, Hashable, Sendable {
    case missing
    case malformed
    case unknown
    case expired
    case usedOrExpiredTicket

    var message: String {
        switch self {
        case .missing: "Say who you are: send Authorization: Bearer and your token."
        case .malformed:
            "That is no token of this house: it starts with gvl_ and has 47 characters."
        case .unknown: "This token is not good here, or no longer: ask the auction house for one."
        case .expired: "This token has expired: ask the auction house for a new one."
        case .usedOrExpiredTicket:
            "This ticket was used or has expired: fetch a new one from /v1/tickets."
        }
    }
}

/// Finds out who is behind a token or a ticket. Knows only hashes of tokens, and reads them from
/// what has been committed: a revoked token is not good from the moment that says so.
final class Authenticator: Sendable {
    private let board: PublicBoard
    private let clock: any ServiceClock
    private let tickets: TicketBox

    init(
        board: PublicBoard, clock: any ServiceClock, limits: GatewayLimits = GatewayLimits()
    ) {
        self.board = board
        self.clock = clock
        tickets = TicketBox(lifetime: limits.ticketMilliseconds)
    }

    /// Who is behind what an `authenticate` message or an upgrade carried: a token, or a ticket,
    /// which is used up by this.
    func identify(_ credential: String) -> Result<Identity, AuthenticationFailure> {
        guard TicketBox.isTicket(credential) else { return identify(token: credential) }
        guard let hash = tickets.redeem(credential, at: clock.now()) else {
            return .failure(.usedOrExpiredTicket)
        }
        return identify(hash)
    }

    /// Who is behind a bearer token. A ticket is none: it would be used up by one request.
    func identify(token: String) -> Result<Identity, AuthenticationFailure> {
        guard let hash = TokenSecret.hash(of: token) else { return .failure(.malformed) }
        return identify(hash)
    }

    /// A one-time ticket in the name of that token, for a client that can't set headers.
    func issueTicket(
        for identity: Identity
    ) -> Result<(ticket: String, expiresAt: Instant), TicketBox.Refusal> {
        tickets.issue(for: identity.tokenHash, at: clock.now())
    }

    private func identify(_ hash: TokenHash) -> Result<Identity, AuthenticationFailure> {
        guard let token = board.token(hash) else { return .failure(.unknown) }
        if let expiresAt = token.expiresAt, expiresAt <= clock.now() { return .failure(.expired) }
        switch token.bearer {
        case .bidder(let bidder):
            return .success(.bidder(bidder, hash, expiresAt: token.expiresAt))
        case .administrator(let name):
            return .success(.administrator(name: name, hash, expiresAt: token.expiresAt))
        }
    }
}
