import AuctionRules

/// When a log that could not be opened may be tried again: after pauses that double, so that a disk
/// in trouble is left in peace, and within bounds, so that the service is soon back when it works.
struct RecoveryPace {
    private let pauseMin: Milliseconds
    private let pauseMax: Milliseconds
    private var pause: Milliseconds = 0
    private var lastFailure: Instant?

    init(_ limits: ServiceLimits) {
        pauseMin = limits.recoveryInterval
        pauseMax = max(limits.recoveryInterval, limits.recoveryIntervalMax)
    }

    /// Whether it is time. A clock that was set back makes nobody wait longer.
    func isDue(at now: Instant) -> Bool {
        guard let lastFailure else { return true }
        return now >= lastFailure.advanced(by: pause) || now < lastFailure
    }

    /// When it is time, as far as is known now.
    func next(after now: Instant) -> Instant {
        isDue(at: now) ? now : lastFailure?.advanced(by: pause) ?? now
    }

    mutating func noteFailure(at now: Instant) {
        pause = pause == 0 ? pauseMin : min(pause * 2, pauseMax)
        lastFailure = now
    }

    mutating func noteSuccess() {
        pause = 0
        lastFailure = nil
    }
}
