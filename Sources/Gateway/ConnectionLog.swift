import Logging

/// What the log says of WebSockets and event streams. Every line names its connection, as the client was
/// told it in `session`; none says what was said there.
struct ConnectionLog: Sendable {
    private let logger: Logger
    /// For what a client can bring about as often as it likes.
    private let quiet: QuietLog

    init(_ logger: Logger) {
        self.logger = logger
        quiet = QuietLog(logger)
    }

    func opened(_ connection: ConnectionID) {
        logger.debug("A connection was opened", metadata: ["connection": "\(connection.name)"])
    }

    func closed(_ connection: ConnectionID, _ how: ClosedWith) {
        let metadata: Logger.Metadata = [
            "connection": "\(connection.name)", "code": "\(how.rawValue)",
        ]
        switch how {
        // An operator wants to know of these without being asked.
        case .tooSlow: quiet.info("A connection took nothing any more", metadata: metadata)
        case .keptOverRateLimit:
            quiet.info("A connection kept asking too often", metadata: metadata)
        default: logger.debug("A connection was closed", metadata: metadata)
        }
    }
}
