import AuctionRules

/// Decisions per second on one thread: decide and apply, nothing else. Every bid is accepted and
/// moves the price, which is the dearest of the ordinary answers.
struct RulesBenchmark: Benchmark {
    let bids: Int
    let lots: Int

    var name: String { "rules: decisions, lots: \(lots)" }

    func run() throws -> Measurement {
        let scene = try Scene(lots: lots, bidders: 64)
        var run = try RulesRun(scene.risingBids(bids), on: scene.openHouse, at: scene.noon)
        let measurement = try Measurement.measure(units: bids) { try run.take(bids) }
        guard run.accepted == bids else {
            throw BenchmarkFailure("Only \(run.accepted) of \(bids) bids were accepted")
        }
        return measurement
    }
}
