public import AuctionRules
public import WireProtocol

/// What a watcher hears.
public enum WatchUpdate: Hashable, Sendable {
    /// The whole state: at first, and again where the changes in between can't be had.
    case snapshot(ServerMessage.Snapshot)
    /// The bidding moved.
    case price(ServerMessage.Price)
    /// The lot itself changed: it opened, paused, got another end, closed.
    case status(ServerMessage.Status)
    /// The auctioneer has something to say.
    case notice(ServerMessage.Notice)
    /// Everything missed has been delivered; from here on it is live.
    case watching(ServerMessage.Watched)
    /// `feed: full` only: these public changes of the lot were not delivered and won't be. What
    /// comes next carries the whole state.
    case missed(AuctionID, ClosedRange<Int64>)
    /// The connection was lost; what is shown may be old. The client comes back after the delay.
    case disconnected(CloseReason, retryAfter: Duration)
}

/// Follows what one watch has seen, so that it can be resumed and holes are noticed. Pure.
///
/// Guarantees that nothing is passed on twice or out of order, across connections. A hole in a
/// `full` feed is asked for again; only what the server can't give any more is reported as missed.
struct WatchTracker {
    /// What follows from a message: what the watcher is told, and what to send.
    struct Heard: Hashable {
        var updates: [WatchUpdate] = []
        var ask: [ClientMessage] = []
    }

    private struct Lot {
        var log: String
        /// The last change passed on.
        var seq: Int64
        /// What a heartbeat said is newest.
        var announced: Int64 = 0
        /// The changes after `seq` have been asked for: until they come, later ones are left.
        var isAsked = false
        /// Heartbeats since then.
        var patience = 0
    }

    let target: WatchTarget
    let feed: Feed
    /// All that the server may have been asked to watch for this.
    private(set) var asked: [WatchTarget]
    private var lots: [AuctionID: Lot] = [:]

    init(_ target: WatchTarget, feed: Feed) {
        self.target = target
        self.feed = feed
        asked = [target]
    }

    // MARK: - Asking

    /// What to say on a new connection: go on after the last change seen. A sale's lots are resumed
    /// each by itself, before the sale brings the rest.
    mutating func open() -> [ClientMessage] {
        switch target {
        case .auction(let id): [ask(id)]
        case .sale:
            lots.keys.sorted().map { ask($0) } + [.watch(target, feed: feed, resume: nil)]
        }
    }

    private mutating func ask(_ id: AuctionID) -> ClientMessage {
        let resume = lots[id].map { ResumePoint(after: $0.seq, log: $0.log) }
        if !asked.contains(.auction(id)) { asked.append(.auction(id)) }
        lots[id]?.isAsked = true
        lots[id]?.patience = 2
        return .watch(.auction(id), feed: feed, resume: resume)
    }

    // MARK: - Hearing

    mutating func receive(_ message: ServerMessage) -> Heard {
        switch message {
        case .snapshot(let snapshot): Heard(updates: receive(snapshot))
        case .price(let price): advance(price.auction, to: price.seq, .price(price))
        case .status(let status): advance(status.auction, to: status.seq, .status(status))
        case .watching(let watched): Heard(updates: receive(watched))
        case .notice(let notice):
            Heard(updates: concerns(notice.target) ? [.notice(notice)] : [])
        case .heartbeat(let heartbeat): Heard(ask: receive(heartbeat))
        default: Heard()
        }
    }

    private mutating func receive(_ snapshot: ServerMessage.Snapshot) -> [WatchUpdate] {
        let id = snapshot.lot.auction
        switch target {
        case .auction(let own): guard own == id else { return [] }
        case .sale(let own): guard own == snapshot.lot.sale else { return [] }
        }
        let seq = snapshot.lot.seq
        var missed: [WatchUpdate] = []
        if let lot = lots[id], lot.log == snapshot.log {
            // An answer to another question, or a sale's word on a lot that was resumed.
            guard seq > lot.seq else {
                lots[id]?.isAsked = false
                return []
            }
            missed = hole(id, after: lot.seq, through: seq)
        }
        lots[id] = Lot(log: snapshot.log, seq: seq)
        return missed + [.snapshot(snapshot)]
    }

    private mutating func receive(_ watched: ServerMessage.Watched) -> [WatchUpdate] {
        guard concerns(watched.target) else { return [] }
        guard case .auction(let id) = watched.target, let seq = watched.seq, let lot = lots[id]
        else { return [.watching(watched)] }
        lots[id]?.isAsked = false
        guard feed == .full, seq > lot.seq else { return [.watching(watched)] }
        lots[id]?.seq = seq
        return hole(id, after: lot.seq, through: seq) + [.watching(watched)]
    }

    private mutating func advance(
        _ id: AuctionID, to seq: Int64, _ update: WatchUpdate
    ) -> Heard {
        guard let lot = lots[id], seq > lot.seq else { return Heard() }
        let isNext = seq == lot.seq + 1 || feed == .latest
        guard isNext || (lot.isAsked && lot.patience == 0) else {
            return lot.isAsked ? Heard() : Heard(ask: [ask(id)])
        }
        lots[id]?.seq = seq
        if isNext { lots[id]?.patience = 2 } else { lots[id]?.isAsked = false }
        return Heard(updates: hole(id, after: lot.seq, through: seq - 1) + [update])
    }

    private func hole(_ id: AuctionID, after seen: Int64, through last: Int64) -> [WatchUpdate] {
        guard feed == .full, last > seen else { return [] }
        return [.missed(id, seen + 1...last)]
    }

    private func concerns(_ target: WatchTarget) -> Bool {
        if target == self.target { return true }
        guard case .auction(let id) = target else { return false }
        return lots[id] != nil
    }

    /// A change that two heartbeats named and that has not come was lost on the way: it is asked
    /// for. One that was asked for is waited for as long, and then given up.
    private mutating func receive(_ heartbeat: ServerMessage.Heartbeat) -> [ClientMessage] {
        var overdue: [AuctionID] = []
        for (id, lot) in lots {
            if lot.isAsked {
                lots[id]?.patience = max(0, lot.patience - 1)
            } else if lot.announced > lot.seq {
                overdue.append(id)
            }
        }
        for head in heartbeat.heads { lots[head.auction]?.announced = head.seq }
        return overdue.sorted().map { ask($0) }
    }
}
