import AuctionRules
import BidService
import Synchronization
import WireProtocol

/// What the connections of one event loop want to hear of. The loop writes it down and the releasing thread
/// looks: a loop where nobody watches a lot is neither handed its changes nor woken for them.
///
/// Whoever begins to watch is written down before anything is read for him. What is published after
/// that finds him; what was published before is in what he reads, as the board has it first.
final class Interest: Sendable {
    private struct State {
        var targets: Set<WatchTarget> = []
        var bidders: Set<BidderID> = [] {
            didSet { latest = nil }
        }
        /// Who was asked for last, and whether he is here: what comes in one read leads to news for the same
        /// bidder again and again, and need not be hashed for each.
        var latest: (bidder: BidderID, isHere: Bool)?

        mutating func has(_ bidder: BidderID) -> Bool {
            if let latest, latest.bidder == bidder { return latest.isHere }
            let isHere = bidders.contains(bidder)
            latest = (bidder, isHere)
            return isHere
        }
    }

    private let state = Mutex(State())
    /// How many targets there are: where nobody watches at all, no lock has to be had to know it.
    private let targetCount = Atomic(0)

    func add(_ target: WatchTarget) {
        state.withLock { state in
            state.targets.insert(target)
            targetCount.store(state.targets.count, ordering: .sequentiallyConsistent)
        }
    }

    func remove(_ target: WatchTarget) {
        state.withLock { state in
            state.targets.remove(target)
            targetCount.store(state.targets.count, ordering: .sequentiallyConsistent)
        }
    }

    func add(_ bidder: BidderID) { state.withLock { _ = $0.bidders.insert(bidder) } }

    func remove(_ bidder: BidderID) { state.withLock { _ = $0.bidders.remove(bidder) } }

    /// Whether somebody on the loop may have to be told.
    func covers(_ publication: Publication) -> Bool {
        switch publication {
        case .change(let change): covers(change.state.auction, in: change.state.sale)
        case .created(let state): covers(state.auction, in: state.sale)
        case .announcement(let auction, let sale, _, _): covers(auction, in: sale)
        case .notice(let notice): covers(notice.bidder)
        // Consoles are few, and whose right is gone may have asked for nothing yet.
        case .request, .house: true
        }
    }

    /// Whether a connection on the loop is that bidder's.
    func covers(_ bidder: BidderID) -> Bool { state.withLock { $0.has(bidder) } }

    private func covers(_ auction: AuctionID, in sale: SaleID?) -> Bool {
        guard targetCount.load(ordering: .sequentiallyConsistent) > 0 else { return false }
        return state.withLock { state in
            if state.targets.contains(.auction(auction)) { return true }
            return sale.map { state.targets.contains(.sale($0)) } ?? false
        }
    }
}

extension LoopHub {
    /// Somebody here is about to watch, or to wait for, a lot or a sale. Call before reading where that
    /// stands: what is published from then on comes to this loop.
    func expect(_ target: WatchTarget) {
        interest.add(target)
        if !hasTopic(target) { doubtful.insert(target) }
    }

    private func hasTopic(_ target: WatchTarget) -> Bool {
        switch target {
        case .auction(let id): auctions[id] != nil
        case .sale(let id): sales[id] != nil
        }
    }

    /// Lets go of what nobody watches or waits for any more.
    func reviewInterest() {
        for target in doubtful {
            if case .auction(let id) = target, polls.wait(for: id) { continue }
            if !hasTopic(target) { interest.remove(target) }
            doubtful.remove(target)
        }
    }
}
