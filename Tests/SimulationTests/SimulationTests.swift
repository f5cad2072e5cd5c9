import DiskSimulation
import Foundation
import Testing
import WireProtocol

@testable import BidService
@testable import Gateway

@Suite("Simulation: whatever happens, what was said stays true", .timeLimit(.minutes(60)))
struct SimulationTests {
    /// `make simulate SEEDS= FROM= SEED=` sets them; without, it is a glimpse.
    private static let environment = ProcessInfo.processInfo.environment
    private static let isLong = environment["SIMULATION_SEEDS"] != nil
    private static let count = environment["SIMULATION_SEEDS"].flatMap(Int.init) ?? 8
    private static let first = environment["SIMULATION_FROM"].flatMap(Int.init) ?? 1
    private static let only = environment["SIMULATION_SEED"].flatMap(UInt64.init)

    @Test("No seed breaks a promise")
    func seeds() async throws {
        if let seed = Self.only {
            let outcome = try Simulation.run(seed: seed)
            print(outcome)
            return #expect(outcome.finding == nil)
        }
        let start = ContinuousClock.now
        var counts: [String: Int] = [:]
        let workers = ProcessInfo.processInfo.activeProcessorCount
        try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var counts: [String: Int] = [:]
                    for seed in stride(
                        from: Self.first + worker, to: Self.first + Self.count, by: workers)
                    {
                        let outcome = try Simulation.run(seed: UInt64(seed))
                        if outcome.finding != nil {
                            let shortest = try Simulation.shorten(outcome)
                            Issue.record("\(shortest)")
                        }
                        #expect(!outcome.leavesDisk, "seed \(seed)")
                        counts.merge(outcome.counts, uniquingKeysWith: +)
                    }
                    return counts
                }
            }
            for try await own in group { counts.merge(own, uniquingKeysWith: +) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("\(Self.count) seeds from \(Self.first) on in \(String(format: "%.1f", seconds)) s:")
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("  \(name): \(count)") }
    }

    @Test(
        "A seed that runs again does the same to the letter",
        arguments: 1...3 as ClosedRange<UInt64>)
    func replays(seed: UInt64) throws {
        let first = try Simulation.run(seed: seed)
        let again = try Simulation.run(seed: seed)
        let replayed = try Simulation.replay(first.steps, seed: seed)
        #expect(again.trace == first.trace)
        #expect(replayed.trace == first.trace)
    }

    @Test(
        "A bid that is taken in one piece comes to the same as one that is taken step by step",
        arguments: 11...15 as ClosedRange<UInt64>)
    func inOnePiece(seed: UInt64) throws {
        let quick = try Simulation.run(seed: seed)
        let plain = try Simulation.replay(quick.steps, seed: seed, inOnePiece: false)
        #expect(quick.counts["verdict: bid_accepted", default: 0] > 0)
        #expect(plain.trace == quick.trace)
        #expect(plain.counts == quick.counts)
    }

    @Test(
        "Of a world that is over no service, connection, file or disk is left in memory",
        arguments: 1...3 as ClosedRange<UInt64>)
    func leavesNothing(seed: UInt64) throws {
        weak var service: BidService?
        weak var hub: LoopHub?
        weak var disk: SimulatedDisk?
        var lastly: SimulatedDisk?
        do {
            let world = try World(seed: seed)
            var scheduler = Scheduler(seed: seed, isRough: false)
            service = world.server?.service
            hub = world.server?.hub
            (disk, lastly) = (world.store.disk, world.store.disk)
            world.perform(.connect(0, watching: .lots(.full, resuming: false)))
            for _ in 0..<Simulation.stepsMax { world.perform(scheduler.next(in: world)) }
            world.finish()
        }
        #expect(service == nil)
        #expect(hub == nil)
        #expect(lastly?.openFiles == 0)
        lastly = nil
        #expect(disk == nil)
    }

    @Test(
        "A start that fails at any of its operations on the disk leaves nothing open, and the next one succeeds"
    )
    func failedStarts() throws {
        weak var disk: SimulatedDisk?
        do {
            let world = try World(seed: 1)
            disk = world.store.disk
            #expect(try Self.failAtEachOperation(of: world) > 20)
            world.finish()
            #expect(world.auditor.findings.isEmpty, "\(world.auditor.findings)")
        }
        #expect(disk == nil)
    }

    /// - Returns: how many starts have failed.
    private static func failAtEachOperation(of world: World) throws -> Int {
        let disk = world.store.disk
        var failures = 0
        for number in 0... {
            world.perform(.kill)
            let injected = disk.injected(.fail)
            world.perform(.plan(DiskFault(effect: .fail, after: number)))
            world.perform(.start)
            if world.server == nil {
                failures += 1
                #expect(disk.openFiles == 0, "after operation \(number)")
                world.perform(.start)
            }
            try #require(world.server != nil, "after operation \(number): \(world.whyDown)")
            guard disk.injected(.fail) > injected else { break }
        }
        return failures
    }

    @Test(
        "A mistake that is put in on purpose is found",
        arguments: Sabotage.allCases.filter { $0 != .none })
    func sabotage(_ sabotage: Sabotage) throws {
        let outcome = try #require(try Self.firstFound(with: sabotage))
        print("\(sabotage): seed \(outcome.seed), \(outcome.finding?.description ?? "")")
    }

    @Test("A receipt for what is not on disk yet is found, once the log has lost it")
    func earlyReceipts() throws {
        let outcome = try Self.firstFound(with: .earlyAcknowledgements, breaking: .signed)
        #expect(outcome != nil)
    }

    @Test("What is found is cut down to the steps that it takes", .enabled(if: isLong))
    func shortens() throws {
        let outcome = try #require(
            try Self.firstFound(with: .earlyAcknowledgements, afterSteps: 20))
        let shortest = try Simulation.shorten(outcome, sabotage: .earlyAcknowledgements)
        print(shortest)
        #expect(shortest.steps.count < outcome.steps.count)
        #expect(shortest.finding?.promise == outcome.finding?.promise)
        // It is the mistake that is found, and nothing else.
        #expect(try Simulation.replay(shortest.steps, seed: outcome.seed).finding == nil)
    }

    /// The first of 300 seeds with which something is found, and not before so many steps.
    private static func firstFound(
        with sabotage: Sabotage, afterSteps stepsMin: Int = 0,
        breaking promise: Finding.Promise? = nil
    ) throws -> Simulation.Outcome? {
        for seed in UInt64(1)...300 {
            let outcome = try Simulation.run(seed: seed, sabotage: sabotage)
            guard outcome.finding != nil, outcome.steps.count > stepsMin else { continue }
            guard let promise, !outcome.broken.contains(promise) else { return outcome }
        }
        return nil
    }
}
