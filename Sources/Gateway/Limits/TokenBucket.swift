/// How often something may happen: so many times a second on average, and so many times at once
/// after a pause.
struct RateLimit: Hashable, Sendable {
    /// Nanoseconds in which one comes back.
    let interval: Int64
    /// Nanoseconds that may be owed before something is refused.
    let tolerance: Int64

    /// Both numbers are 1 to 1,000,000,000; what is beyond counts as the nearer end.
    init(perSecond: Int, burst: Int) {
        let range = 1...1_000_000_000
        interval = 1_000_000_000 / Int64(min(max(perSecond, range.lowerBound), range.upperBound))
        // At most 10^18: no overflow.
        tolerance = interval * (Int64(min(max(burst, range.lowerBound), range.upperBound)) - 1)
    }

    /// How long to wait, in nanoseconds, until one may be spent of a bucket that would be full
    /// again at that time; nil: now.
    func wait(untilFull fullAgainAt: Int64, at now: Int64) -> Int64? {
        guard fullAgainAt > now else { return nil }
        let (debt, overflow) = fullAgainAt.subtractingReportingOverflow(now)
        guard !overflow else { return .max }
        return debt > tolerance ? debt - tolerance : nil
    }

    /// When a bucket is full again of which one is spent now.
    func fullAgain(after fullAgainAt: Int64, at now: Int64) -> Int64 {
        let (time, overflow) = max(fullAgainAt, now).addingReportingOverflow(interval)
        return overflow ? .max : time
    }
}

/// A bucket that refills evenly, kept as the one instant at which it would be full again (the
/// generic cell rate algorithm): three numbers, however high the rate.
///
/// Times are nanoseconds of any monotonic clock.
struct TokenBucket: Hashable, Sendable {
    private let rate: RateLimit
    private var fullAgainAt: Int64 = .min

    /// Full.
    init(_ rate: RateLimit) { self.rate = rate }

    /// How long to wait until one may be spent; nil: now.
    func wait(at now: Int64) -> Int64? { rate.wait(untilFull: fullAgainAt, at: now) }

    /// Spends one, if there is one.
    ///
    /// - Returns: nil when it was spent; else how long to wait, and nothing is spent: who asks too
    ///   often waits no longer for it.
    mutating func spend(at now: Int64) -> Int64? {
        if let wait = wait(at: now) { return wait }
        fullAgainAt = rate.fullAgain(after: fullAgainAt, at: now)
        return nil
    }
}
