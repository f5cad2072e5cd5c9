import AuctionRules
import NIOCore
import Synchronization

/// One-time tickets: each stands for a token, for a short while, once. Only their hashes are kept,
/// and never more than ``ticketsMax``.
final class TicketBox: Sendable {
    /// Tickets at a time; some 200 bytes each. A ticket that nobody uses goes after its lifetime.
    static let ticketsMax = 10_000
    /// Of one token: a page fetches one for each connection, so a token that has more is misused,
    /// and only its own oldest ticket goes.
    static let ticketsPerTokenMax = 16

    fileprivate struct Ticket: Sendable {
        let token: TokenHash
        let expiresAt: Instant
    }

    fileprivate struct State: Sendable {
        var tickets: [TokenHash: Ticket] = [:]
        /// In the order of their making, which is the order of their expiry.
        var order: CircularBuffer<TokenHash> = []
        var ofToken: [TokenHash: CircularBuffer<TokenHash>] = [:]
    }

    private let state = Mutex(State())
    private let lifetime: Milliseconds

    /// - Parameter lifetime: how long a ticket is good.
    init(lifetime: Milliseconds) { self.lifetime = lifetime }

    static func isTicket(_ credential: String) -> Bool { credential.utf8.starts(with: "gvt_".utf8) }

    /// A new ticket; nil when there are too many.
    func issue(for token: TokenHash, at now: Instant) -> (ticket: String, expiresAt: Instant)? {
        let ticket = "gvt_" + TokenSecret.random()
        let expiresAt = now.advanced(by: lifetime)
        let hash = TokenSecret.sha256(of: ticket)
        return state.withLock { state in
            state.dropExpired(at: now)
            guard state.tickets.count < Self.ticketsMax else { return nil }
            if let own = state.ofToken[token], own.count >= Self.ticketsPerTokenMax,
                let oldest = own.first
            {
                state.remove(oldest)
            }
            state.tickets[hash] = Ticket(token: token, expiresAt: expiresAt)
            state.order.append(hash)
            state.ofToken[token, default: []].append(hash)
            return (ticket, expiresAt)
        }
    }

    /// Uses a ticket up.
    ///
    /// - Returns: the token that it stands for; nil when it was used, has expired or never was.
    func redeem(_ ticket: String, at now: Instant) -> TokenHash? {
        let hash = TokenSecret.sha256(of: ticket)
        return state.withLock { state in
            guard let ticket = state.remove(hash), now < ticket.expiresAt else { return nil }
            return ticket.token
        }
    }
}

extension TicketBox.State {
    @discardableResult
    fileprivate mutating func remove(_ hash: TokenHash) -> TicketBox.Ticket? {
        guard let ticket = tickets.removeValue(forKey: hash) else { return nil }
        ofToken[ticket.token]?.removeAll { $0 == hash }
        if ofToken[ticket.token]?.isEmpty == true { ofToken[ticket.token] = nil }
        return ticket
    }

    /// Also lets go of the places in the order of tickets that were used.
    fileprivate mutating func dropExpired(at now: Instant) {
        while let oldest = order.first {
            if let ticket = tickets[oldest], now < ticket.expiresAt { break }
            order.removeFirst()
            remove(oldest)
        }
    }
}
