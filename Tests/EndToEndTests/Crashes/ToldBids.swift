import AuctionRules
import Synchronization
import WireProtocol

/// What bidders were told of their bids, kept outside the server: what must be found in its log.
final class ToldBids: Sendable {
    struct Bid: Sendable {
        let id: String
        let verdict: ServerMessage
    }

    private struct State {
        /// By bidder, in the order in which they heard.
        var told: [String: [Bid]] = [:]
        var count = 0
        var waiter: (count: Int, CheckedContinuation<Void, Never>)?
    }

    private let state = Mutex(State())

    func note(_ bid: Bid, to bidder: String) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.told[bidder, default: []].append(bid)
            state.count += 1
            guard let (count, waiter) = state.waiter, state.count >= count else { return nil }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    var all: [String: [Bid]] { state.withLock { $0.told } }
    var count: Int { state.withLock { $0.count } }

    /// Waits until so many have been told. For one at a time.
    func wait(forCount count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.count < count else { return true }
                state.waiter = (count, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

extension ServerMessage {
    /// The bid that this is the last word on, if it is one.
    var finalVerdictID: String? {
        switch self {
        case .bidAccepted(let body): body.id.text
        case .bidRejected(let body) where body.code != "unavailable": body.id.text
        default: nil
        }
    }
}
