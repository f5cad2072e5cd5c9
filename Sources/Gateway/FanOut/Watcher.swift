import AuctionRules
import NIOCore
import OrderedCollections
import WireProtocol

/// One connection as the fan-out sees it: what it watches, and how far behind it is.
///
/// Belongs to its event loop. It never waits: what a slow connection can't take is conflated on the
/// `latest` feed, and beyond the hard bound the connection is closed.
final class Watcher {
    /// One subscription, in a topic's list at `index`.
    final class Watch {
        /// Each holds the other until the watch is cancelled, as ``LoopHub/remove(_:)`` does with
        /// all of a connection that goes.
        let watcher: Watcher
        let feed: Feed
        var index = 0

        init(watcher: Watcher, feed: Feed) {
            self.watcher = watcher
            self.feed = feed
        }
    }

    let id: ConnectionID
    /// How everything is said to it.
    let form: WireForm
    private let deflater: Deflater
    private let channel: any Channel
    private let limits: GatewayLimits
    private let statistics: GatewayStatistics
    private let budget: OutboundBudget
    /// How many bytes wait for the connection, as last looked at.
    private(set) var behind = 0
    private(set) var isClosed = false
    /// Why it ends, as soon as that is known.
    private(set) var end: ClosedWith?

    var bidder: BidderID?
    var credential: Credential?
    /// From then on the credential is no longer good.
    var expiresAt: Instant?
    var auctions: [AuctionID: Watch] = [:]
    var sales: [SaleID: Watch] = [:]
    /// What a snapshot or a replay has told already, and must not be told again.
    var told = ToldVersions()

    /// The newest price of each lot that waits until the connection can take it.
    private var conflated: OrderedDictionary<AuctionID, Broadcast> = [:]
    /// How many prices were skipped for newer ones.
    private(set) var skipped = 0
    /// Since when, in ticks of the hub, the connection takes nothing.
    private var stalledSince: Int?
    /// Whether something was written that is not flushed.
    private(set) var needsFlush = false

    /// Questions that the bid service has not answered yet.
    private var openQuestions = 0
    /// Since when, in ticks of the hub, the connection only waits for answers before it is closed.
    private(set) var leavingSince: Int?

    /// Whether the client has said who it is, or anything at all.
    var hasSpoken = false

    /// In ticks of the hub.
    var openedAt = 0
    var lastHeartbeat = 0
    var lastHeard = 0
    var pingedAt: Int?

    init(
        id: ConnectionID, form: WireForm, deflater: Deflater, channel: any Channel,
        limits: GatewayLimits, statistics: GatewayStatistics, budget: OutboundBudget
    ) {
        self.id = id
        self.form = form
        self.deflater = deflater
        self.channel = channel
        self.limits = limits
        self.statistics = statistics
        self.budget = budget
    }

    var watchCount: Int { auctions.count + sales.count }

    /// Whether the connection takes what is written to it.
    var isKeepingUp: Bool { !isClosed && channel.isWritable }

    // MARK: - Writing

    /// Writes a message that must arrive.
    func send(_ frame: ServerFrame) {
        guard !isClosed else { return }
        send(Frames.encode(frame, in: form, with: deflater))
    }

    /// Writes a frame that must arrive. Closes the connection instead when it is too far behind.
    func send(_ frame: ByteBuffer) {
        guard !isClosed else { return }
        guard channel.isWritable || !isOverHardLimit else { return close(.tooSlow) }
        needsFlush = true
        channel.write(frame, promise: nil)
    }

    /// Writes a broadcast, or keeps it back for a newer one.
    ///
    /// - Parameter frames: the broadcast's, in each form that a watcher before this one had.
    func send(_ broadcast: Broadcast, _ frames: inout FrameCopies, feed: Feed) {
        guard !isClosed else { return }
        if feed == .latest {
            if broadcast.kind == .price, !channel.isWritable || !conflated.isEmpty {
                let older = conflated.updateValue(broadcast, forKey: broadcast.auction)
                if older != nil { skipped += 1 }
                return
            }
            // What is never skipped carries the price, too: the one kept back is old now.
            if broadcast.head != nil, conflated.removeValue(forKey: broadcast.auction) != nil {
                skipped += 1
            }
        }
        send(frames.frame(in: form, with: deflater))
    }

    /// Drops prices that were kept back and that nobody waits for any more.
    func dropKeptBack(where isNeedless: (Broadcast) -> Bool) {
        guard !conflated.isEmpty else { return }
        let before = conflated.count
        conflated.removeAll { isNeedless($0.value) }
        skipped += before - conflated.count
    }

    /// The connection can take more: what was kept back goes out.
    func writabilityChanged() {
        guard channel.isWritable else { return }
        stalledSince = nil
        var sent = 0
        while channel.isWritable, sent < conflated.count {
            send(conflated.values[sent].message.frame(in: form, with: deflater))
            sent += 1
        }
        conflated.removeFirst(sent)
        flush()
    }

