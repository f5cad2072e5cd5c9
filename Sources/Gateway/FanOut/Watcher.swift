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
        // The topic's list holds the watch only as long as the watcher does: it cancels its
        // watches before it goes.
        unowned let watcher: Watcher
        let feed: Feed
        /// The board's version that it began with; what that holds is not sent again.
        let since: Int64
        var index = 0

        init(watcher: Watcher, feed: Feed, since: Int64) {
            self.watcher = watcher
            self.feed = feed
            self.since = since
        }
    }

    let id: ConnectionID
    private let channel: any Channel
    private let limits: GatewayLimits
    private let statistics: GatewayStatistics
    private(set) var isClosed = false

    var bidder: BidderID?
    var token: TokenHash?
    var auctions: [AuctionID: Watch] = [:]
    var sales: [SaleID: Watch] = [:]

    /// The newest price of each lot that waits until the connection can take it.
    private var conflated: OrderedDictionary<AuctionID, ByteBuffer> = [:]
    /// How many prices were skipped for newer ones.
    private(set) var skipped = 0
    /// Since when, in ticks of the hub, the connection takes nothing.
    private var stalledSince: Int?
    /// Whether something was written that is not flushed.
    var needsFlush = false

    /// In ticks of the hub.
    var lastHeartbeat = 0
    var lastHeard = 0
    var pingedAt: Int?

    init(
        id: ConnectionID, channel: any Channel, limits: GatewayLimits,
        statistics: GatewayStatistics
    ) {
        self.id = id
        self.channel = channel
        self.limits = limits
        self.statistics = statistics
    }

    var watchCount: Int { auctions.count + sales.count }

    // MARK: - Writing

    /// Writes a frame that must arrive. Closes the connection instead when it is too far behind.
    func send(_ frame: ByteBuffer) {
        guard !isClosed else { return }
        guard channel.isWritable || !isOverHardLimit else { return close(.tooSlow) }
        needsFlush = true
        channel.write(frame, promise: nil)
    }

    /// Writes a broadcast, or keeps it back for a newer one.
    func send(_ broadcast: Broadcast, feed: Feed) {
        guard !isClosed else { return }
        if feed == .latest {
            if broadcast.kind == .price, !channel.isWritable || !conflated.isEmpty {
                if conflated.updateValue(broadcast.frame, forKey: broadcast.auction) != nil {
                    skipped += 1
                }
                return
            }
            // What is never skipped carries the price, too: the one kept back is old now.
            if broadcast.head != nil, !conflated.isEmpty { conflated[broadcast.auction] = nil }
        }
        send(broadcast.frame)
    }

    /// The connection can take more: what was kept back goes out.
    func writabilityChanged() {
        guard channel.isWritable else { return }
        stalledSince = nil
        while channel.isWritable, let first = conflated.elements.first {
            conflated.removeFirst()
            send(first.value)
        }
        flush()
    }

    func flush() {
        guard needsFlush else { return }
        needsFlush = false
        channel.flush()
    }

    /// Looks after a connection that has taken nothing for a while.
    func checkStall(at tick: Int) {
        guard !channel.isWritable else { return stalledSince = nil }
        guard let stalledSince else { return self.stalledSince = tick }
        if tick - stalledSince >= limits.stallSecondsMax { close(.tooSlow) }
    }

    private var isOverHardLimit: Bool {
        let buffered = try? channel.syncOptions?.getOption(.bufferedWritableBytes)
        return (buffered ?? 0) > limits.outboundBytesMax
    }

    // MARK: - Closing

    /// Says why, as far as the connection still takes anything, and closes it.
    func close(_ code: CloseCode, waitMilliseconds: Int64 = 0, jitterMilliseconds: Int64 = 0) {
        guard !isClosed else { return }
        isClosed = true
        if code == .tooSlow { statistics.closedTooSlow() }
        guard channel.isWritable || !isOverHardLimit else { return channel.close(promise: nil) }
        channel.write(
            Frames.bye(
                code, waitMilliseconds: waitMilliseconds, jitterMilliseconds: jitterMilliseconds),
            promise: nil)
        // The handler sends the close frame, waits for the peer's, and closes the channel.
        channel.triggerUserOutboundEvent(CloseRequest(code: code), promise: nil)
    }

    /// The channel is gone.
    func markClosed() { isClosed = true }
}

/// Asks a WebSocket handler to begin the closing handshake.
struct CloseRequest: Sendable {
    let code: CloseCode
}
