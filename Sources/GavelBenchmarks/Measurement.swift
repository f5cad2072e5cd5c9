import Foundation

/// What one run of a benchmark took.
struct Measurement {
    let units: Int
    let wallSeconds: Double
    let cpuSeconds: Double
    /// What else is worth telling.
    var notes: [String] = []

    var unitsPerSecond: Double { Double(units) / wallSeconds }
    var cpuMicrosecondsPerUnit: Double { cpuSeconds * 1_000_000 / Double(units) }

    /// - Parameter cpuTime: in seconds; of this process unless told otherwise.
    static func measure(
        units: Int, cpuTime: () throws -> Double = { Self.ownCPUTime },
        _ body: () throws -> Void
    ) throws -> Measurement {
        let cpu = try cpuTime()
        let start = ContinuousClock.now
        try body()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Measurement(
            units: units, wallSeconds: Double(seconds) + Double(attoseconds) / 1e18,
            cpuSeconds: try cpuTime() - cpu)
    }

    /// The same of something that waits.
    static func measure(
        units: Int, cpuTime: () throws -> Double, _ body: () async throws -> Void
    ) async throws -> Measurement {
        let cpu = try cpuTime()
        let start = ContinuousClock.now
        try await body()
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Measurement(
            units: units, wallSeconds: Double(seconds) + Double(attoseconds) / 1e18,
            cpuSeconds: try cpuTime() - cpu)
    }

    /// All threads' together.
    static var ownCPUTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A benchmark can't be run, or a run has no figure because something was lost in it.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
