import Synchronization

/// Counts values in fixed buckets, without a lock: any thread may observe and read.
///
/// The numbers of a reading are each exact, but not of one and the same moment.
public final class Histogram: Sendable {
    /// The upper bounds of the buckets, ascending; each belongs to its bucket. Beyond the last one
    /// is one bucket more.
    public let bounds: [Int64]
    private let cells: [AtomicCount]
    private let sum = AtomicCount()

    public init(bounds: [Int64]) {
        self.bounds = bounds
        cells = (0...bounds.count).map { _ in AtomicCount() }
    }

    /// - Parameter count: how many times the value was seen.
    public func observe(_ value: Int64, count: Int = 1) {
        // There are a dozen or two: walking is as fast as halving.
        cells[bounds.firstIndex { value <= $0 } ?? bounds.count].add(Int64(count))
        sum.add(value &* Int64(count))
    }

    /// A duration, in microseconds.
    public func observe(_ duration: Duration, count: Int = 1) {
        observe(duration.microseconds, count: count)
    }

    public struct Reading: Sendable, Hashable {
        public let bounds: [Int64]
        /// How many were in each bucket alone; one more than there are bounds.
        public let counts: [Int64]
        public let sum: Int64

        public var count: Int64 { counts.reduce(0, &+) }
    }

    public var reading: Reading {
        Reading(bounds: bounds, counts: cells.map(\.value), sum: sum.value)
    }

    /// From 50 µs, which is less than any disk takes, to 10 s, which is more than anybody waits.
    public static let latencyBounds: [Int64] = [
        50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000,
    ]
}

/// A number that any thread may add to, without a lock.
public final class AtomicCount: Sendable {
    private let number = Atomic<Int64>(0)

    public init() {}

    /// Wraps around, which nothing that is counted one by one reaches.
    public func add(_ amount: Int64) { number.wrappingAdd(amount, ordering: .relaxed) }

    public var value: Int64 { number.load(ordering: .relaxed) }
}

extension Duration {
    /// Cut to whole microseconds; the longest are cut, too.
    public var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return whole &+ attoseconds / 1_000_000_000_000
    }
}
