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
        /// Each holds the other, and so do the watch and its topic, until the watch is cancelled, as
        /// ``LoopHub/remove(_:)`` does with all of a connection that goes.
        let watcher: Watcher
        let feed: Feed
        var index = 0
        /// While it is in one.
        var topic: Topic?

        init(watcher: Watcher, feed: Feed) {
            self.watcher = watcher
            self.feed = feed
        }
    }

    /// What keeps a broadcast from going straight to the socket, as it does to most watchers.
    struct Obstacles: OptionSet {
        let rawValue: UInt8

        static let closed = Obstacles(rawValue: 1)
        /// Something was written that is not flushed.
        static let unflushed = Obstacles(rawValue: 2)
        /// Bytes may wait in the channel, or have to go through it.
        static let channel = Obstacles(rawValue: 4)
        /// There is something that it must not be told again.
        static let told = Obstacles(rawValue: 8)
        /// Prices are kept back for it.
        static let keptBack = Obstacles(rawValue: 16)
        /// It watches nothing, or more than one thing.
        static let watches = Obstacles(rawValue: 32)
        /// It has had a part of the turn already.
        static let turn = Obstacles(rawValue: 64)
    }

    /// Those of the limits that it needs: all of them take half a kilobyte.
    private struct Bounds {
        let outboundSoftHigh: Int
        let outboundBytesMax: Int
        let stallSecondsMax: Int
        let drainJitterMilliseconds: Int64

        init(_ limits: GatewayLimits) {
            outboundSoftHigh = limits.outboundSoftHigh
            outboundBytesMax = limits.outboundBytesMax
            stallSecondsMax = limits.stallSecondsMax
            drainJitterMilliseconds = limits.drainJitterMilliseconds
        }
    }

    private(set) var obstacles: Obstacles = [.channel, .watches] {
        didSet {
            // The place says only whether there are any.
            guard obstacles.isEmpty != oldValue.isEmpty || obstacles.contains(.closed) else {
                return
            }
            if let soleWatch { soleWatch.topic?.update(soleWatch) }
        }
    }
    /// Its watch, if it has just one.
    private var soleWatch: Watch? {
        didSet {
            guard oldValue !== soleWatch else { return }
            if let oldValue { oldValue.topic?.update(oldValue) }
            if let soleWatch { soleWatch.topic?.update(soleWatch) }
        }
    }
    /// Of the run of a turn's frames that it gets.
    let runNumber: RunNumber
    private(set) var turn: (number: UInt32, position: UInt32) = (0, 0)
    /// Past the channel; nil where only the channel can write.
    let direct: DirectSend?

    let id: ConnectionID
    /// How everything is said to it.
    let form: WireForm
    private let deflater: Deflater
    private let channel: any Channel
    private let limits: Bounds
    private let statistics: GatewayStatistics
    private let budget: OutboundBudget
    /// What was written and goes straight to the socket at the next flush. The channel holds nothing
    /// meanwhile.
    private var outbox: ByteBuffer?
    private let spareOutboxes: SpareOutboxes?
    /// How many bytes wait for the connection, as last looked at.
    private(set) var behind = 0
    /// Why it ends, as soon as that is known.
    private(set) var end: ClosedWith?

    var bidder: BidderID?
    var credential: Credential?
    /// From then on the credential is no longer good.
    var expiresAt: Instant?
    var auctions = Few<AuctionID, Watch>() { didSet { noteWatches() } }
    var sales = Few<SaleID, Watch>() { didSet { noteWatches() } }
    /// What a snapshot or a replay has told already, and must not be told again.
    var told = ToldVersions() { didSet { note(.told, !told.isEmpty) } }

    /// The newest price of each lot that waits until the connection can take it.
    private var conflated: OrderedDictionary<AuctionID, Broadcast> = [:] {
        didSet { note(.keptBack, !conflated.isEmpty) }
    }
    /// How many prices were skipped for newer ones.
    private(set) var skipped = 0
    /// Since when, in ticks of the hub, the connection takes nothing.
    private var stalledSince: Int?
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
        limits: GatewayLimits, statistics: GatewayStatistics, budget: OutboundBudget,
        direct: DirectSend? = nil, spareOutboxes: SpareOutboxes? = nil
    ) {
        self.direct = direct
        self.spareOutboxes = spareOutboxes
        runNumber = RunNumber(of: form)
        self.id = id
        self.form = form
        self.deflater = deflater
        self.channel = channel
        self.limits = Bounds(limits)
        self.statistics = statistics
        self.budget = budget
    }

    var watchCount: Int { auctions.count + sales.count }
    var isClosed: Bool { obstacles.contains(.closed) }
    /// Whether something was written that is not flushed.
    var needsFlush: Bool { obstacles.contains(.unflushed) }

    /// Whether the connection takes what is written to it.
    var isKeepingUp: Bool { !isClosed && channel.isWritable }

    /// What its topic has to know of it.
    var place: Topic.Place {
        Topic.Place(direct: obstacles.isEmpty ? direct : nil, run: runNumber)
    }

    private func note(_ obstacle: Obstacles, _ isThere: Bool) {
        if isThere { obstacles.insert(obstacle) } else { obstacles.remove(obstacle) }
    }

    private func noteWatches() {
        note(.watches, watchCount != 1)
        soleWatch = watchCount == 1 ? auctions.any ?? sales.any : nil
    }

    /// How much of which turn it has had, if it has had a part of it.
    func hasHad(_ position: Int, of turn: UInt32) {
        self.turn = (turn, UInt32(position))
        obstacles.insert(.turn)
    }

    /// The turn is over.
    func turnIsOver() { obstacles.remove(.turn) }

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
        write(frame)
    }

    private func write(_ frame: ByteBuffer) {
        obstacles.insert(.unflushed)
        guard mayUseOutbox() else { return channel.write(frame, promise: nil) }
        if outbox == nil { outbox = frame } else { outbox?.writeImmutableBuffer(frame) }
        emptyFullOutbox()
    }

    /// Writes to the outbox, where that may be used.
    ///
    /// - Parameter body: says whether it has written something.
    func withOutbox(_ body: (inout ByteBuffer) -> Bool) -> Bool {
        var frames =
            outbox ?? spareOutboxes?.take()
            ?? channel.allocator.buffer(capacity: SpareOutboxes.bytes)
        // Else there would be two who have it, and it would be copied.
        outbox = nil
        let isWritten = body(&frames)
        guard frames.readableBytes > 0 else { return false }
        outbox = frames
        obstacles.insert(.unflushed)
        emptyFullOutbox()
        return isWritten
    }

    /// What waits is the channel's business: it says when that is too much.
    private func emptyFullOutbox() {
        if let outbox, outbox.readableBytes > limits.outboundSoftHigh { emptyOutbox() }
    }

    /// Whether bytes can go straight to the socket: there is a way to it, and nothing in the channel that
    /// they would overtake.
    func mayUseOutbox() -> Bool { direct != nil && isChannelEmpty() }

    private func isChannelEmpty() -> Bool {
        guard obstacles.contains(.channel) else { return true }
        guard bufferedBytes == 0 else { return false }
        obstacles.remove(.channel)
        return true
    }

    /// Sends what waits in the outbox; the channel gets what the socket does not take.
    private func emptyOutbox() {
        guard let direct, let frames = outbox else { return }
        outbox = nil
        let taken = frames.withUnsafeReadableBytes { direct.send($0) }
        guard taken < frames.readableBytes else {
            spareOutboxes?.keep(consume frames)
            return
        }
        var rest = frames
        rest.moveReaderIndex(forwardBy: taken)
        write(rest: rest)
    }

    /// Writes what the socket has not taken to the channel.
    func write(rest: ByteBuffer) {
        obstacles.formUnion([.channel, .unflushed])
        channel.write(rest, promise: nil)
    }

    /// The channel is about to be written to by somebody else: what was written before goes first.
    func yieldChannel() {
        guard direct != nil else { return }
        emptyOutbox()
        obstacles.insert(.channel)
    }

    /// Writes a broadcast, or keeps it back for a newer one.
    ///
    /// - Parameter frames: the broadcast's, in each form that a watcher before this one had.
    func send(_ broadcast: Broadcast, _ frames: FrameCopies, feed: Feed) {
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
        emptyOutbox()
        obstacles.remove(.unflushed)
        if obstacles.contains(.channel) { channel.flush() }
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
        obstacles.insert(.closed)
        noteEnd(ClosedWith(code))
        if code == .tooSlow { statistics.closedTooSlow() }
        if code == .nothingSaid { statistics.reached(.firstMessage) }
        guard channel.isWritable || !isOverHardLimit else { return channel.close(promise: nil) }
        let bye = ServerFrame.bye(
            code, waitMilliseconds: waitMilliseconds, jitterMilliseconds: jitterMilliseconds)
        write(Frames.encode(bye, in: form, with: deflater))
        // The handler sends the close frame, waits for the peer's, and closes the channel.
        channel.triggerUserOutboundEvent(CloseRequest(code: code), promise: nil)
    }

    /// Cuts the connection off, to have the memory back that it holds. Without a word: that would
    /// have to wait behind all that it has not taken.
    func shed() {
        guard !isClosed else { return }
        obstacles.insert(.closed)
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
        obstacles.insert(.closed)
        outbox = nil
        noteBehind(0)
    }
}
