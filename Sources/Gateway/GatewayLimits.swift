/// Every bound of the gateway, with its reason.
public struct GatewayLimits: Hashable, Sendable {
    /// A client's message: a bid takes 100 bytes, a JWT 4 KiB.
    public var messageBytesMax = 16_384
    /// Fragments of a message: no client of ours sends any.
    public var fragmentsMax = 16
    /// From a message's first byte until all of it has come: a phone that loses its network in
    /// between comes back on a new connection.
    public var messageSecondsMax = 10
    /// Pings and pongs that a peer may send, on average and at once: a browser sends none, a
    /// library one in twenty seconds.
    public var pingsPerSecond = 2
    public var pingBurst = 10
    /// Smaller messages are not compressed: what it saves is less than a packet.
    public var compressionBytesMin = 512
    /// How many bytes one byte of a compressed message may stand for: JSON shrinks to a tenth, and
    /// a bomb to a thousandth.
    public var inflationMax = 100
    /// Lots and sales that one connection may watch; a sale counts once.
    public var watchesMax = 100
    /// How long a TLS handshake may take: it is two round trips, on a bad line a second each.
    public var tlsSecondsMax = 5
    /// An HTTP request's body from anybody, and an administrator's (a catalogue of 10,000 lots).
    public var bodyBytesMax = 65_536
    public var adminBodyBytesMax = 16_777_216
    /// Above this a channel counts as slow and prices are conflated; below the other as recovered.
    public var outboundSoftHigh = 65_536
    public var outboundSoftLow = 32_768
    /// More than this is kept for no connection: one at 4 KB/s would be minutes behind.
    public var outboundBytesMax = 1_048_576
    /// A connection that takes nothing for so long is closed.
    public var stallSecondsMax = 10
    /// How often every watcher hears that it has missed nothing.
    public var heartbeatSeconds = 15
    /// A connection that is quiet for so long is pinged: below the 30 s of common proxies.
    public var pingAfterSeconds = 25
    /// How long it may take to answer.
    public var pongSecondsMax = 10
    /// How long a server that stops waits for answers that a connection is owed: a commit takes
    /// milliseconds, and one that hangs must not hold up the end.
    public var answerSecondsMax = 2
    /// How long a `GET` may wait for a lot's next change: what common proxies allow an answer.
    public var pollSecondsMax = 60
    /// How long a closing handshake may take.
    public var closeSecondsMax = 5
    /// Credentials that are not good, one after the other, on one connection: a client tries one, and
    /// perhaps a newer one.
    public var failedAuthenticationsMax = 5
    /// How long a one-time ticket is good.
    public var ticketMilliseconds: Int64 = 30_000
    /// Lots on a page of `GET /v1/auctions`.
    public var pageMax = 200
    /// How long a server that stops says so in `/readyz` before it sends anybody away: longer than
    /// the interval of the load balancer that asks there, nothing where none does.
    public var drainNoticeMilliseconds: Int64 = 0
    /// Clients come back within so long after a restart, spread at random.
    public var drainJitterMilliseconds: Int64 = 5000

    public init() {}
}
