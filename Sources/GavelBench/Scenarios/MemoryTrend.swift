/// How a server's memory goes with the time: the line through what it had each second.
struct MemoryTrend {
    private let usage: ProcessUsage?
    private let start = PollClock.now
    private var next = PollClock.now
    /// Hours since the start, and MiB.
    private var points: [(Double, Double)] = []

    /// - Parameter usage: of the server; nil: nothing is noted.
    init(_ usage: ProcessUsage?) throws {
        self.usage = usage
        try note(at: start)
    }

    /// Looks at it once a second at most.
    mutating func note(at now: UInt64) throws {
        guard let usage, now >= next else { return }
        next = now + 1_000_000_000
        points.append(
            (Double(now - min(now, start)) / 3.6e12, Double(try usage.residentBytes()) / 1_048_576))
    }

    var figures: [Figure] {
        guard let first = points.first else { return [] }
        return [Figure(.firstMemory, first.1), Figure(.memoryGrowth, Self.slope(of: points))]
    }

    /// Of the line of least squares; 0 with fewer than two points.
    static func slope(of points: [(Double, Double)]) -> Double {
        guard points.count > 1 else { return 0 }
        let count = Double(points.count)
        let x = points.reduce(0) { $0 + $1.0 } / count
        let y = points.reduce(0) { $0 + $1.1 } / count
        let below = points.reduce(0) { $0 + ($1.0 - x) * ($1.0 - x) }
        let above = points.reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) }
        return below > 0 ? above / below : 0
    }
}
