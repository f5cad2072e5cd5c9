import ArgumentParser
import Foundation

/// Measures what the house promises to be fast at. Build it for release, along with gavel:
///
///     swift build -c release
///     .build/release/gavel-benchmarks all
@main
struct GavelBenchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gavel-benchmarks",
        abstract: "Measure the rules, the ledger, and bids from end to end.",
        discussion: """
            Each figure is the median of several runs with the least and the most beside it. CPU \
            time is the steadiest of them on a machine that others use, too: of this process, and \
            for bids, of the server's. Files go to a folder of their own in --folder, which must \
            be on a disk: in memory a commit costs nothing.
            """)

    enum Room: String, ExpressibleByArgument, CaseIterable {
        case rules
        case ledger
        case bids
        case all
    }

    @Argument(help: "What to measure: rules, ledger, bids or all.")
    var room = Room.all

    @Option(help: ArgumentHelp("Runs of each.", valueName: "n"))
    var `repeat` = 5

    @Option(help: ArgumentHelp("Bids of one end-to-end run.", valueName: "n"))
    var bids = 100_000

    @Option(help: ArgumentHelp("Where the databases go.", valueName: "path"))
    var folder = FileManager.default.temporaryDirectory.path

    func validate() throws {
        guard (1...1000).contains(self.repeat) else {
            throw ValidationError("--repeat is 1 to 1000")
        }
        guard (10_000...2_000_000).contains(bids) else {
            throw ValidationError("--bids is 10000 to 2000000")
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: folder)
            .appendingPathComponent("gavel-benchmarks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        Report.printHeading()
        for (rooms, benchmark) in benchmarks(in: folder) where rooms == room || room == .all {
            try Report(runs: self.repeat, of: benchmark).print()
        }
    }

    private func benchmarks(in folder: URL) -> [(Room, any Benchmark)] {
        var benchmarks: [(Room, any Benchmark)] = [1, 1000].map { lots in
            (.rules, RulesBenchmark(bids: 500_000, lots: lots))
        }
        for (batch, bids) in [(1, 2_000), (16, 20_000), (256, 100_000)] {
            for lots in [1, 16] {
                benchmarks.append(
                    (.ledger, LedgerBenchmark(bids: bids, lots: lots, batch: batch, in: folder)))
            }
            benchmarks.append((.ledger, DiskBenchmark(bids: bids, batch: batch, in: folder)))
        }
        benchmarks.append((.bids, BidsBenchmark(bids: bids, in: folder)))
        return benchmarks
    }
}
