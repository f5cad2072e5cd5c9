import Histogram

/// How long things took, from when they were due: an HDR histogram with three digits.
struct LatencyRecord: Sendable {
    /// 1 µs to 10 minutes, in nanoseconds.
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1000, highestTrackableValue: 600_000_000_000,
        numberOfSignificantValueDigits: .three)

    var count: UInt64 { histogram.totalCount }

    /// - Parameter nanoseconds: above ten minutes it counts as ten minutes.
    mutating func record(_ nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, 600_000_000_000))
    }

    /// So much of it took no longer than that many milliseconds.
    ///
    /// - Parameter percent: 0 ... 100.
    func milliseconds(at percent: Double) -> Double {
        Double(percent >= 100 ? histogram.max : histogram.valueAtPercentile(percent)) / 1e6
    }

    /// p50, p99, p99.9 and the longest, as figures whose keys begin alike.
    func figures(_ kind: FigureKind.Latency) -> [Figure] {
        guard count > 0 else { return [] }
        return [
            Figure(kind.p50, milliseconds(at: 50)), Figure(kind.p99, milliseconds(at: 99)),
            Figure(kind.p999, milliseconds(at: 99.9)), Figure(kind.most, milliseconds(at: 100)),
        ]
    }
}
