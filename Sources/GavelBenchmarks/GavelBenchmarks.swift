import ArgumentParser
import BidService
import Foundation

/// Measures what the house promises to be fast at. Build it for release, along with gavel:
///
///     swift build -c release
///     .build/release/gavel-benchmarks all
struct GavelBenchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gavel-benchmarks",
        abstract: "Measure the rules, the ledger, bids from end to end, and the network's side.",
        discussion: """
            Each figure is the median of several runs with the least and the most beside it. CPU \
            time is the steadiest of them on a machine that others use, too: of this process, and \
            for bids, of the server's. Files go to a folder of their own in --folder, which must \
            be on a disk: in memory a commit costs nothing.

            hostile, restart, restore, snapshots and verify take minutes, and all leaves them out: they \
            show what honest bidders notice of a thousand connections that attack the server, how \
            soon after a kill they can bid again, how much of that is the database's, what they \
            notice of the snapshots that make it so soon, and how fast a long log is verified. So it \
            does with fanout and latency: what updates cost on their way to all watchers of a lot, \
            and how long they take, beside a bare loop in C.
            """)

    enum Room: String, ExpressibleByArgument, CaseIterable {
        case rules
        case ledger
        case receipts
        case closes
        case bids
        case handshakes
        case authentications
        case idle
        case drain
        case closing
        case fanout
        case latency
        case verify
        case hostile
        case restart
        case restore
        case snapshots
        case peer
        case all
    }

    @Argument(help: "What to measure: \(Room.allCases.map(\.rawValue).joined(separator: ", ")).")
    var room = Room.all

    @Option(help: ArgumentHelp("Runs of each.", valueName: "n"))
    var `repeat` = 5

    @Option(help: ArgumentHelp("Bids of one end-to-end run.", valueName: "n"))
    var bids = 100_000

    @Option(help: ArgumentHelp("Idle connections.", valueName: "n"))
    var connections = 10_000

    @Option(help: ArgumentHelp("Watchers that are sent away at the stop.", valueName: "n"))
    var watchers = 5000

    @Option(help: ArgumentHelp("Lots that end within the same second.", valueName: "n"))
    var lots = 10_000

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Watchers of one lot, for fanout and latency.", valueName: "n"))
    var crowd = [1000, 10_000]

    @Option(
        help: ArgumentHelp(
            "How long each half of a hostile pair is measured.", valueName: "seconds"))
    var seconds = 15

    @Option(
        help: ArgumentHelp(
            "Events in the log of a restart, or of one that is verified.", valueName: "n"))
    var events = 1_000_000

    @Option(
        help: ArgumentHelp(
            "Hostile connections; with 0 the same bids, to see what of the memory is theirs.",
            valueName: "n"))
    var attackers = 1000

    @Flag(
        help:
            "Schedule a besieged server as any other program, and not realtime as the systemd unit does."
    )
    var normalScheduling = false

    @Option(help: ArgumentHelp("Where the databases go.", valueName: "path"))
    var folder = FileManager.default.temporaryDirectory.path

    @OptionGroup(title: "Of peer, for make peers", visibility: .hidden)
    var peer: PeerOptions

    func validate() throws {
        guard (1...1000).contains(self.repeat) else {
            throw ValidationError("--repeat is 1 to 1000")
        }
        guard (10_000...2_000_000).contains(bids) else {
            throw ValidationError("--bids is 10000 to 2000000")
        }
        guard (100...15_000).contains(connections), (100...15_000).contains(watchers) else {
            throw ValidationError("--connections and --watchers are 100 to 15000")
        }
        guard (100...20_000).contains(lots) else {
            throw ValidationError("--lots is 100 to 20000")
        }
        guard (100_000...10_000_000).contains(events) else {
            throw ValidationError("--events is 100000 to 10000000")
        }
        guard crowd.allSatisfy((10...200_000).contains) else {
            throw ValidationError("--crowd is 10 to 200000")
        }
        guard (0...10_000).contains(attackers) else {
            throw ValidationError("--attackers is 0 to 10000")
        }
        guard (5...600).contains(seconds) else {
            throw ValidationError("--seconds is 5 to 600")
        }
    }

    static func main() async {
        ProgramUpdates.serveIfAsked()
        await main(nil)
    }

    func run() async throws {
        let folder = URL(fileURLWithPath: folder)
            .appendingPathComponent("gavel-benchmarks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        if room == .peer { return try peer.run() }
        let chosen = try benchmarks(in: folder).filter { $0.0 == room || room == .all }
        if !chosen.isEmpty { Report.printHeading() }
        for (_, benchmark) in chosen {
            try await Report(runs: self.repeat, of: benchmark).print()
        }
        if room == .idle || room == .all {
            for benchmark in try IdleBenchmark.all(connections: connections, in: folder) {
                try await benchmark.print(runs: self.repeat)
            }
        }
        if room == .drain || room == .all {
            try await DrainBenchmark(watchers: watchers, in: folder).print(runs: self.repeat)
        }
        if room == .closing || room == .all {
            try await ClosingBenchmark(lots: lots, folder: folder).print(runs: self.repeat)
        }
        if room == .fanout || room == .latency {
            for watchers in crowd {
                let benchmark = try FanOutBenchmark(
                    watchers: watchers, rounds: self.repeat, in: folder)
                try room == .fanout ? benchmark.printCosts() : benchmark.printLatencies()
            }
        }
        if room == .verify {
            Report.printHeading()
            for lots in [1, 10_000] {
                try await VerifyBenchmark(events: events, lots: lots, in: folder)
                    .print(runs: self.repeat)
            }
        }
        if room == .hostile {
            try await HostileBenchmark(
                pairs: self.repeat, seconds: seconds, attackers: attackers,
                scheduling: normalScheduling ? .normal : .realtime,
                in: folder
            ).print()
        }
        if room == .restart {
            for hasSnapshot in [true, false] {
                for lots in [1, 10_000] {
                    try RestartBenchmark(
                        entries: events, lots: lots, hasSnapshot: hasSnapshot, in: folder
                    ).print(runs: self.repeat)
                }
            }
        }
        if room == .restore {
            for hasSnapshot in [true, false] {
                for lots in [1, 10_000] {
                    try await RestoreBenchmark(
                        entries: events, lots: lots, hasSnapshot: hasSnapshot, in: folder
                    ).print(runs: self.repeat)
                }
            }
        }
        if room == .snapshots {
            for lots in [1, 1000, 10_000] {
                try SnapshotBenchmark(bids: bids, lots: lots, in: folder)
                    .print(pairs: self.repeat)
            }
        }
    }

    private func benchmarks(in folder: URL) throws -> [(Room, any Benchmark)] {
        var benchmarks: [(Room, any Benchmark)] = [1, 1000, 100_000].map { lots in
            (.rules, RulesBenchmark(bids: 500_000, lots: lots))
        }
        for (batch, bids, lots) in [
            (1, 2_000, [1]), (16, 20_000, [1, 16]), (256, 200_000, [1, 1000, 100_000]),
        ] {
            for lots in lots {
                benchmarks.append(
                    (.ledger, LedgerBenchmark(bids: bids, lots: lots, batch: batch, in: folder)))
            }
            benchmarks.append((.ledger, DiskBenchmark(bids: bids, batch: batch, in: folder)))
        }
        benchmarks += [1, 16, 256, 4096].map { batch in
            (.receipts, ReceiptsBenchmark(receipts: batch == 1 ? 20_000 : 102_400, batch: batch))
        }
        benchmarks += [false, true].map { isSigned in
            (.closes, ClosesBenchmark(lots: 10_000, isSigned: isSigned, in: folder))
        }
        benchmarks += BidsBenchmark.Crowd.allCases.map { crowd in
            (.bids, BidsBenchmark(crowd, bids: bids, in: folder))
        }
        benchmarks.append((.handshakes, HandshakesBenchmark(.plain, count: 20_000, in: folder)))
        benchmarks.append(
            (.handshakes, HandshakesBenchmark(try .tls(in: folder), count: 5000, in: folder)))
        for issuer in AuthenticationsBenchmark.Issuer.allCases {
            benchmarks.append(
                (.authentications, AuthenticationsBenchmark(issuer, count: 20_000, in: folder)))
        }
        return benchmarks
    }
}
