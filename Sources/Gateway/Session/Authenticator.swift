import AuctionRules
import BidService
import WireProtocol

/// Finds out who is behind a token or a ticket, and tells their kinds apart by their form. Knows only
/// hashes of the house's tokens, and reads them from what has been committed: a revoked token is not
/// good from the moment that says so.
final class Authenticator: Sendable {
    private let board: PublicBoard
    private let clock: any ServiceClock
    private let tickets: TicketBox
    /// Nil: only the house's own tokens are taken.
    private let issuer: TokenIssuer?

    init(
        board: PublicBoard, clock: any ServiceClock, limits: GatewayLimits = GatewayLimits(),
        issuer: TokenIssuer? = nil
    ) {
        self.board = board
        self.clock = clock
        self.issuer = issuer
        tickets = TicketBox(lifetime: limits.ticketMilliseconds)
    }

    /// Who is behind what an `authenticate` message or an upgrade carried: a token, or a ticket,
    /// which is used up by this.
    func identify(_ credential: String) -> Result<Identity, AuthenticationFailure> {
        guard TicketBox.isTicket(credential) else { return identify(token: credential) }
        switch tickets.redeem(credential, at: clock.now()) {
        case nil: return .failure(.usedOrExpiredTicket)
        case .token(let hash)?: return identify(hash)
        case .jwt(let bidder, let key, let expiresAt)?:
            // A ticket is no better than what it was made from.
            guard let issuer, issuer.trusts(key) else { return .failure(.untrustedJWT) }
            guard clock.now() < expiresAt else { return .failure(.expired) }
            return .success(.bidder(bidder, .jwt(key), expiresAt: expiresAt))
        }
    }

    /// Who is behind a bearer token. A ticket is none: it would be used up by one request.
    func identify(token: String) -> Result<Identity, AuthenticationFailure> {
        if let issuer, WebToken.hasForm(token) { return issuer.verify(token, at: clock.now()) }
        guard let hash = TokenSecret.hash(of: token) else { return .failure(.malformed) }
        return identify(hash)
    }

    /// Whether somebody who was let in may stay: why not, or nil. What holds a connection open asks
    /// at every tick, or when it has heard of a revocation.
    ///
    /// Says nothing of suspended bidders: their connections are ended when that happens, but they
    /// may come back to watch.
    func ending(of identity: Identity) -> CloseCode? {
        if let expiresAt = identity.expiresAt, expiresAt <= clock.now() { return .tokenExpired }
        switch identity.credential {
        case .token(let hash): return board.token(hash) == nil ? .revoked : nil
        case .jwt(let key): return issuer?.trusts(key) == true ? nil : .revoked
        }
    }

    /// A one-time ticket in the name of that token, for a client that can't set headers.
    func issueTicket(
        for identity: Identity
    ) -> Result<(ticket: String, expiresAt: Instant), TicketBox.Refusal> {
        tickets.issue(for: TicketBearer(identity), at: clock.now())
    }

    private func identify(_ hash: TokenHash) -> Result<Identity, AuthenticationFailure> {
        guard let token = board.token(hash) else { return .failure(.unknown) }
        if let expiresAt = token.expiresAt, expiresAt <= clock.now() { return .failure(.expired) }
        switch token.bearer {
        case .bidder(let bidder):
            return .success(.bidder(bidder, .token(hash), expiresAt: token.expiresAt))
        case .administrator(let name):
            return .success(.administrator(name: name, hash, expiresAt: token.expiresAt))
        }
    }
}
