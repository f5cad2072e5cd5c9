import BidService

/// What the network's side counts, since the start of the process. Any thread may count and read;
/// the numbers are each exact, but not of one and the same moment.
///
/// One more count is one more property here and its name in ``families``; the values of a label are
/// enumerations in MetricLabels.swift.
public final class GatewayStatistics: Sendable {
    let connections = Gauges<ConnectionState>(
        "gavel_connections", by: "state", "Open connections by what they are doing.")
    let connectionsOpened = Counters<ConnectionState>(
        "gavel_connections_opened_total", by: "state",
        "Connections since the start, once for each state that they came into.")
    let handshakesFailed = Counters<HandshakeFailure>(
        "gavel_handshake_failures_total", by: "reason", "Handshakes that failed, by reason.")
    let tlsHandshakes = Counter(
        "gavel_tls_handshakes_total", "TLS handshakes that were completed.")
    let tlsFailures = Counters<TLSFailure>(
        "gavel_tls_handshake_failures_total", by: "reason",
        "Connections that ended before they spoke TLS.")
    let closed = Counters<ClosedWith>(
        "gavel_closes_total", by: "code",
        "WebSockets and event streams that ended, by the code for it.")
    let messages = Counters<MessageDirection>(
        "gavel_messages_total", by: "direction",
        "WebSocket messages; a broadcast counts once for each watcher.")
    let limitsReached = Counters<ReachedLimit>(
        "gavel_limits_reached_total", by: "limit",
        "Messages, requests and connections that were turned away, by the limit.")
    let resumed = Counters<ResumeResult>(
        "gavel_resumes_total", by: "result",
        "Clients that came back to a lot, by how they were brought up to date.")
    let pricesSkipped = Counter(
        "gavel_prices_skipped_total",
        "Prices passed over for newer ones on connections that could not keep up.")
    let slowClosed = Counter(
        "gavel_slow_connections_closed_total",
        "Connections closed because they took nothing any more.")
    let outboundBytes = Gauge(
        "gavel_outbound_queue_bytes",
        "Bytes that wait in this process for connections to take them.")
    let broadcastLag = Distribution(
        "gavel_broadcast_lag_seconds",
        "From a commit to the last write of its changes to a watcher, on each event loop.")
    let requests = Counters<StatusClass>(
        "gavel_http_requests_total", by: "status", "HTTP requests by the class of the answer.")

    /// From a request's being on disk to its answer's being written to its WebSocket, in
    /// microseconds: one stage of a family that the bid service has the others of.
    let ackWriting = Histogram(bounds: Histogram.latencyBounds)

    /// All of them, in the order in which they are printed.
    var families: [any MetricFamily] {
        [
            connections, connectionsOpened, handshakesFailed, tlsHandshakes, tlsFailures,
            closed, messages, limitsReached,
            resumed, pricesSkipped, slowClosed, outboundBytes, broadcastLag,
            requests,
        ]
    }

    public init() {}

    // MARK: - Counting

    /// A connection has become a WebSocket.
    func connectionOpened() {
        connections.add(to: .websocket)
        connectionsOpened.count(.websocket)
    }

    /// A connection is over; it stays for a moment, until the peer has closed it, too.
    func connectionCloses(_ how: ClosedWith, from state: ConnectionState = .websocket) {
        closed.count(how)
        connections.move(from: state, to: .closing)
    }

    func connectionClosed() { connections.remove(from: .closing) }

    /// A connection speaks HTTP; it stops doing so when it becomes a WebSocket, too.
    func httpConnectionOpened() {
        connections.add(to: .http)
        connectionsOpened.count(.http)
    }

    func httpConnectionClosed() { connections.remove(from: .http) }

    /// A connection has ended before it spoke TLS.
    func tlsFailed(_ failure: TLSFailure) {
        tlsFailures.count(failure)
        handshakesFailed.count(failure == .timedOut ? .timeout : .tls)
    }

    /// A whole message has come over a WebSocket.
    func messagesReceived(_ count: Int) { messages.count(.received, count) }
    /// Messages were written to WebSockets: a broadcast counts once for each watcher.
    func messagesSent(_ count: Int) { messages.count(.sent, count) }
    /// Prices were passed over for newer ones, on connections that could not keep up.
    func pricesSkipped(_ count: Int) { pricesSkipped.count(count) }
    /// A connection was closed because it took nothing any more.
    func closedTooSlow() { slowClosed.count() }
    /// An HTTP request was answered.
    func requestAnswered(status: Int) { requests.count(StatusClass(status: status)) }
    /// Somebody was turned away for a limit.
    func reached(_ limit: ReachedLimit) { limitsReached.count(limit) }
}
