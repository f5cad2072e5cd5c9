import AuctionRules
import HeapModule

/// When which lot's clock has something to do. Deadlines move; an entry that no longer holds is
/// passed over when its time comes.
struct Deadlines {
    private struct Entry: Comparable {
        let instant: Instant
        let auction: AuctionID

        static func < (left: Entry, right: Entry) -> Bool {
            (left.instant, left.auction) < (right.instant, right.auction)
        }
    }

    private var heap = Heap<Entry>() {
        didSet { next = heap.min?.instant }
    }
    /// What is in the heap and holds, so that a lot is not entered twice for the same time.
    private var current: [AuctionID: Instant] = [:]

    init(of house: House) {
        for auction in house.auctions.values { note(auction) }
    }

    init() {}

    /// When the next lot may be due. Kept beside the heap: every command asks.
    private(set) var next: Instant?

    /// Whether a lot may be due by `instant`.
    func isAnyDue(by instant: Instant) -> Bool { next.map { $0 <= instant } ?? false }

    /// Takes note of when an auction's clock has something to do now.
    mutating func note(_ auction: Auction) {
        guard current[auction.id] != auction.deadline else { return }
        current[auction.id] = auction.deadline
        if let deadline = auction.deadline {
            heap.insert(Entry(instant: deadline, auction: auction.id))
        }
    }

    /// The next lot that is due by `instant`, and when it was.
    mutating func popDue(by instant: Instant) -> (auction: AuctionID, instant: Instant)? {
        while let entry = heap.min, entry.instant <= instant {
            heap.removeMin()
            guard current[entry.auction] == entry.instant else { continue }
            current[entry.auction] = nil
            return (entry.auction, entry.instant)
        }
        return nil
    }
}
