import AuctionRules
import BidService
import NIOCore
import WireProtocol

/// Who watches what, among the connections of one event loop. Owned by that loop and used only on
/// it: no lock and no hop per watcher.
final class LoopHub {
    private var watchers: [ConnectionID: Watcher] = [:]
    private var auctions: [AuctionID: Topic] = [:]
    private var sales: [SaleID: Topic] = [:]
    private var bidders: [BidderID: [ConnectionID: Watcher]] = [:]
    /// Whom something was written to in this turn.
    private var written: [Watcher] = []
    private var sent = 0
    private var tick = 0

    private let clock: any ServiceClock
    private let limits: GatewayLimits
    private let statistics: GatewayStatistics

    init(clock: any ServiceClock, limits: GatewayLimits, statistics: GatewayStatistics) {
        self.clock = clock
        self.limits = limits
        self.statistics = statistics
    }

    var connectionCount: Int { watchers.count }

    // MARK: - Connections

    func add(_ watcher: Watcher) {
        watcher.lastHeard = tick
        watcher.lastHeartbeat = tick
        watchers[watcher.id] = watcher
    }

    func remove(_ watcher: Watcher) {
        watcher.markClosed()
        statistics.pricesSkipped(watcher.skipped)
        for id in watcher.auctions.keys { unwatch(id, by: watcher) }
        for id in watcher.sales.keys { unwatch(sale: id, by: watcher) }
        identify(watcher, as: nil, token: nil)
        watchers[watcher.id] = nil
    }

    /// Takes note of whose connection it is.
    func identify(_ watcher: Watcher, as bidder: BidderID?, token: TokenHash?) {
        if let old = watcher.bidder {
            bidders[old]?[watcher.id] = nil
            if bidders[old]?.isEmpty == true { bidders[old] = nil }
        }
        watcher.bidder = bidder
        watcher.token = token
        if let bidder { bidders[bidder, default: [:]][watcher.id] = watcher }
    }

    /// Something came from the peer.
    func heard(from watcher: Watcher) {
        watcher.lastHeard = tick
        watcher.pingedAt = nil
    }

    // MARK: - Watching

    /// - Parameters:
    ///   - head: the lot as the watcher has just been told.
    ///   - since: the board's version of that.
    func watch(_ id: AuctionID, by watcher: Watcher, feed: Feed, head: LotHead, since: Int64) {
        unwatch(id, by: watcher)
        let watch = Watcher.Watch(watcher: watcher, feed: feed, since: since)
        watcher.auctions[id] = watch
        let topic = auctions[id] ?? Topic()
        auctions[id] = topic
        topic.note(head, of: id, at: tick)
        topic.add(watch)
    }

    func watch(
        sale id: SaleID, by watcher: Watcher, feed: Feed, heads: [(AuctionID, LotHead)],
        since: Int64
    ) {
        unwatch(sale: id, by: watcher)
        let watch = Watcher.Watch(watcher: watcher, feed: feed, since: since)
        watcher.sales[id] = watch
        let topic = sales[id] ?? Topic()
        sales[id] = topic
        for (auction, head) in heads { topic.note(head, of: auction, at: tick) }
        topic.add(watch)
    }

    func unwatch(_ id: AuctionID, by watcher: Watcher) {
        guard let watch = watcher.auctions.removeValue(forKey: id) else { return }
        auctions[id]?.remove(watch)
        if auctions[id]?.isEmpty == true { auctions[id] = nil }
    }

    func unwatch(sale id: SaleID, by watcher: Watcher) {
        guard let watch = watcher.sales.removeValue(forKey: id) else { return }
        sales[id]?.remove(watch)
        if sales[id]?.isEmpty == true { sales[id] = nil }
    }

    // MARK: - Delivering

