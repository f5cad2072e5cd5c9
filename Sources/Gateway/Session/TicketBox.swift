import AuctionRules
import NIOCore
import Synchronization

/// What a ticket stands for.
enum TicketBearer: Hashable, Sendable {
    case token(TokenHash)
    /// Not the JSON Web Token itself, which is not kept anywhere, but what was in it.
    case jwt(BidderID, IssuerKey.ID, expiresAt: Instant)

    init(_ identity: Identity) {
        switch identity {
        case .bidder(let bidder, .jwt(let key), let expiresAt):
            // A JWT always has an end.
            self = .jwt(bidder, key, expiresAt: expiresAt ?? Instant(milliseconds: 0))
        case .bidder(_, .token(let hash), _), .administrator(_, let hash, _):
            self = .token(hash)
        }
    }

    /// Whose share of tickets it takes: a token's, or with JWTs, of which anybody gets as many as he
    /// likes, the bidder's.
    fileprivate var share: Share {
        switch self {
        case .token(let hash): .token(hash)
        case .jwt(let bidder, _, _): .bidder(bidder)
        }
    }

    fileprivate enum Share: Hashable, Sendable {
        case token(TokenHash)
        case bidder(BidderID)
    }
}

/// One-time tickets: each stands for a token, for a short while, once. Only their hashes are kept,
/// of a bounded number of tickets, of which no bearer can take more than his share.
final class TicketBox: Sendable {
    /// Tickets issued within one lifetime, used or not; some 300 bytes each.
    static let ticketsMax = 10_000
    /// The same for one token, or one bidder with JWTs: a page fetches one for each connection, and
    /// never this many.
    static let ticketsPerTokenMax = 16

    enum Refusal: Error, Hashable, Sendable {
        /// The token has had its share.
        case tooManyOfToken
        case tooMany
    }

    fileprivate struct Issued: Sendable {
        let ticket: TokenHash
        let share: TicketBearer.Share
        let expiresAt: Instant
    }

    fileprivate struct State: Sendable {
        /// What each ticket stands for that has not been used.
        var unused: [TokenHash: TicketBearer] = [:]
        /// In the order of their making, which is the order of their expiry.
        var issued: CircularBuffer<Issued> = []
        var countByShare: [TicketBearer.Share: Int] = [:]
    }

    private let state = Mutex(State())
    private let lifetime: Milliseconds

    /// - Parameter lifetime: how long a ticket is good.
    init(lifetime: Milliseconds) { self.lifetime = lifetime }

    static func isTicket(_ credential: String) -> Bool { credential.utf8.starts(with: "gvt_".utf8) }

    /// A new ticket.
    func issue(
        for bearer: TicketBearer, at now: Instant
    ) -> Result<(ticket: String, expiresAt: Instant), Refusal> {
        let ticket = "gvt_" + TokenSecret.random()
        let issued = Issued(
            ticket: TokenSecret.sha256(of: ticket), share: bearer.share,
            expiresAt: now.advanced(by: lifetime))
        return state.withLock { state in
            state.dropExpired(at: now)
            guard state.countByShare[issued.share, default: 0] < Self.ticketsPerTokenMax else {
                return .failure(.tooManyOfToken)
            }
            guard state.issued.count < Self.ticketsMax else { return .failure(.tooMany) }
            state.issued.append(issued)
            state.unused[issued.ticket] = bearer
            state.countByShare[issued.share, default: 0] += 1
            return .success((ticket, issued.expiresAt))
        }
    }

    /// Uses a ticket up.
    ///
    /// - Returns: what it stands for; nil when it was used, has expired or never was.
    func redeem(_ ticket: String, at now: Instant) -> TicketBearer? {
        let hash = TokenSecret.sha256(of: ticket)
        return state.withLock { state in
            state.dropExpired(at: now)
            return state.unused.removeValue(forKey: hash)
        }
    }
}

extension TicketBox.State {
    fileprivate mutating func dropExpired(at now: Instant) {
        while let oldest = issued.first, oldest.expiresAt <= now {
            issued.removeFirst()
            unused[oldest.ticket] = nil
            let count = countByShare[oldest.share, default: 1] - 1
            countByShare[oldest.share] = count > 0 ? count : nil
        }
    }
}
