import Foundation

/// What it costs to bring updates of one lot to all of its watchers, on the `full` feed, beside a loop
/// in C that does nothing but `send(2)`: the same number of sockets, the same crowd at their other
/// ends, in turn.
struct FanOutBenchmark {
    let watchers: Int
    let rounds: Int
    let folder: URL

    /// Updates that go out in one turn.
    private static let bursts = [1, 2, 4, 8]
    /// Deliveries of a round, for each update of a burst: a round takes some half a second of CPU.
    private static let deliveries = 100_000
    private static let floodUnderWay = 64
    private static let latencyPerSecond = 20
    private static let latencySeconds = 5

    init(watchers: Int, rounds: Int, in folder: URL) throws {
        // Of both servers.
        try Lines.prepare(for: watchers * 2)
        self.watchers = watchers
        self.rounds = rounds
        self.folder = folder
    }

    /// CPU time of the server for each delivery, at one and at several updates a turn, and how many
    /// deliveries a second there can be.
    func printCosts() throws {
        let times = max(1, Self.deliveries / watchers)
        let inAll = times * (Self.bursts.reduce(0, +) + 8) * (rounds + 1)
        let lanes = try lanes(updatesMax: inAll + 100)
        Swift.print(
            "fan-out to \(Report.whole(Double(watchers))) watchers, "
                + "\(lanes[0].updateBytes) bytes an update")
        fflush(nil)
        for burst in Self.bursts {
            let figures = try inTurn(lanes) { try $0.burst(burst, times: times) }
            let costs = figures.map { $0.map(\.cpuMicrosecondsPerUnit) }
            Swift.print(
                "  \(burst) at once: CPU µs a delivery: \(Self.compared(costs, lanes))")
            fflush(nil)
        }
        let bare = try inTurn([lanes[1]]) { try $0.burst(1, times: times) }[0]
        let flood = try inTurn([lanes[0]]) {
            try $0.flood(times * 8, underWay: Self.floodUnderWay)
        }[0]
        let ratios = zip(flood, bare).map { $0.unitsPerSecond / $1.unitsPerSecond }
        Swift.print(
            "  deliveries a second: bare loop, one a write: "
                + "\(Self.whole(bare.map(\.unitsPerSecond))), gavel, "
                + "\(Self.floodUnderWay) under way: \(Self.whole(flood.map(\.unitsPerSecond))), "
                + "ratio \(Spread(ratios)); CPU µs each: "
                + "\(Spread(flood.map(\.cpuMicrosecondsPerUnit)))")
        // A lane that nobody needs any more kills its server.
        let memory = try withExtendedLifetime(lanes) { try lanes[0].source.residentBytes() }
        Swift.print("  memory of the server: \(memory >> 20) MiB")
    }

    /// How long it takes until the last watcher has an update, at a steady rate.
    func printLatencies() throws {
        let updates = Self.latencyPerSecond * Self.latencySeconds
        let lanes = try lanes(updatesMax: updates * (rounds + 1) + 100)
        let figures = try inTurn(lanes) {
            try $0.trickle(updates, perSecond: Self.latencyPerSecond)
        }
        Swift.print(
            "from a bid to the last of \(Report.whole(Double(watchers))) watchers, "
                + "\(Self.latencyPerSecond) updates a second")
        for (lane, runs) in zip(lanes, figures) {
            let all = Latencies(runs.flatMap { $0 }.map { UInt64(max(0, $0) * 1e6) })
            let parts = [0.5, 0.99, 1].map { Report.decimal(all[$0]) }
            Swift.print(
                "  \(lane.source.name): p50 \(parts[0]) ms, p99 \(parts[1]) ms, "
                    + "most \(parts[2]) ms")
        }
        let p99 = figures.map { runs in
            runs.map { run in Latencies(run.map { UInt64(max(0, $0) * 1e6) })[0.99] }
        }
        Swift.print("  p99 of each run: \(Self.compared(p99, lanes))")
    }

    /// Ours first, and the bare loop with updates of the same size.
    private func lanes(updatesMax: Int) throws -> [FanOutLane] {
        let gavel = try FanOutLane(
            GavelUpdates(updatesMax: updatesMax, in: folder), watchers: watchers,
            updatesMax: updatesMax)
        _ = try gavel.burst(1, times: 20)
        let bare = try FanOutLane(
            ProgramUpdates.bareLoop(updateBytes: gavel.updateBytes), watchers: watchers,
            updatesMax: updatesMax)
        _ = try bare.burst(1, times: 20)
        return [gavel, bare]
    }

    /// Each lane by turns.
    ///
    /// - Returns: for each lane what its runs gave.
    private func inTurn<Figure>(
        _ lanes: [FanOutLane], _ run: (FanOutLane) throws -> Figure
    ) throws -> [[Figure]] {
        var figures: [[Figure]] = lanes.map { _ in [] }
        for _ in 0..<rounds {
            for (index, lane) in lanes.enumerated() {
                figures[index].append(try run(lane))
                for other in lanes where other !== lane { try other.rest() }
            }
        }
        return figures
    }

    private static func compared(_ figures: [[Double]], _ lanes: [FanOutLane]) -> String {
        let each = zip(lanes, figures).map { "\($0.source.name) \(Spread($1))" }
        let ratios = zip(figures[0], figures[1]).map { $0 / $1 }
        return each.joined(separator: ", ") + ", ratio \(Spread(ratios))"
    }

    private static func whole(_ figures: [Double]) -> String {
        let sorted = figures.sorted()
        return "\(Report.whole(sorted[sorted.count / 2])) "
            + "(\(Report.whole(sorted[0])) to \(Report.whole(sorted[sorted.count - 1])))"
    }
}
