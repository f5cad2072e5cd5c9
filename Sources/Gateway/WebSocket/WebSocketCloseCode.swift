/// Why a WebSocket connection ends, as the number in its close frame.
///
/// The names are the codes of the wire protocol's section 4. Any number can be held, as a peer
/// may send any; ``isValidOnWire`` says which may appear in a close frame at all.
struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    var rawValue: UInt16

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Both sides are done.
    static let normal = Self(rawValue: 1000)
    /// This server is shutting down or restarting.
    static let goingAway = Self(rawValue: 1001)
    /// The peer broke RFC 6455: unmasked, reserved bits, opcode, fragmentation, bad close body.
    static let protocolError = Self(rawValue: 1002)
    /// Text where the subprotocol is binary, or the other way round.
    static let unsupportedData = Self(rawValue: 1003)
    /// Text, or the reason of a close, that is not UTF-8.
    static let invalidPayload = Self(rawValue: 1007)
    /// A message is larger, or in more pieces, than the limits allow.
    static let tooBig = Self(rawValue: 1009)
    /// We failed, not the peer.
    static let internalError = Self(rawValue: 1011)
    /// Overloaded; try later.
    static let tryAgainLater = Self(rawValue: 1013)

    /// This server takes no new work and is about to stop.
    static let draining = Self(rawValue: 4101)
    /// Our ping was not answered in time.
    static let noPong = Self(rawValue: 4102)
    /// The peer reads more slowly than its feed is written.
    static let tooSlow = Self(rawValue: 4103)
    /// The token ran out; come back with a new one.
    static let tokenExpired = Self(rawValue: 4105)
    /// The server has lost its writer for now.
    static let writerUnavailable = Self(rawValue: 4106)

    /// The token is not valid and will not become so.
    static let badToken = Self(rawValue: 4500)
    /// The peer said nothing in the time it had to.
    static let saidNothing = Self(rawValue: 4502)
    /// An administrator revoked the token.
    static let revoked = Self(rawValue: 4503)
    /// The bidder or address has too many connections.
    static let tooManyConnections = Self(rawValue: 4504)
    /// The peer kept on sending over its rate limit.
    static let overRateLimit = Self(rawValue: 4505)
    /// The bidder is suspended.
    static let suspended = Self(rawValue: 4507)
}

extension WebSocketCloseCode {
    /// Whether a client that gets this code should come back (with back-off) by itself.
    var reconnect: Bool {
        switch self.rawValue {
        case 1001, 1011, 1012, 1013, 1014: true
        case 4100...4499: true
        default: false
        }
    }

    /// Whether the code may stand in a close frame, sent or received: the codes that IANA has
    /// registered for it, and the ranges for libraries (3000…) and applications (4000…).
    /// 1004, 1005, 1006 and 1015 are reserved for what never goes over the wire.
    var isValidOnWire: Bool {
        switch self.rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

extension WebSocketCloseCode: CustomStringConvertible {
    var description: String { String(self.rawValue) }
}
