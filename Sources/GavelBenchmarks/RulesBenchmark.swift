import AuctionRules

/// Decisions per second on one thread: decide and apply, nothing else. Every bid is accepted and
/// moves the price, which is the dearest of the ordinary answers.
struct RulesBenchmark: Benchmark {
    let bids: Int
    let lots: Int

    var name: String { "rules: decisions, lots: \(lots)" }

    func run() throws -> Measurement {
        let scene = try Scene(lots: lots, bidders: 64)
        var house = scene.openHouse
        let commands = try scene.risingBids(bids)
        let measurement = try Measurement.measure(units: bids) {
            for command in commands {
                let decision = house.decide(command, at: scene.noon)
                for event in decision.events {
                    house.apply(event, at: scene.noon, recordedAs: .zero)
                }
            }
        }
        let accepted = house.auctions.values.reduce(0) { $0 + $1.commitments.count }
        guard accepted == bids else {
            throw BenchmarkFailure("Only \(accepted) of \(bids) bids were accepted")
        }
        return measurement
    }
}
