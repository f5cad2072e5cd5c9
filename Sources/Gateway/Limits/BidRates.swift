import AuctionRules
import Synchronization

/// How often each bidder may bid, over all of its connections and requests: in all, and on one lot.
///
/// Any thread may ask. Whoever bids no more is forgotten within seconds.
final class BidRates: Sendable {
    private struct Key: Hashable, Sendable {
        let bidder: BidderID
        let auction: AuctionID
    }

    private struct State: Sendable {
        var bidders: KeyedBuckets<BidderID>
        var lots: KeyedBuckets<Key>
    }

    /// Held for two look-ups.
    private let state: Mutex<State>

    init(limits: GatewayLimits) {
        state = Mutex(
            State(
                bidders: KeyedBuckets(limits.bids), lots: KeyedBuckets(limits.bidsOnLot)))
    }

    /// Lets a bid, a buy or a retraction pass, or says how many nanoseconds to wait.
    ///
    /// One that may not pass takes nothing from either rate: a bidder who floods one lot can still
    /// bid on others.
    func admit(_ bidder: BidderID, on auction: AuctionID, at now: Int64) -> Int64? {
        let key = Key(bidder: bidder, auction: auction)
        return state.withLock { state in
            let waits = [
                state.bidders.wait(for: bidder, at: now), state.lots.wait(for: key, at: now),
            ]
            if let wait = waits.compactMap(\.self).max() { return wait }
            state.bidders.spend(for: bidder, at: now)
            state.lots.spend(for: key, at: now)
            return nil
        }
    }
}
