import AuctionRules
import NIOEmbedded
import Testing
import WireProtocol

@testable import Gateway

/// Publications, deliveries, subscriptions, people who come and go, and slow connections in any order.
@Suite("Whatever happens in between, a watcher's lots go on without a hole or a repeat")
struct RandomWatchingTests {
    static let lots = ["a", "b", "c", "d"]
    static let sale = "s"

    @Test(
        "A full watcher gets every change of what it watches, a latest one always the newest, in however small slices a crowd is told",
        arguments: [1, 2, 512])
    func randomInterleavings(slice: Int) throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            for feed in [Feed.full, .latest] {
                var run = try Run(seed: seed, feed: feed, slice: slice)
                for _ in 0..<200 { try run.step() }
                try run.finish()
                #expect(run.faults.isEmpty, "seed \(seed), \(feed)")
            }
        }
    }

    /// One of those around it, who watches one thing from a change of his on.
    private struct Neighbour {
        let seat: Seat
        /// The newest seq that he knows, of one lot or of all.
        var known: [String: Int64]
    }

    /// One connection among others, and a board whose deliveries come when they come.
    private struct Run {
        let floor: Floor
        let seat: Seat
        var neighbours: [Neighbour] = []
        let feed: Feed
        var random: SplitMix
        /// The board: the newest seq of each lot, and its version.
        var board: [String: Int64] = [:]
        var version: Int64 = 0
        var onTheirWay: [Delivery] = []
        /// The newest seq that the connection knows of each lot that it is told of.
        var known: [String: Int64] = [:]
        var watched: Set<String> = []
        var watchesSale = false
        var untold: [String] = []
        var faults: [String] = []

        init(seed: UInt64, feed: Feed, slice: Int) throws {
            random = SplitMix(seed: seed)
            self.feed = feed
            floor = Floor(slice: slice)
            seat = try floor.connect()
            // Somebody else keeps the topics alive.
            let other = try floor.connect()
            for lot in lots { try floor.watch(lot, by: other) }
            for lot in lots + lots { try join(lot) }
        }

        mutating func step() throws {
            let lot = lots.randomElement(using: &random) ?? "a"
            switch Int.random(in: 0..<15, using: &random) {
            case 12: try join(lot)
            case 13 where !neighbours.isEmpty:
                let gone = neighbours.remove(
                    at: Int.random(in: 0..<neighbours.count, using: &random))
                floor.hub.remove(gone.seat.watcher)
            case 14: floor.hub.deliver([.notice(try ann, .plain("word"))])
            case 0...4: try publish(lot)
            case 5...6: deliver(Int.random(in: 0...onTheirWay.count, using: &random))
            case 7:
                try floor.watch(
                    lot, by: seat, feed: feed, seq: board[lot] ?? 0, version: version)
                watched.insert(lot)
                tell(lot)
            case 8:
                floor.hub.unwatch(try AuctionID(lot), by: seat.watcher)
                watched.remove(lot)
                forget()
            case 9 where !watchesSale: try watchSale()
            case 9:
                for lot in untold { seat.watcher.told.forgetPostponed(try AuctionID(lot)) }
                floor.hub.unwatch(sale: try SaleID(sale), by: seat.watcher)
                (watchesSale, untold) = (false, [])
                forget()
            case 10: try tellOfSale()
            default: seat.isWritable(!seat.channel.isWritable)
            }
            try listen()
        }

        /// Everything arrives, and everything kept back goes out.
        mutating func finish() throws {
            while !untold.isEmpty { try tellOfSale() }
            deliver(onTheirWay.count)
            floor.tellEverybody()
            seat.isWritable(true)
            try listen()
            for lot in watched.union(watchesSale ? lots : []) {
                note(known[lot] == board[lot, default: 0], "\(lot) ends at \(known[lot] ?? -1)")
            }
            for (lot, seq) in neighbours.flatMap(\.known) {
                note(seq == board[lot, default: 0], "\(lot) ends at \(seq) for a neighbour")
            }
        }

        /// Somebody comes, one in four of them bidder ann, and watches a lot or, one in three, the sale.
        private mutating func join(_ lot: String) throws {
            let seat = try floor.connect(Int.random(in: 0..<4, using: &random) == 0 ? "ann" : nil)
            guard Int.random(in: 0..<3, using: &random) == 0 else {
                try floor.watch(lot, by: seat, seq: board[lot] ?? 0, version: version)
                neighbours.append(Neighbour(seat: seat, known: [lot: board[lot] ?? 0]))
                return
            }
            try floor.watch(sale: sale, by: seat, lots: lots)
            for lot in lots {
                floor.hub.tell(
                    of: try AuctionID(lot), in: try SaleID(sale), to: seat.watcher,
                    head: LotHead(seq: board[lot] ?? 0, endsAt: nil), version: version)
            }
            neighbours.append(
                Neighbour(
                    seat: seat,
                    known: Dictionary(uniqueKeysWithValues: lots.map { ($0, board[$0] ?? 0) })))
        }

        private mutating func publish(_ lot: String) throws {
            version += 1
            board[lot, default: 0] += 1
            let seq = board[lot] ?? 0
            var broadcast = try floor.broadcast(
                lot, seq, sale: sale, Bool.random(using: &random) ? .price : .important)
            broadcast = Broadcast(
                kind: broadcast.kind, auction: broadcast.auction, sale: broadcast.sale,
                head: broadcast.head, version: version, message: broadcast.message)
            onTheirWay.append(.broadcast(broadcast))
        }

        private mutating func deliver(_ count: Int) {
            floor.hub.deliver(Array(onTheirWay.prefix(count)))
            onTheirWay.removeFirst(count)
            if Bool.random(using: &random) { seat.watcher.told.prune(before: floor.hub.delivered) }
        }

        private mutating func watchSale() throws {
            try floor.watch(sale: sale, by: seat, feed: feed, lots: lots)
            watchesSale = true
            untold = lots
            for lot in lots where !watched.contains(lot) { known[lot] = nil }
        }

        private mutating func tellOfSale() throws {
            guard let lot = untold.popLast() else { return }
            floor.hub.tell(
                of: try AuctionID(lot), in: try SaleID(sale), to: seat.watcher,
                head: LotHead(seq: board[lot] ?? 0, endsAt: nil), version: version)
            tell(lot)
        }

        private mutating func tell(_ lot: String) { known[lot] = board[lot] ?? 0 }

        private mutating func forget() {
            for lot in lots where !watched.contains(lot) && !watchesSale { known[lot] = nil }
        }

        private mutating func listen() throws {
            for heard in try seat.heard() {
                let parts = heard.split(separator: "/")
                guard parts.count == 2, let seq = Int64(parts[1]) else { continue }
                let lot = String(parts[0])
                guard let last = known[lot] else {
                    note(false, "\(heard) although nothing is watched")
                    continue
                }
                note(feed == .full ? seq == last + 1 : seq > last, "\(heard) after \(last)")
                known[lot] = seq
            }
            for index in neighbours.indices {
                for heard in try neighbours[index].seat.heard() {
                    let parts = heard.split(separator: "/")
                    guard parts.count == 2, let seq = Int64(parts[1]) else { continue }
                    let lot = String(parts[0])
                    let last = neighbours[index].known.updateValue(seq, forKey: lot)
                    note(seq == (last ?? -1) + 1, "\(heard) after \(last ?? -1) for a neighbour")
                }
            }
        }

        private mutating func note(_ isRight: Bool, _ what: String) {
            if !isRight { faults.append(what) }
        }

        private var ann: BidderID { get throws { try BidderID("ann") } }
        private var lots: [String] { RandomWatchingTests.lots }
        private var sale: String { RandomWatchingTests.sale }
    }
}