    func flush() {
        guard needsFlush else { return }
        needsFlush = false
        channel.flush()
        // Of those that keep up it is little, and looked at once a second.
        if behind > 0 || !channel.isWritable { measure() }
    }

    /// Looks how many bytes wait for the connection.
    func measure() { noteBehind(isClosed ? 0 : bufferedBytes) }

    private func noteBehind(_ bytes: Int) {
        guard bytes != behind else { return }
        budget.change(by: bytes - behind)
        behind = bytes
    }

    /// Looks after a connection that has taken nothing for a while.
    func checkStall(at tick: Int) {
        guard !channel.isWritable else { return stalledSince = nil }
        guard let stalledSince else { return self.stalledSince = tick }
        if tick - stalledSince >= limits.stallSecondsMax { close(.tooSlow) }
    }

    private var isOverHardLimit: Bool { bufferedBytes > limits.outboundBytesMax }

    private var bufferedBytes: Int {
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: - Closing

    /// Takes note of a question that goes to the bid service; false when none is taken any more.
    func mayAsk() -> Bool {
        guard leavingSince == nil else { return false }
        openQuestions += 1
        return true
    }

    /// A question was answered.
    func answered() {
        openQuestions -= 1
        if leavingSince != nil, openQuestions == 0 { leave() }
    }

    /// The server stops: says good-bye as soon as all that was asked has been answered.
    func dismiss(at tick: Int) {
        guard leavingSince == nil else { return }
        leavingSince = tick
        if openQuestions == 0 { leave() }
    }

    /// Says good-bye although there are answers to come.
    func leave() { close(.goingAway, jitterMilliseconds: limits.drainJitterMilliseconds) }

    /// Says why, as far as the connection still takes anything, and closes it.
    func close(_ code: CloseCode, waitMilliseconds: Int64 = 0, jitterMilliseconds: Int64 = 0) {
        guard !isClosed else { return }
        isClosed = true
        noteEnd(ClosedWith(code))
        if code == .tooSlow { statistics.closedTooSlow() }
        if code == .nothingSaid { statistics.reached(.firstMessage) }
        guard channel.isWritable || !isOverHardLimit else { return channel.close(promise: nil) }
        let bye = ServerFrame.bye(
            code, waitMilliseconds: waitMilliseconds, jitterMilliseconds: jitterMilliseconds)
        channel.write(Frames.encode(bye, in: form, with: deflater), promise: nil)
        // The handler sends the close frame, waits for the peer's, and closes the channel.
        channel.triggerUserOutboundEvent(CloseRequest(code: code), promise: nil)
    }

    /// Cuts the connection off, to have the memory back that it holds. Without a word: that would
    /// have to wait behind all that it has not taken.
    func shed() {
        guard !isClosed else { return }
        isClosed = true
        noteEnd(.tooSlow)
        statistics.closedTooSlow()
        statistics.reached(.outboundTotal)
        noteBehind(0)
        channel.close(promise: nil)
    }

    /// Counts why the connection ends; of several reasons the first one.
    func noteEnd(_ how: ClosedWith) {
        guard end == nil else { return }
        end = how
        statistics.connectionCloses(how, from: form.isOfEvents ? .eventStream : .websocket)
    }

    /// The channel is gone.
    func markClosed() {
        isClosed = true
        noteBehind(0)
    }
}

/// Up to which version of the board a watcher has been told of each lot, by a snapshot or by a
/// replay: a broadcast that is still on its way and no newer would be told twice.
///
/// Kept for as long as such a broadcast may come, and not only while the watch lasts: the same lot
/// may be watched by itself and with its sale.
struct ToldVersions {
    private var versions: [AuctionID: Int64] = [:]
    private var prunedAt: Int64 = 0

    /// The lot's snapshot is still to come, and will hold all that happens before it.
    mutating func postpone(_ auction: AuctionID) { versions[auction] = .max }

    /// The snapshot that was postponed will not come.
    mutating func forgetPostponed(_ auction: AuctionID) {
        if versions[auction] == .max { versions[auction] = nil }
    }

    mutating func note(_ auction: AuctionID, at version: Int64) { versions[auction] = version }

    func covers(_ broadcast: Broadcast) -> Bool {
        guard !versions.isEmpty, let version = versions[broadcast.auction] else { return false }
        return broadcast.version <= version
    }

    /// Forgets what is older than every broadcast that is still to come.
    ///
    /// - Parameter version: of the last one that came; more of the same may follow.
    mutating func prune(before version: Int64) {
        guard !versions.isEmpty, version > prunedAt else { return }
        prunedAt = version
        versions = versions.filter { $0.value >= version }
    }
}
