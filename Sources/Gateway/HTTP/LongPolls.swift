import AuctionRules
import BidService

/// The requests of one event loop's connections that wait for a lot's next change. Belongs to that
/// loop: a change costs it one look, however many wait.
final class LongPolls {
    private var waiting: [AuctionID: [ObjectIdentifier: LongPoll]] = [:]
    /// The server stops: nobody can wait any more.
    private(set) var isClosed = false

    private let statistics: GatewayStatistics

    init(statistics: GatewayStatistics) { self.statistics = statistics }

    func add(_ poll: LongPoll) {
        waiting[poll.auction, default: [:]][ObjectIdentifier(poll)] = poll
        statistics.connections.add(to: .longPoll)
    }

    func remove(_ poll: LongPoll) {
        guard waiting[poll.auction]?.removeValue(forKey: ObjectIdentifier(poll)) != nil else {
            return
        }
        statistics.connections.remove(from: .longPoll)
        if waiting[poll.auction]?.isEmpty == true { waiting[poll.auction] = nil }
    }

    /// Whether somebody waits for the lot.
    func wait(for auction: AuctionID) -> Bool { waiting[auction] != nil }

    /// Adds how many wait, by the lot.
    func count(into counts: inout [AuctionID: Int]) {
        for (auction, polls) in waiting { counts[auction, default: 0] += polls.count }
    }

    /// The lot has changed: whoever has not seen it so is answered.
    func changed(_ auction: AuctionID) {
        guard let polls = waiting[auction] else { return }
        var common: LongPoll.News?
        for poll in polls.values { poll.look(sharing: &common) }
    }

    /// A credential is no longer good: perhaps one that somebody waits with.
    func checkIdentities() { for poll in all { poll.checkIdentity() } }

    /// Whoever waits with a credential that has expired waits no longer.
    func checkExpiry(at now: Instant) {
        for poll in all where poll.hasExpired(at: now) { poll.checkIdentity() }
    }

    /// The server stops: everybody is sent away.
    func close() {
        isClosed = true
        for poll in all { poll.sendAway() }
    }

    private var all: [LongPoll] { waiting.values.flatMap(\.values) }
}
