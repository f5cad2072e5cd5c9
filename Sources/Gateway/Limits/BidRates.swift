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
            let (own, ofLot) = (state.bidders.place(of: bidder), state.lots.place(of: key))
            let wait = state.bidders.wait(at: own, at: now)
            let waitOnLot = state.lots.wait(at: ofLot, at: now)
            if wait != nil || waitOnLot != nil { return max(wait ?? 0, waitOnLot ?? 0) }
            state.bidders.spend(for: bidder, at: own, now)
            state.lots.spend(for: key, at: ofLot, now)
            return nil
        }
    }
}
