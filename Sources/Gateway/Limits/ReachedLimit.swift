import WireProtocol

/// The limits for which somebody can be turned away, by the names that the metrics have for them.
enum ReachedLimit: String, MetricLabel {
    /// A message came too soon after others on its connection.
    case messages
    /// An HTTP request, likewise.
    case requests
    /// Pings and pongs came too fast.
    case pings
    /// A message, or the pieces that it came in, was too large.
    case message
    /// A message did not come whole in time.
    case slowMessage = "slow_message"
    /// A connection wanted to watch more than it may.
    case watches
    /// A bid came too soon after others of its bidder.
    case bids
    /// A connection did not heed that it was refused for asking too often.
    case refusals
    /// A request's head did not come in time.
    case requestHead = "request_head"
    /// A request's body did not come in time.
    case requestBody = "request_body"
    /// A WebSocket said nothing in time.
    case firstMessage = "first_message"
    /// A request's head was too large.
    case head
    /// An address had as many connections as it may have.
    case connectionsOfAddress = "connections_of_address"
    /// An address opened connections too fast.
    case newConnectionsOfAddress = "new_connections_of_address"
    /// All together opened connections too fast.
    case newConnectionsOfNode = "new_connections_of_node"
    /// A bidder had as many connections as it may have.
    case connectionsOfBidder = "connections_of_bidder"
    /// A connection was the furthest behind when too much waited for all of them.
    case outboundTotal = "outbound_total"
    /// A trusted proxy's `X-Forwarded-For` could not be read.
    case forwardedFor = "forwarded_for"
    /// What should have been a PROXY header was none, came too late, or from nobody trusted.
    case proxyHeader = "proxy_header"
}

extension ReachedLimit {
    /// Which limit a peer's frames were over; nil when they broke another rule.
    init?(_ failure: WebSocketFailure) {
        switch failure.code {
        case .keptOverRateLimit: self = .pings
        case .tooBig: self = .message
        case .nothingSaid: self = .slowMessage
        default: return nil
        }
    }
}
