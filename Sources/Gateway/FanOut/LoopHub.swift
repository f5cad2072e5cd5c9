import AuctionRules
import BidService
import NIOCore
import WireProtocol

/// Who watches what, among the connections of one event loop. Owned by that loop and used only on
/// it: no lock and no hop per watcher.
final class LoopHub {
    private(set) var watchers: [ConnectionID: Watcher] = [:]
    private(set) var auctions: [AuctionID: Topic] = [:]
    private(set) var sales: [SaleID: Topic] = [:]
    private(set) var bidders: [BidderID: [ConnectionID: Watcher]] = [:]
    /// What all of them want to hear of.
    let interest = Interest()
    /// Of that, what no topic stands for: somebody waits for it otherwise, or no longer.
    var doubtful: Set<WatchTarget> = []
    // Of `LoopHub+Delivering.swift`, but for the round, which is of `LoopHub+Upkeep.swift`.

    /// What has come of broadcasts and goes out next, and what is going out: a large crowd is told in slices.
    var turn = Turn(number: 1)
    var telling = Turn(number: 0)
    /// At which part of that; and as which bytes, once that has begun.
    var partNumber = 0
    var runs: Runs?
    /// Who is looked after in this second.
    var round: Round?
    /// How many watchers are told, or looked after, in one go, before the loop looks at its sockets again.
    let slice: Int
    /// Whom something was written to that has not been flushed.
    var written: [Watcher] = []
    var sent = 0
    /// The board's version of the newest broadcast that came, and of the newest that everybody has been told of, and
    /// of all before it.
    var newest: Int64 = 0
    var delivered: Int64 = 0

    /// Requests that wait for the next change of a lot.
    private(set) lazy var polls = LongPolls(statistics: statistics)
    /// Administrators who watch.
    let consoles = Consoles()
    /// Where the loops tell each other how many watch.
    let census: Census
    /// Seconds since the start.
    var tick = 0

    /// For what comes compressed, and for what goes out so.
    let inflater = Inflater()
    let deflater: Deflater
    let spareOutboxes = SpareOutboxes()

    let clock: any ServiceClock
    let limits: GatewayLimits
    let statistics: GatewayStatistics
    let budget: OutboundBudget
    /// The budget's name for this loop.
    let loop: Int

    init(
        clock: any ServiceClock, limits: GatewayLimits, statistics: GatewayStatistics,
        budget: OutboundBudget, census: Census = Census(), slice: Int = 512
    ) {
        self.slice = slice
        self.budget = budget
        self.census = census
        loop = budget.join()
        self.clock = clock
        self.limits = limits
        self.statistics = statistics
        deflater = Deflater(bytesMin: limits.compressionBytesMin)
    }

    var connectionCount: Int { watchers.count }
    /// Lots and sales that somebody watches.
    var topicCount: Int { auctions.count + sales.count }

    // MARK: - Connections

    func add(_ watcher: Watcher) {
        watcher.openedAt = tick
        watcher.lastHeard = tick
        watcher.lastHeartbeat = tick
        watchers[watcher.id] = watcher
    }

    func remove(_ watcher: Watcher) {
        watcher.markClosed()
        statistics.pricesSkipped(watcher.skipped)
        for id in watcher.auctions.keys { unwatch(id, by: watcher) }
        for id in watcher.sales.keys { unwatch(sale: id, by: watcher) }
        identify(watcher, as: nil)
        watchers[watcher.id] = nil
    }

    /// Takes note of whose connection it is.
    func identify(
        _ watcher: Watcher, as bidder: BidderID?, by credential: Credential? = nil,
        expiresAt: Instant? = nil
    ) {
        if let old = watcher.bidder {
            bidders[old]?[watcher.id] = nil
            if bidders[old]?.isEmpty == true {
                bidders[old] = nil
                interest.remove(old)
            }
        }
        watcher.bidder = bidder
        watcher.credential = credential
        watcher.expiresAt = expiresAt
        guard let bidder else { return }
        bidders[bidder, default: [:]][watcher.id] = watcher
        interest.add(bidder)
    }

    /// The server stops.
    func dismiss(_ watcher: Watcher) {
        catchUp(watcher)
        watcher.dismiss(at: tick)
    }

    /// Something came from the peer.
    func heard(from watcher: Watcher) {
        watcher.lastHeard = tick
        watcher.pingedAt = nil
    }

    // MARK: - Watching

    /// After ``expect(_:)``.
    ///
    /// - Parameters:
    ///   - head: the lot as the watcher is about to be told.
    ///   - version: the board's version of that.
    func watch(_ id: AuctionID, by watcher: Watcher, feed: Feed, head: LotHead, version: Int64) {
        cancel(&watcher.auctions[id], in: &auctions[id])
        let watch = Watcher.Watch(watcher: watcher, feed: feed)
        watcher.auctions[id] = watch
        expect(.auction(id))
        let topic = auctions[id] ?? Topic()
        auctions[id] = topic
        topic.add(watch)
        tell(of: id, to: watcher, head: head, version: version)
    }

    /// Begins to watch a sale, after ``expect(_:)``. Of each of its lots the watcher hears nothing
    /// before it has been told of it, see ``tell(of:in:to:head:version:)``; but of one that it watches
    /// by itself it hears on.
    func watch(sale id: SaleID, by watcher: Watcher, feed: Feed, auctions lots: [AuctionID]) {
        cancel(&watcher.sales[id], in: &sales[id])
        let watch = Watcher.Watch(watcher: watcher, feed: feed)
        watcher.sales[id] = watch
        expect(.sale(id))
        let topic = sales[id] ?? Topic()
        sales[id] = topic
        topic.add(watch)
        for lot in lots where watcher.auctions[lot] == nil { watcher.told.postpone(lot) }
    }

    /// The watcher gets a lot's snapshot, or what it has missed: nothing of that again.
    ///
    /// - Parameter sale: the sale that it watches the lot with, if it does.
    func tell(
        of id: AuctionID, in sale: SaleID? = nil, to watcher: Watcher, head: LotHead,
        version: Int64
    ) {
        watcher.told.note(id, at: version)
        watcher.dropKeptBack { $0.auction == id }
        auctions[id]?.note(head, of: id, at: tick)
        if let sale { sales[sale]?.note(head, of: id, at: tick) }
    }

    func unwatch(_ id: AuctionID, by watcher: Watcher) {
        cancel(&watcher.auctions[id], in: &auctions[id])
        if auctions[id] == nil { doubtful.insert(.auction(id)) }
        watcher.dropKeptBack { $0.auction == id && !watcher.watches(saleOf: $0) }
    }

    func unwatch(sale id: SaleID, by watcher: Watcher) {
        cancel(&watcher.sales[id], in: &sales[id])
        if sales[id] == nil { doubtful.insert(.sale(id)) }
        watcher.dropKeptBack { $0.sale == id && watcher.auctions[$0.auction] == nil }
    }

    private func cancel(_ watch: inout Watcher.Watch?, in topic: inout Topic?) {
        guard let cancelled = watch else { return }
        watch = nil
        topic?.remove(cancelled)
        if topic?.isEmpty == true { topic = nil }
    }
}

extension Watcher {
    fileprivate func watches(saleOf broadcast: Broadcast) -> Bool {
        broadcast.sale.map { sales[$0] != nil } ?? false
    }
}
