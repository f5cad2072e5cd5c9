import AuctionRules
import Synchronization

/// The bids that were turned away lately as they came too fast, for administrators who watch. Kept only
/// while somebody does: the limit itself takes no note of anybody.
final class HurriedBids: Sendable {
    struct Bid: Hashable, Sendable {
        let bidder: BidderID
        let auction: AuctionID
    }

    private struct State: Sendable {
        /// How many there have been.
        var count: Int64 = 0
        /// The newest ones, in order.
        var newest: [Bid] = []
    }

    /// Whoever floods a lot pushes out what others did: that somebody does is then what there is to see.
    private static let newestMax = 512

    private let listeners = Atomic(0)
    private let state = Mutex(State())

    /// One more wants to know.
    ///
    /// - Returns: after which number what comes is news.
    func join() -> Int64 {
        listeners.wrappingAdd(1, ordering: .relaxed)
        return state.withLock { $0.count }
    }

    /// One that had joined wants to know no more.
    func leave() {
        if listeners.wrappingSubtract(1, ordering: .relaxed).newValue == 0 {
            state.withLock { $0.newest = [] }
        }
    }

    func note(_ bidder: BidderID, on auction: AuctionID) {
        guard listeners.load(ordering: .relaxed) > 0 else { return }
        state.withLock { state in
            state.count += 1
            if state.newest.count >= Self.newestMax {
                state.newest.removeFirst(Self.newestMax / 2)
            }
            state.newest.append(Bid(bidder: bidder, auction: auction))
        }
    }

    /// What came after that number, as far as it is kept, and the number of the newest.
    func after(_ number: Int64) -> (bids: [Bid], newest: Int64) {
        state.withLock { state in
            let fresh = Int(min(state.count - number, Int64(state.newest.count)))
            return (Array(state.newest.suffix(fresh)), state.count)
        }
    }
}
