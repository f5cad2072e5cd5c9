/// A length of time in milliseconds.
public typealias Milliseconds = Int64

/// A point in time: Unix milliseconds on the server's clock. A client's clock is never read.
public struct Instant: Hashable, Sendable {
    public let milliseconds: Int64

    /// The last instant that the engine accepts, 9999-12-31T23:59:59.999Z. With every instant at
    /// most this and every duration at most ``durationMax``, sums can't overflow.
    public static let latest = Instant(milliseconds: 253_402_300_799_999)

    /// The longest duration that the engine accepts: 100 years.
    public static let durationMax: Milliseconds = 36_525 * 86_400_000

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Later by `duration`, at most ``latest``.
    public func advanced(by duration: Milliseconds) -> Instant {
        let (sum, overflow) = milliseconds.addingReportingOverflow(duration)
        if overflow { return duration > 0 ? .latest : Instant(milliseconds: .min) }
        return min(Instant(milliseconds: sum), .latest)
    }

    /// How long from `earlier` to here; negative when `earlier` is later. Saturates.
    public func milliseconds(since earlier: Instant) -> Milliseconds {
        let (difference, overflow) =
            milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        guard overflow else { return difference }
        return milliseconds < 0 ? .min : .max
    }
}

extension Instant: Comparable {
    public static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Instant: CustomStringConvertible {
    public var description: String { "\(milliseconds) ms" }
}
