import Synchronization

/// What the network's side counts, since the start of the process. Any thread may count and read;
/// the numbers are each exact, but not of one and the same moment.
public final class GatewayStatistics: Sendable {
    private let webSocketsOpened = Atomic<Int64>(0)
    private let webSocketsClosed = Atomic<Int64>(0)
    private let httpConnectionsOpened = Atomic<Int64>(0)
    private let httpConnectionsClosed = Atomic<Int64>(0)
    private let messagesReceived = Atomic<Int64>(0)
    private let messagesSent = Atomic<Int64>(0)
    private let pricesSkipped = Atomic<Int64>(0)
    private let tooSlow = Atomic<Int64>(0)
    /// HTTP answers by the first digit of their status.
    private let answers = Mutex<[Int: Int64]>([:])

    public init() {}

    // MARK: - Counting

    /// A connection has become a WebSocket.
    func connectionOpened() { webSocketsOpened.add(1, ordering: .relaxed) }
    func connectionClosed() { webSocketsClosed.add(1, ordering: .releasing) }
    /// A connection speaks HTTP; it stops doing so when it becomes a WebSocket, too.
    func httpConnectionOpened() { httpConnectionsOpened.add(1, ordering: .relaxed) }
    func httpConnectionClosed() { httpConnectionsClosed.add(1, ordering: .releasing) }
    /// A whole message has come over a WebSocket.
    func messageReceived() { messagesReceived.add(1, ordering: .relaxed) }
    /// Messages were written to WebSockets: a broadcast counts once for each watcher.
    func messagesSent(_ count: Int) { messagesSent.add(Int64(count), ordering: .relaxed) }
    /// Prices were passed over for newer ones, on connections that could not keep up.
    func pricesSkipped(_ count: Int) { pricesSkipped.add(Int64(count), ordering: .relaxed) }
    /// A connection was closed because it took nothing any more.
    func closedTooSlow() { tooSlow.add(1, ordering: .relaxed) }
    /// An HTTP request was answered.
    func requestAnswered(status: Int) { answers.withLock { $0[status / 100, default: 0] += 1 } }

    // MARK: - Reading

    public struct Reading: Sendable {
        public var webSockets: Int64 = 0
        public var webSocketsTotal: Int64 = 0
        public var httpConnections: Int64 = 0
        public var httpConnectionsTotal: Int64 = 0
        public var messagesReceived: Int64 = 0
        public var messagesSent: Int64 = 0
        public var pricesSkipped: Int64 = 0
        public var closedTooSlow: Int64 = 0
        /// HTTP answers by the first digit of their status.
        public var requestsByClass: [Int: Int64] = [:]
    }

    public var current: Reading {
        // The closed ones first: a connection counted as closed has been counted as opened.
        let closed = webSocketsClosed.load(ordering: .acquiring)
        let opened = webSocketsOpened.load(ordering: .acquiring)
        let httpClosed = httpConnectionsClosed.load(ordering: .acquiring)
        let httpOpened = httpConnectionsOpened.load(ordering: .acquiring)
        return Reading(
            webSockets: opened - closed, webSocketsTotal: opened,
            httpConnections: httpOpened - httpClosed, httpConnectionsTotal: httpOpened,
            messagesReceived: messagesReceived.load(ordering: .relaxed),
            messagesSent: messagesSent.load(ordering: .relaxed),
            pricesSkipped: pricesSkipped.load(ordering: .relaxed),
            closedTooSlow: tooSlow.load(ordering: .relaxed),
            requestsByClass: answers.withLock { $0 })
    }
}
