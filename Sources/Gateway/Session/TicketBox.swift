import AuctionRules
import NIOCore
import Synchronization

/// One-time tickets: each stands for a token, for a short while, once. Only their hashes are kept,
/// of a bounded number of tickets, of which no token can take more than its share.
final class TicketBox: Sendable {
    /// Tickets issued within one lifetime, used or not; some 300 bytes each.
    static let ticketsMax = 10_000
    /// The same for one token: a page fetches one for each connection, and never this many.
    static let ticketsPerTokenMax = 16

    enum Refusal: Error, Hashable, Sendable {
        /// The token has had its share.
        case tooManyOfToken
        case tooMany
    }

    fileprivate struct Issued: Sendable {
        let ticket: TokenHash
        let token: TokenHash
        let expiresAt: Instant
    }

    fileprivate struct State: Sendable {
        /// Whose token each ticket stands for that has not been used.
        var unused: [TokenHash: TokenHash] = [:]
        /// In the order of their making, which is the order of their expiry.
        var issued: CircularBuffer<Issued> = []
        var countByToken: [TokenHash: Int] = [:]
    }

    private let state = Mutex(State())
    private let lifetime: Milliseconds

    /// - Parameter lifetime: how long a ticket is good.
    init(lifetime: Milliseconds) { self.lifetime = lifetime }

    static func isTicket(_ credential: String) -> Bool { credential.utf8.starts(with: "gvt_".utf8) }

    /// A new ticket.
    func issue(
        for token: TokenHash, at now: Instant
    ) -> Result<(ticket: String, expiresAt: Instant), Refusal> {
        let ticket = "gvt_" + TokenSecret.random()
        let issued = Issued(
            ticket: TokenSecret.sha256(of: ticket), token: token,
            expiresAt: now.advanced(by: lifetime))
        return state.withLock { state in
            state.dropExpired(at: now)
            guard state.countByToken[token, default: 0] < Self.ticketsPerTokenMax else {
                return .failure(.tooManyOfToken)
            }
            guard state.issued.count < Self.ticketsMax else { return .failure(.tooMany) }
            state.issued.append(issued)
            state.unused[issued.ticket] = token
            state.countByToken[token, default: 0] += 1
            return .success((ticket, issued.expiresAt))
        }
    }

    /// Uses a ticket up.
    ///
    /// - Returns: the token that it stands for; nil when it was used, has expired or never was.
    func redeem(_ ticket: String, at now: Instant) -> TokenHash? {
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
            let count = countByToken[oldest.token, default: 1] - 1
            countByToken[oldest.token] = count > 0 ? count : nil
        }
    }
}
