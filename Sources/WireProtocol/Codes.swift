/// Why a message was refused while its connection goes on (protocol, section 4). An open set: a
/// client meets the codes of later servers, too.
public struct ErrorCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let badMessage = ErrorCode(rawValue: "bad_message")
    public static let notSeen = ErrorCode(rawValue: "not_seen")
    /// What became of the bid can't be told: repeat the same id, or ask `bid_status`.
    public static let unknownOutcome = ErrorCode(rawValue: "unknown_outcome")
    public static let unknownType = ErrorCode(rawValue: "unknown_type")
    public static let unauthenticated = ErrorCode(rawValue: "unauthenticated")
    public static let forbidden = ErrorCode(rawValue: "forbidden")
    public static let unknownAuction = ErrorCode(rawValue: "unknown_auction")
    public static let tooManyWatches = ErrorCode(rawValue: "too_many_watches")
    /// Comes with `retry_after_ms`.
    public static let rateLimited = ErrorCode(rawValue: "rate_limited")
    public static let unavailable = ErrorCode(rawValue: "unavailable")

    public static let all: [ErrorCode] = [
        .badMessage, .notSeen, .unknownOutcome, .unknownType, .unauthenticated, .forbidden,
        .unknownAuction, .tooManyWatches, .rateLimited, .unavailable,
    ]

    /// The status of an HTTP answer with this code.
    public var httpStatus: Int {
        switch self {
        case .badMessage, .unknownType: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notSeen, .unknownAuction: 404
        case .tooManyWatches, .rateLimited: 429
        case .unknownOutcome, .unavailable: 503
        default: 500
        }
    }
}

/// Why a WebSocket connection is closed, and whether to come back (protocol, section 4).
public struct CloseCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let normal = CloseCode(rawValue: 1000)
    /// Shutting down or restarting.
    public static let goingAway = CloseCode(rawValue: 1001)
    public static let protocolError = CloseCode(rawValue: 1002)
    /// The wrong kind of frame for the subprotocol.
    public static let unacceptableData = CloseCode(rawValue: 1003)
    public static let notUTF8 = CloseCode(rawValue: 1007)
    public static let tooBig = CloseCode(rawValue: 1009)
    public static let internalError = CloseCode(rawValue: 1011)
    public static let overloaded = CloseCode(rawValue: 1013)
    public static let draining = CloseCode(rawValue: 4101)
    public static let noPong = CloseCode(rawValue: 4102)
    public static let tooSlow = CloseCode(rawValue: 4103)
    public static let tokenExpired = CloseCode(rawValue: 4105)
    public static let writerUnavailable = CloseCode(rawValue: 4106)
    public static let badToken = CloseCode(rawValue: 4500)
    public static let nothingSaid = CloseCode(rawValue: 4502)
    public static let revoked = CloseCode(rawValue: 4503)
    public static let tooManyConnections = CloseCode(rawValue: 4504)
    public static let keptOverRateLimit = CloseCode(rawValue: 4505)
    public static let suspended = CloseCode(rawValue: 4507)

    /// Whether a client shall come back, after a back-off. Own codes say it by their range; of the
    /// standard ones, those that blame the client or end on purpose say no.
    public var reconnects: Bool {
        switch rawValue {
        case 4100...4499: true
        case 4500...4999: false
        case 1000, 1002, 1003, 1007, 1009: false
        default: true
        }
    }
}
