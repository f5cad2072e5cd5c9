import AuctionRules
import Synchronization

/// How many connections watch what, over all event loops: each loop counts its own once a second, as
/// long as some administrator wants to know.
final class Census: Sendable {
    struct Count: Sendable {
        /// Watches of single lots, and requests that wait for their next change.
        var auctions: [AuctionID: Int] = [:]
        /// Watches of whole sales.
        var sales: [SaleID: Int] = [:]
    }

    private let askers = Atomic(0)
    private let counts = Mutex<[Int: Count]>([:])

    /// Whether to count at all.
    var isWanted: Bool { askers.load(ordering: .relaxed) > 0 }

    /// One more wants to know.
    func join() { askers.wrappingAdd(1, ordering: .relaxed) }

    /// One that had joined wants to know no more.
    func leave() {
        // Nobody counts from now on: who comes later must not find what was true long ago.
        if askers.wrappingSubtract(1, ordering: .relaxed).newValue == 0 {
            counts.withLock { $0 = [:] }
        }
    }

    /// - Parameter loop: whose count it is, in place of its last one.
    func report(_ count: Count, of loop: Int) { counts.withLock { $0[loop] = count } }

    func watchers(of sale: SaleID) -> Int {
        counts.withLock { $0.values.reduce(0) { $0 + ($1.sales[sale] ?? 0) } }
    }

    /// Those that have any.
    func watchers(of auctions: some Sequence<AuctionID>) -> [AuctionID: Int] {
        counts.withLock { counts in
            var found: [AuctionID: Int] = [:]
            for id in auctions {
                let count = counts.values.reduce(0) { $0 + ($1.auctions[id] ?? 0) }
                if count > 0 { found[id] = count }
            }
            return found
        }
    }
}
