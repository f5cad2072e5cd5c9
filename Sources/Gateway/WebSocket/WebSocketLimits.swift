import WireProtocol

/// What one WebSocket peer may send. The defaults are the wire protocol's.
struct WebSocketLimits: Sendable, Equatable {
    /// Largest message in bytes, all of its fragments together. Checked as soon as a frame's
    /// header announces more, before its payload arrives.
    var messageBytesMax: Int
    /// Most frames that one message may come in; empty ones count.
    var fragmentsMax: Int
    /// Nanoseconds from the first byte of a message until all of it has come, and all of a ping or
    /// pong that comes alone.
    var messageNanosecondsMax: Int64
    /// How many bytes a byte of a compressed message may stand for; a kilobyte is always allowed.
    var inflationMax: Int
    /// Pings and pongs together that a peer may send on average. Pongs count too, as both reach
    /// no limit on messages.
    var pingsPerSecond: Int
    /// Pings and pongs that may come at once after a pause.
    var pingBurst: Int
    /// The close code for a peer that exceeds them.
    var pingFloodCode: CloseCode
    /// Whether text frames are taken; if not, one is answered by 1003 at its first byte.
    var acceptsText: Bool
    /// Whether binary frames are taken, likewise.
    var acceptsBinary: Bool

    /// Every number must be at least 1, and the code one that may be sent.
    init(
        messageBytesMax: Int = 16_384,
        fragmentsMax: Int = 16,
        messageNanosecondsMax: Int64 = 10_000_000_000,
        inflationMax: Int = 100,
        pingsPerSecond: Int = 2,
        pingBurst: Int = 10,
        pingFloodCode: CloseCode = .keptOverRateLimit,
        acceptsText: Bool = true,
        acceptsBinary: Bool = true
    ) {
        precondition(messageBytesMax >= 1 && fragmentsMax >= 1, "limits start at 1")
        precondition(messageNanosecondsMax >= 1 && inflationMax >= 1, "limits start at 1")
        precondition(pingsPerSecond >= 1 && pingBurst >= 1, "the ping budget starts at 1")
        precondition(pingFloodCode.isValidOnWire, "close code \(pingFloodCode) is never sent")
        self.messageBytesMax = messageBytesMax
        self.fragmentsMax = fragmentsMax
        self.messageNanosecondsMax = messageNanosecondsMax
        self.inflationMax = inflationMax
        self.pingsPerSecond = pingsPerSecond
        self.pingBurst = pingBurst
        self.pingFloodCode = pingFloodCode
        self.acceptsText = acceptsText
        self.acceptsBinary = acceptsBinary
    }

    var pings: RateLimit { RateLimit(perSecond: pingsPerSecond, burst: pingBurst) }
}

extension WebSocketLimits {
    init(_ limits: GatewayLimits) {
        self.init(
            messageBytesMax: limits.messageBytesMax, fragmentsMax: limits.fragmentsMax,
            messageNanosecondsMax: Int64(limits.messageSecondsMax) * 1_000_000_000,
            inflationMax: limits.inflationMax, pingsPerSecond: limits.pingsPerSecond,
            pingBurst: limits.pingBurst)
    }

    /// What a compressed message may hold, by the size of its compressed form.
    func messageBytesMax(inflatedFrom bytes: Int) -> Int {
        let (product, overflow) = max(bytes, 1).multipliedReportingOverflow(by: inflationMax)
        return overflow ? messageBytesMax : min(messageBytesMax, max(product, 1024))
    }

    /// The most bytes that a message may take compressed: deflate makes incompressible data larger,
    /// by an eighth at the worst (zlib's `deflateBound` for any setting).
    var compressedBytesMax: Int {
        let (sum, overflow) = messageBytesMax.addingReportingOverflow(messageBytesMax / 8 + 64)
        return overflow ? .max : sum
    }
}
