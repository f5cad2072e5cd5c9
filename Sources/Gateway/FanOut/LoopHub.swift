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
    private var bidders: [BidderID: [ConnectionID: Watcher]] = [:]
    /// What all of them want to hear of.
    let interest = Interest()
    /// Of that, what no topic stands for: somebody waits for it otherwise, or no longer.
    var doubtful: Set<WatchTarget> = []
    /// Whom something was written to in this turn.
    private var written: [Watcher] = []
    private var sent = 0
    /// What has come of broadcasts since the last that went out.
    private var turn = Turn()
    /// Who has had a part of it.
    private var caughtUp: [Watcher] = []
    /// Requests that wait for the next change of a lot.
    private(set) lazy var polls = LongPolls(statistics: statistics)
    /// Administrators who watch.
    let consoles = Consoles()
    /// Where the loops tell each other how many watch.
    let census: Census
    /// Seconds since the start.
    var tick = 0
    /// The board's version of the newest broadcast that came.
    private(set) var delivered: Int64 = 0

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
        budget: OutboundBudget, census: Census = Census()
    ) {
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
    func dismiss(_ watcher: Watcher) { watcher.dismiss(at: tick) }

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

    // MARK: - Delivering

    /// Writes what has been committed to all whom it concerns, and flushes each of them once.
    ///
    /// - Parameter since: when the first of it was committed, if that is to be counted.
    func deliver(_ deliveries: [Delivery], since: ContinuousClock.Instant? = nil) {
        var answers = 0
        var hasBroadcasts = false
        // What came in one read is answered together: most answers are to whom the last one was to.
        var latest: Watcher?
        // And so is what they lead to for others.
        var displaced: (bidder: BidderID, watchers: [ConnectionID: Watcher])?
        for delivery in deliveries {
            switch delivery {
            case .answer(let asked, let answer):
                let isSame = latest?.id == asked.connection && latest?.isClosed == false
                guard let watcher = isSame ? latest : watchers[asked.connection] else { continue }
                latest = watcher
                answers += 1
                catchUp(watcher)
                noteWriting(to: watcher) { watcher.send(answer, to: asked.question) }
                watcher.answered()
            case .broadcast(let broadcast):
                hasBroadcasts = true
                deliver(broadcast)
            case .notice(let bidder, let message):
                guard let own = bidders[bidder] else { continue }
                let frames = FrameCopies(of: message)
                for watcher in own.values {
                    catchUp(watcher)
                    write(frames.frame(in: watcher.form, with: deflater), to: watcher)
                }
            case .outbid(let notice):
                if displaced?.bidder != notice.bidder {
                    displaced = (notice.bidder, bidders[notice.bidder] ?? [:])
                }
                // One that is closed meanwhile gets nothing.
                for watcher in (displaced?.watchers ?? [:]).values {
                    catchUp(watcher)
                    noteWriting(to: watcher) { watcher.send(notice) }
                }
            case .request(let request):
                for console in consoles.all where console.concerns(request) {
                    catchUp(console.watcher)
                    write(console.chunk(for: request), to: console.watcher)
                }
            case .revoked(let revocation):
                finishTurn()
                deliver(revocation)
            }
        }
        finishTurn()
        let hasWritten = sent > 0
        flushWritten()
        guard let since, hasWritten else { return }
        let lag = ContinuousClock.now - since
        statistics.ackWriting.observe(lag, count: answers)
        if hasBroadcasts { statistics.broadcastLag.observe(lag) }
    }

    private func deliver(_ broadcast: Broadcast) {
        delivered = max(delivered, broadcast.version)
        if broadcast.head != nil { polls.changed(broadcast.auction) }
        var topics: [Topic] = []
        if let topic = auctions[broadcast.auction] { topics.append(topic) }
        if let sale = broadcast.sale, let topic = sales[sale] { topics.append(topic) }
        guard !topics.isEmpty else { return }
        for topic in topics { topic.note(broadcast.head, of: broadcast.auction, at: tick) }
        turn.append(broadcast, for: topics)
        if turn.isFull { finishTurn() }
    }

    /// Writes the turn's broadcasts to all whom they concern.
    private func finishTurn() {
        guard !turn.isEmpty else { return }
        for part in turn.parts {
            let runs = Runs(of: part, in: turn, deflater: deflater)
            // Copies, as they are when we begin: who goes meanwhile is marked as closed.
            let (watches, places, changes) = (
                part.topic.watches, part.topic.places, part.topic.changes
            )
            for index in places.indices {
                let place =
                    part.topic.changes == changes ? places[index] : watches[index].watcher.place
                guard let direct = place.direct else {
                    catchUp(watches[index].watcher)
                    continue
                }
                let run = runs[place.run] ?? runs.make(for: watches[index].watcher)
                guard run.count <= limits.outboundSoftHigh else {
                    catchUp(watches[index].watcher)
                    continue
                }
                sent += part.positions.count
                let taken = direct.send(run)
                guard taken < run.count else { continue }
                let watcher = watches[index].watcher
                watcher.write(rest: ByteBuffer(bytes: run[taken...]))
                written.append(watcher)
            }
        }
        for watcher in caughtUp { watcher.turnIsOver() }
        caughtUp.removeAll(keepingCapacity: true)
        turn.clear()
    }

    /// What was told of fewer lots is looked through in every turn, and of more once a second.
    private static let toldFew = 4

    /// Writes to a watcher what it has not had yet of the turn: before anything else is written to it,
    /// and at the turn's end.
    private func catchUp(_ watcher: Watcher) {
        guard !turn.isEmpty, watcher.watchCount > 0 else { return }
        let start = watcher.turn.number == turn.number ? Int(watcher.turn.position) : 0
        guard start < turn.count else { return }
        watcher.hasHad(turn.count, of: turn.number)
        caughtUp.append(watcher)
        for position in start..<turn.count {
            let broadcast = turn.broadcasts[position]
            guard let feed = watcher.feed(for: broadcast), !watcher.told.covers(broadcast) else {
                continue
            }
            let frames = turn.frames(at: position)
            noteWriting(to: watcher) { watcher.send(broadcast, frames, feed: feed) }
        }
        // So that the next turn finds nothing in its way.
        if let last = turn.broadcasts.last, watcher.told.count < Self.toldFew {
            watcher.told.prune(before: last.version)
        }
    }

    /// Whoever has lost the right to the connection loses the connection.
    private func deliver(_ revocation: Revocation) {
        switch revocation {
        case .token(let hash):
            for watcher in watchers.values where watcher.credential == .token(hash) {
                watcher.close(.revoked)
            }
        case .keys(let keys):
            for watcher in watchers.values {
                guard case .jwt(let key)? = watcher.credential, keys.contains(key) else { continue }
                watcher.close(.revoked)
            }
        case .bidder(let bidder):
            for watcher in bidders[bidder]?.values.map({ $0 }) ?? [] { watcher.close(.suspended) }
        }
        polls.checkIdentities()
    }

    func write(_ frame: ByteBuffer, to watcher: Watcher) {
        noteWriting(to: watcher) { watcher.send(frame) }
    }

    /// Counts what is written, and takes note of whom to flush at the turn's end.
    private func noteWriting(to watcher: Watcher, _ write: () -> Void) {
        sent += 1
        let hadWritten = watcher.needsFlush
        write()
        if watcher.needsFlush, !hadWritten { written.append(watcher) }
    }

    func flushWritten() {
        statistics.messagesSent(sent)
        sent = 0
        var worst = 0
        for watcher in written {
            watcher.flush()
            worst = max(worst, watcher.behind)
        }
        written.removeAll(keepingCapacity: true)
        if worst > 0 { budget.raise(to: worst, of: loop) }
        if budget.isExceeded { shed() }
    }

    /// Too much waits for connections that don't take it: the furthest behind are cut off until it
    /// is not too much any more. Where another loop's are further behind, that one does it.
    private func shed() {
        var behind = watchers.values.filter { $0.behind > 0 }.sorted { $0.behind < $1.behind }
        while budget.isExceeded, let worst = behind.last, budget.isWorst(worst.behind, of: loop) {
            behind.removeLast()
            worst.shed()
        }
        budget.report(behind.last?.behind ?? 0, of: loop)
    }
}

extension Watcher {
    fileprivate func watches(saleOf broadcast: Broadcast) -> Bool {
        broadcast.sale.map { sales[$0] != nil } ?? false
    }

    /// How it watches the broadcast's lot: every change, when either the lot or its sale is watched so;
    /// nil when neither is.
    fileprivate func feed(for broadcast: Broadcast) -> Feed? {
        let ofLot = auctions[broadcast.auction]?.feed
        if ofLot == .full { return .full }
        return broadcast.sale.flatMap { sales[$0]?.feed } ?? ofLot
    }
}
