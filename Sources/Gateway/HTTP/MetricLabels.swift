import WireProtocol

/// The values of a label, each with the word that stands in the metrics. A closed set: nobody can
/// misspell one, and no client can make one up.
protocol MetricLabel: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

/// What a connection is doing.
enum ConnectionState: String, MetricLabel {
    /// Speaks HTTP, or has said nothing yet.
    case http
    case websocket
    /// Server-Sent Events.
    case eventStream = "event_stream"
    /// Speaks HTTP, and waits for a lot's next change.
    case longPoll = "long_poll"
    /// Its TLS handshake is under way.
    case handshaking
    /// Has been told that it is over, and is about to go.
    case closing
}

/// Why a connection did not become what it wanted to be.
enum HandshakeFailure: String, MetricLabel {
    /// Not a well-formed opening handshake of RFC 6455.
    case badRequest = "bad_request"
    /// Another version of the protocol, or no upgrade at all.
    case version
    case origin
    case subprotocol
    /// The token that came with it was not good.
    case badToken = "bad_token"
    case tls
    /// Too many connections, or too many new ones.
    case limit
    /// It took too long.
    case timeout
    case draining
}

/// How a client that came back was brought up to date.
enum ResumeResult: String, MetricLabel {
    /// It got every change that it had missed.
    case replayed
    /// It got a snapshot: what it has missed is no longer in memory.
    case tooOld = "snapshot_too_old"
    /// It got a snapshot: its position is of another log, or of none that this one has had.
    case otherLog = "other_log"
    /// It got a snapshot: it would not have kept up with the changes.
    case tooSlow = "snapshot_too_slow"
}

/// How a WebSocket ended: by the code that the server sent, or without one.
enum ClosedWith: String, MetricLabel {
    case normal = "1000"
    case goingAway = "1001"
    case protocolError = "1002"
    case unacceptableData = "1003"
    case notUTF8 = "1007"
    case tooBig = "1009"
    case internalError = "1011"
    case overloaded = "1013"
    case draining = "4101"
    case noPong = "4102"
    case tooSlow = "4103"
    case tokenExpired = "4105"
    case writerUnavailable = "4106"
    case badToken = "4500"
    case nothingSaid = "4502"
    case revoked = "4503"
    case tooManyConnections = "4504"
    case keptOverRateLimit = "4505"
    case suspended = "4507"
    /// The peer closed it first.
    case peer
    /// The connection broke off.
    case broken
    case other

    init(_ code: CloseCode) { self = ClosedWith(rawValue: String(code.rawValue)) ?? .other }
}

/// The class of an HTTP answer's status.
enum StatusClass: String, MetricLabel {
    case informational = "1xx"
    case success = "2xx"
    case redirection = "3xx"
    case clientError = "4xx"
    case serverError = "5xx"

    init(status: Int) {
        self =
            switch status {
            case ..<200: .informational
            case ..<300: .success
            case ..<400: .redirection
            case ..<500: .clientError
            default: .serverError
            }
    }
}

enum MessageDirection: String, MetricLabel {
    case received
    case sent
}
