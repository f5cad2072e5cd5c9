import Logging
import Synchronization

/// Says what anybody out there can make happen as often as he likes: the first few of a while with
/// a line each, and afterwards how many more there were.
final class QuietLog: Sendable {
    private struct State {
        var began: ContinuousClock.Instant?
        var lines = 0
        var silent = 0
    }

    private let logger: Logger
    private let linesMax: Int
    private let period: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - linesMax: lines in a `period`.
    init(_ logger: Logger, linesMax: Int = 10, period: Duration = .seconds(10)) {
        self.logger = logger
        self.linesMax = linesMax
        self.period = period
    }

    func info(
        _ message: Logger.Message, metadata: @autoclosure () -> Logger.Metadata,
        now: ContinuousClock.Instant = .now
    ) {
        guard logger.logLevel <= .info else { return }
        let silent = state.withLock { state -> Int? in
            if state.began.map({ now - $0 >= period }) ?? true {
                state.began = now
                state.lines = 0
            }
            guard state.lines < linesMax else {
                state.silent += 1
                return nil
            }
            state.lines += 1
            defer { state.silent = 0 }
            return state.silent
        }
        guard let silent else { return }
        var metadata = metadata()
        if silent > 0 { metadata["not_logged_before"] = "\(silent)" }
        logger.info(message, metadata: metadata)
    }
}
