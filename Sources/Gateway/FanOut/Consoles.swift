import AuctionRules
import BidService
import NIOCore
import WireProtocol

/// The administrators who watch over one event loop's connections. Belongs to that loop.
final class Consoles {
    private(set) var all: [ConsoleTelling] = []

    func add(_ console: ConsoleTelling) { all.append(console) }

    func remove(_ console: ConsoleTelling) { all.removeAll { $0 === console } }
}

/// What is told over one administrator's connection: what everybody is who watches the same, as a
/// watcher like any other, and what only administrators are.
final class ConsoleTelling: EventTelling {
    let watcher: Watcher
    private let stream: ConsoleStream
    private let station: Station
    /// Lots of a sale that it has not been told of yet.
    private var opening: ArraySlice<AuctionID> = []
    private var lastTold: (watchers: ConsoleMessage.Watchers, tick: Int)?
    private var hasJoined = false
    /// Up to which bid that came too fast it has been told.
    private var hurriedTold: Int64 = 0

    /// How often it is told how many watch when that has not changed, in seconds: whoever sells has to
    /// know soon that nothing comes any more.
    private static let repetition = 5

    init(_ stream: ConsoleStream, to watcher: Watcher, at station: Station) {
        self.stream = stream
        self.watcher = watcher
        self.station = station
    }

    // MARK: - The beginning and the end

    func begin() {
        var administrator: String?
        if let token = stream.token {
            // Looked at once more: the token may have been revoked since the request was looked at,
            // and from here on a revocation finds the connection.
            switch station.authenticator.identify(token: token) {
            case .success(let identity):
                guard let name = identity.administrator else { return watcher.close(.revoked) }
                administrator = name
                station.hub.identify(
                    watcher, as: nil, by: identity.credential, expiresAt: identity.expiresAt)
            case .failure(.expired): return watcher.close(.tokenExpired)
            case .failure: return watcher.close(.revoked)
            }
        }
        // From here on it hears of requests; what it is told of the lots next is newer.
        hasJoined = true
        station.service.requestListeners.join()
        station.hub.census.join()
        hurriedTold = station.gatekeeper.hurriedBids.join()
        station.hub.consoles.add(self)
        let beginning = ConsoleMessage.Beginning(
            log: station.service.board.logID, administrator: administrator,
            reveals: stream.watch.reveals, serverTime: station.clock.now())
        watcher.send(EventChunk.encode(.console(beginning)))
        switch stream.watch.scope {
        case .sale(let id):
            station.hub.expect(.sale(id))
            opening = (station.service.board.auctions(in: id) ?? [])[...]
            station.hub.watch(sale: id, by: watcher, feed: .latest, auctions: Array(opening))
            goOn()
        case .auctions(let ids):
            for id in Set(ids) {
                station.hub.expect(.auction(id))
                guard let entrance = station.service.board.enter(id, after: nil, for: nil) else {
                    continue
                }
                station.enter(entrance, of: id, after: nil, feed: .latest, for: watcher)
            }
        }
    }

    /// A sale's lots go out as fast as the connection takes them: a catalogue is larger than what may
    /// wait for it.
    func goOn() {
        guard case .sale(let sale) = stream.watch.scope, hasJoined, !isComplete else { return }
        while watcher.isKeepingUp {
            guard let id = opening.popFirst() else {
                isComplete = true
                return watcher.send(ServerFrame(.watching(.init(sale))))
            }
            guard let entrance = station.service.board.enter(id, after: nil, for: nil) else {
                continue
            }
            station.hub.tell(
                of: id, in: sale, to: watcher, head: LotHead(entrance.snapshot.state),
                version: entrance.version)
            watcher.send(ServerFrame(.snapshot(station.snapshot(entrance.snapshot, for: watcher))))
        }
    }

    /// Whether it was told of every lot of the sale.
    private var isComplete = false

    func end() {
        guard hasJoined else { return }
        hasJoined = false
        station.service.requestListeners.leave()
        station.hub.census.leave()
        station.gatekeeper.hurriedBids.leave()
        station.hub.consoles.remove(self)
    }

    // MARK: - What only administrators are told

    func concerns(_ request: JudgedRequest) -> Bool {
        stream.watch.covers(request.auction, of: request.sale)
    }

    func chunk(for request: JudgedRequest) -> ByteBuffer {
        EventChunk.encode(.request(RequestRow(request, reveal: stream.watch.reveals)))
    }

    /// Takes its own watches out of the count.
    func leaveOut(of count: inout Census.Count) {
        for id in watcher.auctions.keys { count.auctions[id, default: 1] -= 1 }
        for id in watcher.sales.keys { count.sales[id, default: 1] -= 1 }
    }

    /// What there is to tell every second: who bids too fast, and how many watch; nil for nothing new.
    func chunk(for census: Census, at tick: Int) -> ByteBuffer? {
        let parts = hurriedChunks() + [watchersChunk(for: census, at: tick)].compactMap { $0 }
        guard var whole = parts.first else { return nil }
        for part in parts.dropFirst() { whole.writeImmutableBuffer(part) }
        return whole
    }

    private func hurriedChunks() -> [ByteBuffer] {
        let (bids, newest) = station.gatekeeper.hurriedBids.after(hurriedTold)
        hurriedTold = newest
        guard !bids.isEmpty else { return [] }
        let lots: Set<AuctionID> =
            switch stream.watch.scope {
            case .sale(let id): Set(station.service.board.auctions(in: id) ?? [])
            case .auctions(let ids): Set(ids)
            }
        var counts: [HurriedBids.Bid: Int] = [:]
        for bid in bids where lots.contains(bid.auction) { counts[bid, default: 0] += 1 }
        let now = station.clock.now()
        return counts.sorted { ($0.key.auction, $0.key.bidder) < ($1.key.auction, $1.key.bidder) }
            .map { bid, count in
                EventChunk.encode(
                    .tooFast(
                        .init(auction: bid.auction, bidder: bid.bidder, bids: count, at: now)))
            }
    }

    /// How many watch; nil when it has been told that already.
    private func watchersChunk(for census: Census, at tick: Int) -> ByteBuffer? {
        let now = station.clock.now()
        var watchers: ConsoleMessage.Watchers
        switch stream.watch.scope {
        case .sale(let id):
            let lots = station.service.board.auctions(in: id) ?? []
            watchers = .init(
                ofSale: census.watchers(of: id), ofAuctions: census.watchers(of: lots),
                serverTime: now)
        case .auctions(let ids):
            watchers = .init(ofSale: 0, ofAuctions: census.watchers(of: ids), serverTime: now)
        }
        if let (last, toldAt) = lastTold, tick - toldAt < Self.repetition,
            last.ofSale == watchers.ofSale, last.ofAuctions == watchers.ofAuctions
        {
            return nil
        }
        lastTold = (watchers, tick)
        return EventChunk.encode(.watchers(watchers))
    }
}
