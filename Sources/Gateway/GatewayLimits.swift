/// Every bound of the gateway, with its reason.
public struct GatewayLimits: Hashable, Sendable {
    // MARK: - What a message may be

    /// A client's message: a bid takes 100 bytes, a JWT 4 KiB.
    public var messageBytesMax = 16_384
    /// Fragments of a message: no client of ours sends any.
    public var fragmentsMax = 16
    /// Smaller messages are not compressed: what it saves is less than a packet.
    public var compressionBytesMin = 512
    /// How many bytes one byte of a compressed message may stand for: JSON shrinks to a tenth, and
    /// a bomb to a thousandth.
    public var inflationMax = 100
    /// A request's first line and its header fields together: a JWT takes 4 KiB, cookies of other
    /// services on the same host as much again.
    public var headBytesMax = 8192
    /// Header fields of a request: a browser sends 20.
    public var headFieldsMax = 64
    /// A request's path and query: our longest are 300 bytes.
    public var targetBytesMax = 2048
    /// An HTTP request's body from anybody, and an administrator's (a catalogue of 10,000 lots).
    public var bodyBytesMax = 65_536
    public var adminBodyBytesMax = 16_777_216

    // MARK: - How long a peer may take

    /// How long a TLS handshake may take: it is two round trips, on a bad line a second each.
    public var tlsSecondsMax = 5
    /// From a connection's opening, or from the first byte of a further request, until a request's
    /// head is there. It is one packet from an honest client; who sends a byte a second holds a
    /// descriptor for nothing.
    public var requestHeadSecondsMax = 5
    /// From the last answer until the next request begins, and from a request's head until its
    /// body is there. A catalogue over a slow line takes as long.
    public var requestSecondsMax = 30
    /// How long a connection that was answered with an error may go on sending before it is cut.
    public var lingerSecondsMax = 1
    /// From the WebSocket's opening to the first message of a client whose upgrade did not say who
    /// it is. A client that wants something says so at once.
    public var firstMessageSecondsMax = 5
    /// From a message's first byte until all of it has come: a phone that loses its network in
    /// between comes back on a new connection.
    public var messageSecondsMax = 10

    // MARK: - How often

    /// Pings and pongs that a peer may send, on average and at once: a browser sends none, a
    /// library one in twenty seconds.
    public var pingsPerSecond = 2
    public var pingBurst = 10
    /// Messages over one connection, and HTTP requests likewise: more than anybody types, less than
    /// would be felt from a thousand connections.
    public var messagesPerSecond = 20
    /// So many may come at once: a client that comes back watches its 100 lots again, and repeats
    /// what had no answer.
    public var messageBurst = 120
    /// Refusals for asking too often that a connection may collect at once, and that it is forgiven
    /// each second. With more it does not heed them, and is closed.
    public var refusalBurst = 50
    public var refusalsPerSecond = 5
    /// Bids, buys and retractions of one bidder, over all of its connections and requests: nobody
    /// decides faster, and a program that does must not crowd others out of the queue.
    public var bidsPerSecond = 5
    /// After a pause: as many as a second allows.
    public var bidBurst = 5
    /// The same on one lot.
    public var bidsOnLotPerSecond = 2
    public var bidOnLotBurst = 2

    // MARK: - How many connections

    /// Connections of one address (of IPv6: of one network of 64 bits, which every household has):
    /// an office or a saleroom behind one router, and its tabs.
    public var connectionsPerAddressMax = 50
    /// New ones of one address, on average and after a pause: a page with a dozen files opens six.
    public var newConnectionsPerAddressPerSecond = 5
    public var newConnectionsPerAddressBurst = 20
    /// New ones in all: what TLS handshakes leave of a core for the bids. Reconnecting after a
    /// restart, 5,000 clients are back in 10 s.
    public var newConnectionsPerSecond = 500
    public var newConnectionsBurst = 500
    /// Connections that are told why they are refused, each second; further ones are just closed.
    public var toldRefusalsPerSecond = 50
    /// WebSockets in the name of one bidder: a phone, a desk and their tabs.
    public var connectionsPerBidderMax = 10

    // MARK: - How much

    /// Lots and sales that one connection may watch; a sale counts once.
    public var watchesMax = 100
    /// Lots on a page of `GET /v1/auctions`.
    public var pageMax = 200
    /// Above this a channel counts as slow and prices are conflated; below the other as recovered.
    public var outboundSoftHigh = 65_536
    public var outboundSoftLow = 32_768
    /// More than this is kept for no connection: one at 4 KB/s would be minutes behind.
    public var outboundBytesMax = 1_048_576
    /// What waits for all connections together: with a thousand that take nothing, four times less
    /// than each of them may have. The furthest behind go first.
    public var outboundTotalBytesMax = 268_435_456
    /// A connection that takes nothing for so long is closed.
    public var stallSecondsMax = 10

    // MARK: - Keeping in touch

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
    /// How long a server that stops says so in `/readyz` before it sends anybody away: longer than
    /// the interval of the load balancer that asks there, nothing where none does.
    public var drainNoticeMilliseconds: Int64 = 0
    /// Clients come back within so long after a restart, spread at random.
    public var drainJitterMilliseconds: Int64 = 5000

    public init() {}
}
