import BidService
import Foundation
import GavelBench
import GavelLoad

/// What a hundred honest bidders notice of a thousand hostile connections: how long they wait for
/// their answers without the siege and under it, in turn, on one server.
struct HostileBenchmark {
    static let bidders = 100

    let pairs: Int
    let seconds: Int
    let attackers: Int
    /// Of the server, and of the bidders beside it.
    let scheduling: Scheduling
    let folder: URL

    init(
        pairs: Int, seconds: Int, attackers: Int, scheduling: Scheduling, in folder: URL
    ) throws {
        try Lines.prepare(for: attackers + Self.bidders)
        self.pairs = pairs
        self.seconds = seconds
        self.attackers = attackers
        self.scheduling = scheduling
        self.folder = folder
    }

    /// One part of a pair.
    private struct Phase: CustomStringConvertible {
        let latencies: Latencies
        let cpuSeconds: Double
        let residentBytes: Int

        var description: String {
            "\(latencies), memory \(Report.decimal(mebibytes(residentBytes))) MiB"
        }
    }

    func print() async throws {
        let hall = try Hall(seats: Self.bidders, in: folder)
        let server = try GavelProcess(database: hall.database, settings: settings)
        defer { server.kill() }
        let bidders = try await HonestBidders(of: hall, on: server, scheduling: scheduling)
        // The first second's are those of a server that has not warmed up.
        _ = try await bidders.measure(seconds: 3)
        let before = try server.usage.residentBytes()
        var outcomes: [String: Int] = [:]
        var ratios: [Double] = []
        var quiet: [Phase] = []
        var besieged: [Phase] = []
        var attempts: [Double] = []
        for _ in 0..<pairs {
            quiet.append(try await measure(bidders, on: server))
            let siege = Siege(of: attackers, to: server, lots: hall.seats)
            // All are there, and the first have been thrown out.
            try await Task.sleep(for: .seconds(3))
            let before = siege.attempts
            besieged.append(try await measure(bidders, on: server))
            attempts.append(Double(siege.attempts - before) / Double(Self.duration(of: seconds)))
            let open = siege.open
            try await siege.lift()
            outcomes.merge(siege.outcomes, uniquingKeysWith: +)
            ratios.append(
                besieged[besieged.count - 1].latencies[0.99]
                    / quiet[quiet.count - 1].latencies[0.99])
            Swift.print("  without: \(quiet[quiet.count - 1])")
            Swift.print(
                "  with:    \(besieged[besieged.count - 1]), \(open) attackers, "
                    + "\(Report.whole(attempts[attempts.count - 1])) attempts a second")
            // What the server still has of them goes.
            try await Task.sleep(for: .seconds(3))
        }
        try await Task.sleep(for: .seconds(10))
        let after = try server.usage.residentBytes()
        try await bidders.leave()
        try server.stop()
        Swift.print(
            "hostile: \(Self.bidders) bidders, \(attackers) attackers, \(pairs) pairs, "
                + "scheduling \(scheduling.rawValue)")
        for part in [0.5, 0.99, 0.999, 1] {
            let (calm, stormy) = (
                Spread(quiet.map { $0.latencies[part] }),
                Spread(besieged.map { $0.latencies[part] })
            )
            let name = part == 1 ? "most" : "p\(Report.decimal(part * 100))"
            Swift.print("  \(name): without \(calm) ms, with \(stormy) ms")
        }
        Swift.print("  p99 with to p99 without: \(Spread(ratios))")
        Swift.print("  attempts to attack: \(Spread(attempts)) a second")
        Swift.print(
            "  server CPU: without \(Spread(quiet.map(cpu(of:)))) %, with \(Spread(besieged.map(cpu(of:)))) %"
        )
        let between = quiet.map { mebibytes($0.residentBytes) }
        let during = besieged.map { mebibytes($0.residentBytes) }
        Swift.print(
            "  server memory: before \(Report.decimal(mebibytes(before))) MiB, between "
                + "\(Spread(between)) MiB, during \(Spread(during)) MiB, after \(Report.decimal(mebibytes(after))) MiB"
        )
        for (outcome, count) in outcomes.sorted(by: { $0.key < $1.key }) {
            Swift.print("  \(outcome): \(Report.whole(Double(count)))")
        }
    }

    /// Attackers' addresses are limited as strangers' are; the bidders' own counts as known.
    private var settings: [String] {
        ["--exempt-networks", "127.0.0.1/32", "--scheduling", scheduling.rawValue]
    }

    private func measure(_ bidders: HonestBidders, on server: GavelProcess) async throws -> Phase {
        let cpu = try server.usage.cpuSeconds()
        let latencies = Latencies(try await bidders.measure(seconds: seconds))
        guard server.isRunning else { throw BenchmarkFailure("The server has crashed") }
        return Phase(
            latencies: latencies, cpuSeconds: try server.usage.cpuSeconds() - cpu,
            residentBytes: try server.usage.residentBytes())
    }

    private func cpu(of phase: Phase) -> Double {
        phase.cpuSeconds / Double(Self.duration(of: seconds)) * 100
    }

    /// How long measuring takes: it waits two seconds more for the last answers.
    private static func duration(of seconds: Int) -> Int { seconds + 2 }
}

private func mebibytes(_ bytes: Int) -> Double { Double(bytes) / 1_048_576 }