    /// Writes what has been committed to all whom it concerns, and flushes each of them once.
    func deliver(_ deliveries: [Delivery]) {
        for delivery in deliveries {
            switch delivery {
            case .answer(let id, let question, let answer):
                if let watcher = watchers[id] {
                    write(Frames.answer(answer, to: question), to: watcher)
                }
            case .broadcast(let broadcast): deliver(broadcast)
            case .notice(let bidder, let frame):
                guard let own = bidders[bidder] else { continue }
                for watcher in own.values { write(frame, to: watcher) }
            case .revoked(let revocation): deliver(revocation)
            }
        }
        flushWritten()
    }

    private func deliver(_ broadcast: Broadcast) {
        if let topic = auctions[broadcast.auction] {
            topic.note(broadcast.head, of: broadcast.auction, at: tick)
            for watch in topic.watches where watch.since < broadcast.version {
                write(broadcast, feed: watch.feed, to: watch.watcher)
            }
        }
        guard let sale = broadcast.sale, let topic = sales[sale] else { return }
        topic.note(broadcast.head, of: broadcast.auction, at: tick)
        for watch in topic.watches where watch.since < broadcast.version {
            // Who watches the lot itself has it already.
            guard watch.watcher.auctions[broadcast.auction] == nil else { continue }
            write(broadcast, feed: watch.feed, to: watch.watcher)
        }
    }

    /// The connection may go on to watch, but no longer in that bidder's name.
    private func deliver(_ revocation: Revocation) {
        switch revocation {
        case .token(let hash):
            for watcher in watchers.values where watcher.token == hash { watcher.close(.revoked) }
        case .bidder(let bidder):
            for watcher in bidders[bidder]?.values.map({ $0 }) ?? [] { watcher.close(.suspended) }
        }
    }

    private func write(_ broadcast: Broadcast, feed: Feed, to watcher: Watcher) {
        sent += 1
        let hadWritten = watcher.needsFlush
        watcher.send(broadcast, feed: feed)
        if watcher.needsFlush, !hadWritten { written.append(watcher) }
    }

    private func write(_ frame: ByteBuffer, to watcher: Watcher) {
        sent += 1
        let hadWritten = watcher.needsFlush
        watcher.send(frame)
        if watcher.needsFlush, !hadWritten { written.append(watcher) }
    }

    private func flushWritten() {
        statistics.messagesSent(sent)
        sent = 0
        for watcher in written { watcher.flush() }
        written.removeAll(keepingCapacity: true)
    }

    // MARK: - Once a second

    /// Heartbeats, pings, and connections that have been silent or stuck for too long.
    func second() {
        tick += 1
        let now = clock.now()
        var heartbeats = HeartbeatEncoder(now: now)
        for watcher in watchers.values {
            watcher.checkStall(at: tick)
            keepAlive(watcher)
            let silence = tick - watcher.lastHeartbeat
            guard silence >= limits.heartbeatSeconds || isInLastMinute(watcher, at: now) else {
                continue
            }
            write(heartbeats.frame(for: heads(of: watcher)), to: watcher)
            watcher.lastHeartbeat = tick
        }
        flushWritten()
    }

    private func keepAlive(_ watcher: Watcher) {
        if let pingedAt = watcher.pingedAt {
            if tick - pingedAt >= limits.pongSecondsMax { watcher.close(.noPong) }
        } else if tick - watcher.lastHeard >= limits.pingAfterSeconds {
            watcher.pingedAt = tick
            write(Frames.ping, to: watcher)
        }
    }

    private func isInLastMinute(_ watcher: Watcher, at now: Instant) -> Bool {
        watcher.auctions.keys.contains { auctions[$0]?.isInLastMinute(at: now) == true }
            || watcher.sales.keys.contains { sales[$0]?.isInLastMinute(at: now) == true }
    }

    /// The newest seq of what the connection watches and what has changed since its last heartbeat.
    private func heads(of watcher: Watcher) -> [AuctionID: Int64] {
        var heads: [AuctionID: Int64] = [:]
        for id in watcher.auctions.keys {
            auctions[id]?.collect(since: watcher.lastHeartbeat, into: &heads)
        }
        for id in watcher.sales.keys {
            sales[id]?.collect(since: watcher.lastHeartbeat, into: &heads)
        }
        return heads
    }
}
