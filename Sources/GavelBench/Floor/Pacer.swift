/// The times at which something is due: by the clock, whatever has become of what was due before.
struct Pacer: Hashable, Sendable {
    private let start: UInt64
    private let interval: Double
    private var number: UInt64 = 0

    /// - Parameters:
    ///   - start: of ``PollClock``.
    ///   - rate: how many a second, above 0.
    init(from start: UInt64, rate: Double) {
        self.start = start
        interval = 1e9 / rate
    }

    /// When the next one is due.
    var next: UInt64 { start + UInt64(Double(number) * interval) }

    /// The next time that has come, once; nil: none has.
    mutating func due(at now: UInt64) -> UInt64? {
        let next = next
        guard next <= now else { return nil }
        number += 1
        return next
    }
}
