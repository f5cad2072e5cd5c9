import AuctionRules
import BidService
import NIOCore
import WireProtocol

/// What has been committed goes to all whom it concerns.
///
/// First to those who are told something of their own, an answer or that they were displaced; then the crowd is told
/// what everybody may know. To send to ten thousand sockets takes tens of milliseconds, and a bid that comes
/// meanwhile has the stamp of when it is read: so the crowd is told in slices, between which the loop looks at its
/// sockets and at what else has been committed.
extension LoopHub {
    /// Some have still to be told: ``deliver(_:since:)`` goes on with them, also when there is nothing new.
    var isTelling: Bool { !telling.isEmpty || !turn.isEmpty }

    /// Writes to all whom it concerns, and flushes each of them once.
    ///
    /// - Parameter since: when the first of it was committed, if that is to be counted.
    func deliver(_ deliveries: [Delivery], since: ContinuousClock.Instant? = nil) {
        let answers = write(deliveries, since: since)
        // Those to whom something was written get all of what everybody is told with it, in the same write.
        if isTelling { for watcher in written { catchUp(watcher) } }
        flushWritten()
        if let since, answers > 0 {
            statistics.ackWriting.observe(ContinuousClock.now - since, count: answers)
        }
        guard isTelling else { return }
        tellCrowd(upTo: slice)
        flushWritten()
    }

    /// - Returns: how many answers there were.
    private func write(_ deliveries: [Delivery], since: ContinuousClock.Instant?) -> Int {
        var answers = 0
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
                gather(broadcast, since: since)
            case .notice(let bidder, let message):
                guard let own = bidders[bidder] else { continue }
                let frames = FrameCopies(of: message)
                for watcher in own.values {
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
                    write(console.chunk(for: request), to: console.watcher)
                }
            case .revoked(let revocation):
                tellCrowd(upTo: .max)
                deliver(revocation)
            }
        }
        return answers
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

    // MARK: - The crowd

    private func gather(_ broadcast: Broadcast, since: ContinuousClock.Instant?) {
        newest = max(newest, broadcast.version)
        if broadcast.head != nil { polls.changed(broadcast.auction) }
        var topics: [Topic] = []
        if let topic = auctions[broadcast.auction] { topics.append(topic) }
        if let sale = broadcast.sale, let topic = sales[sale] { topics.append(topic) }
        if !topics.isEmpty {
            for topic in topics { topic.note(broadcast.head, of: broadcast.auction, at: tick) }
            turn.append(broadcast, for: topics, since: since)
        }
        noteDelivered()
        guard turn.isFull else { return }
        while !telling.isEmpty { tellPart(upTo: .max) }
        tellCrowd(upTo: slice)
    }

    /// Tells so many of those who have not been told.
    private func tellCrowd(upTo most: Int) {
        var left = most
        while left > 0, isTelling {
            if telling.isEmpty { beginTelling() }
            left -= tellPart(upTo: left)
        }
    }

    private func beginTelling() {
        swap(&telling, &turn)
        turn.clear(number: telling.number == .max ? 1 : telling.number + 1)
        for part in telling.parts { part.topic.toldCount = 0 }
    }

    /// Writes the broadcasts that are going out to the next watchers of one topic.
    ///
    /// - Returns: to how many.
    @discardableResult
    private func tellPart(upTo most: Int) -> Int {
        let part = telling.parts[partNumber]
        let (topic, count) = (part.topic, part.positions.count)
        let runs = self.runs ?? Runs(of: part, in: telling, deflater: deflater)
        self.runs = runs
        var told = 0
        while told < most, topic.toldCount < topic.places.count {
            told += 1
            let place = topic.places[topic.toldCount]
            guard let direct = place.direct else {
                tellPlainly(topic)
                continue
            }
            let run = runs[place.run] ?? runs.make(for: topic.watches[topic.toldCount].watcher)
            guard run.count <= limits.outboundSoftHigh else {
                tellPlainly(topic)
                continue
            }
            sent += count
            let taken = direct.send(run)
            guard taken < run.count else {
                topic.toldCount += 1
                continue
            }
            let watch = topic.watches[topic.toldCount]
            topic.toldCount += 1
            written.append(watch.watcher)
            watch.watcher.write(rest: ByteBuffer(bytes: run[taken...]))
        }
        if topic.toldCount == topic.places.count {
            self.runs = nil
            partNumber += 1
            if partNumber == telling.parts.count { endTelling() }
        }
        return told
    }

    /// The next watcher of the topic is one that has to be looked at.
    private func tellPlainly(_ topic: Topic) {
        let watch = topic.watches[topic.toldCount]
        catchUp(watch.watcher)
        // Unless its connection has broken, and another one stands there now.
        if watch.topic === topic { topic.toldCount += 1 }
    }

    private func endTelling() {
        partNumber = 0
        for watcher in telling.caughtUp where watcher.turn.number == telling.number {
            watcher.turnIsOver()
        }
        if let since = telling.since {
            statistics.broadcastLag.observe(ContinuousClock.now - since)
        }
        telling.clear(number: 0)
        noteDelivered()
    }

    private func noteDelivered() {
        if !isTelling { delivered = newest }
    }

    // MARK: - One of them

    /// What was told of fewer lots is looked through in every turn, and of more once a second.
    private static let toldFew = 4

    /// Writes to a watcher what it has not had yet of what everybody is told: before anything else is written to it
    /// that must not come first.
    func catchUp(_ watcher: Watcher) {
        guard isTelling, watcher.watchCount > 0 else { return }
        // Who has had some of what comes next has had all of what is going out.
        if !telling.isEmpty, watcher.turn.number != turn.number,
            let missed = telling.catchUp(watcher)
        {
            for position in missed where !watcher.hasBeenTold(telling.broadcasts[position]) {
                tell(watcher, telling.broadcasts[position], telling.frames(at: position))
            }
        }
        if let missed = turn.catchUp(watcher) {
            for position in missed {
                tell(watcher, turn.broadcasts[position], turn.frames(at: position))
            }
        }
        // So that the next turn finds nothing in its way.
        if watcher.told.count < Self.toldFew { watcher.told.prune(before: newest) }
    }

    private func tell(_ watcher: Watcher, _ broadcast: Broadcast, _ frames: FrameCopies) {
        guard let feed = watcher.feed(for: broadcast), !watcher.told.covers(broadcast) else {
            return
        }
        noteWriting(to: watcher) { watcher.send(broadcast, frames, feed: feed) }
    }

    // MARK: - Writing

    /// Writes something of its own to a watcher.
    func write(_ frame: ByteBuffer, to watcher: Watcher) {
        catchUp(watcher)
        noteWriting(to: watcher) { watcher.send(frame) }
    }

    /// Counts what is written, and takes note of whom to flush.
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
    /// How it watches the broadcast's lot: every change, when either the lot or its sale is watched so;
    /// nil when neither is.
    fileprivate func feed(for broadcast: Broadcast) -> Feed? {
        let ofLot = auctions[broadcast.auction]?.feed
        if ofLot == .full { return .full }
        return broadcast.sale.flatMap { sales[$0]?.feed } ?? ofLot
    }

    /// Whether the broadcast, which is going out, has gone to it as one of a crowd.
    fileprivate func hasBeenTold(_ broadcast: Broadcast) -> Bool {
        auctions[broadcast.auction]?.isTold == true
            || broadcast.sale.map { sales[$0]?.isTold == true } ?? false
    }
}

extension Watcher.Watch {
    fileprivate var isTold: Bool { topic.map { index < $0.toldCount } ?? false }
}
