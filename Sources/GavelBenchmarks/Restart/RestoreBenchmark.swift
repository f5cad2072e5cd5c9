import AuctionRules
import BidService
import Foundation
import Ledger

/// What of a restart is the database's and the state's: from opening the file that a busy service has left
/// to the first accepted bid, without the process's own start, the network, and what a kill leaves in the
/// write-ahead log. In this process, so that its CPU time can be told on a busy machine, too.
struct RestoreBenchmark {
    let entries: Int
    let lots: Int
    let hasSnapshot: Bool
    let folder: URL

    init(entries: Int, lots: Int, hasSnapshot: Bool, in folder: URL) {
        self.entries = entries
        self.lots = lots
        self.hasSnapshot = hasSnapshot
        self.folder = folder
    }

    func print(runs: Int) async throws {
        let past = try Past(
            entries: entries, lots: lots, hasSnapshot: hasSnapshot, in: folder)
        var measured: [Run] = []
        for _ in 0..<runs { measured.append(try await run(past)) }
        func spread(_ part: (Restoration) -> Duration) -> Spread {
            Spread(measured.map { part($0.restoration) / .seconds(1) })
        }
        Swift.print(
            """
            restore: \(Report.whole(Double(entries))) events, lots: \(Report.whole(Double(lots))), \
            \(hasSnapshot ? "with a snapshot" : "without a snapshot")
                open to the first accepted bid: \(Spread(measured.map(\.measurement.wallSeconds))) s
                CPU:                            \(Spread(measured.map(\.measurement.cpuSeconds))) s
                    the database is open:       \(Spread(measured.map(\.opening))) s
                    the snapshot is read:       \(spread(\.loading)) s
                    the log is read:            \(spread(\.following)) s
                    the board is made:          \(spread(\.publishing)) s
                entries that were followed:     \
            \(Spread(measured.map { Double($0.restoration.entriesFollowed) }))
            """)
    }

    private struct Run {
        let measurement: Measurement
        let opening: Double
        let restoration: Restoration
    }

    private func run(_ past: Past) async throws -> Run {
        let path = past.leftDatabase + "-\(UUID().uuidString)"
        try FileManager.default.copyItem(atPath: past.leftDatabase, toPath: path)
        defer {
            for suffix in ["", "-wal", "-shm", ".lock"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
        }
        guard let bidder = past.hall.bidders.first, let lot = past.hall.lots.first,
            let amount = Amount(minorUnits: Int64(200 + past.rounds * 200))
        else { throw BenchmarkFailure("Nobody is there to bid") }
        let request = BidRequest(
            bidder: bidder, id: try BidID("first"), action: .bid(.max, amount: amount))
        var opening = Duration.zero
        var restoration: Restoration?
        var started: BidService?
        let measurement = try await Measurement.measure(
            units: 1, cpuTime: { Measurement.ownCPUTime }
        ) {
            let start = ContinuousClock.now
            let ledger = try SQLiteLedger(path: path)
            opening = .now - start
            let service = try BidService { () throws(LedgerError) in ledger }
            started = service
            let answer = await service.perform(.request(request, on: lot))
            guard case .reply(let reply) = answer, case .accepted = reply.verdict else {
                throw BenchmarkFailure("The first bid was not accepted: \(answer)")
            }
            restoration = service.statistics.restoration
        }
        await started?.shutdown()
        guard let restoration else {
            throw BenchmarkFailure("The service does not say how it started")
        }
        return Run(
            measurement: measurement, opening: opening / .seconds(1), restoration: restoration)
    }
}
