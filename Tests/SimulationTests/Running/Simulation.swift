import AuctionRules
import DiskSimulation

/// Runs of the simulated world.
enum Simulation {
    /// What came of one run.
    struct Outcome: Sendable {
        let seed: UInt64
        let steps: [Step]
        /// The first promise that was found broken.
        let finding: Finding?
        /// All that were found broken with it.
        let broken: Set<Finding.Promise>
        let trace: UInt64
        /// What was checked, and which faults have happened.
        let counts: [String: Int]
        /// Whether the world is over and its disk is still in memory: somebody has kept it.
        var leavesDisk = false
    }

    static let stepsMax = 400

    /// Runs a seed: chance decides each step.
    static func run(
        seed: UInt64, steps: Int = stepsMax, sabotage: Sabotage = .none
    ) throws -> Outcome {
        weak var disk: SimulatedDisk?
        var outcome = try {
            let world = try World(seed: seed, sabotage: sabotage)
            disk = world.store.disk
            return run(world, seed: seed, steps: steps, isRough: sabotage != .none)
        }()
        outcome.leavesDisk = disk != nil
        return outcome
    }

    private static func run(
        _ world: World, seed: UInt64, steps: Int, isRough: Bool
    ) -> Outcome {
        var scheduler = Scheduler(seed: seed, isRough: isRough)
        var taken: [Step] = []
        while taken.count < steps, world.auditor.findings.isEmpty {
            let step = scheduler.next(in: world)
            taken.append(step)
            world.perform(step)
        }
        return outcome(of: world, seed: seed, taken)
    }

    /// Runs these steps in the world of that seed.
    static func replay(
        _ steps: [Step], seed: UInt64, sabotage: Sabotage = .none, inOnePiece: Bool = true
    ) throws -> Outcome {
        let world = try World(seed: seed, sabotage: sabotage, inOnePiece: inOnePiece)
        for step in steps where world.auditor.findings.isEmpty { world.perform(step) }
        return outcome(of: world, seed: seed, steps)
    }

    private static func outcome(of world: World, seed: UInt64, _ steps: [Step]) -> Outcome {
        if world.auditor.findings.isEmpty { world.finish() }
        return Outcome(
            seed: seed, steps: steps, finding: world.auditor.findings.first,
            broken: Set(world.auditor.findings.map(\.promise)), trace: world.trace.hash,
            counts: world.counts.merging(["steps": steps.count]) { $1 })
    }

    /// The fewest steps, out of these, after which the same promise is broken: pieces are left out,
    /// large ones first, as long as the finding stays (Zeller's delta debugging).
    static func shorten(_ outcome: Outcome, sabotage: Sabotage = .none) throws -> Outcome {
        var best = outcome
        func fails(_ steps: [Step]) throws -> Bool {
            let shorter = try replay(steps, seed: outcome.seed, sabotage: sabotage)
            guard shorter.finding?.promise == outcome.finding?.promise else { return false }
            best = shorter
            return true
        }
        var size = max(1, outcome.steps.count / 2)
        while true {
            var start = 0
            var hasShortened = false
            while start < best.steps.count {
                var steps = best.steps
                steps.removeSubrange(start..<min(start + size, steps.count))
                if try fails(steps) { hasShortened = true } else { start += size }
            }
            if size > 1 { size /= 2 } else if !hasShortened { return best }
        }
    }
}

extension Simulation.Outcome: CustomStringConvertible {
    /// For whoever has to find out what is wrong.
    var description: String {
        var lines = ["Seed \(seed): \(finding.map(\.description) ?? "nothing found")"]
        for (number, step) in steps.enumerated() { lines.append("  \(number + 1). \(step)") }
        return lines.joined(separator: "\n")
    }
}
