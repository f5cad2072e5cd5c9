import AuctionRules
import BidService
import Foundation
import Ledger
import Synchronization

/// What bidders notice of the snapshot, and what it takes of the disk: the same bids through the service
/// in this process, with it and without it in turn.
struct SnapshotBenchmark {
    let bids: Int
    let lots: Int
    let folder: URL

    /// How many bids wait for an answer at a time.
    private static let inFlight = 64

    init(bids: Int, lots: Int, in folder: URL) {
        self.bids = bids
        self.lots = lots
        self.folder = folder
    }

    func print(pairs: Int) throws {
        var runs: [Bool: [Run]] = [:]
        for _ in 0..<pairs {
            for hasSnapshot in [false, true] {
                runs[hasSnapshot, default: []].append(try run(hasSnapshot: hasSnapshot))
            }
        }
        Swift.print(
            "snapshots: \(Report.whole(Double(bids))) bids, lots: \(lots), "
                + "\(Self.inFlight) in flight")
        for hasSnapshot in [false, true] {
            let runs = runs[hasSnapshot] ?? []
            Swift.print(
                """
                    \(hasSnapshot ? "with:   " : "without:") \
                    p50 \(Spread(runs.map { $0.latencies[0.5] })), \
                    p99 \(Spread(runs.map { $0.latencies[0.99] })), \
                    p99.9 \(Spread(runs.map { $0.latencies[0.999] })), \
                    most \(Spread(runs.map { $0.latencies[1] })) ms, \
                    CPU \(Spread(runs.map(\.cpu))) µs a bid, \
                    \(Spread(runs.map(\.bytes))) bytes a bid
                """)
        }
    }

    private struct Run {
        let latencies: Latencies
        /// Of this process, which is the bidders, too.
        let cpu: Double
        /// How much larger the file has become.
        let bytes: Double
    }

    private func run(hasSnapshot: Bool) throws -> Run {
        let hall = try Hall(seats: max(lots, 64), lots: lots, in: folder)
        var limits = ServiceLimits()
        if !hasSnapshot { limits.snapshots.entriesMax = .max }
        let service = try BidService(limits: limits) { () throws(LedgerError) in
            try SQLiteLedger(path: hall.database)
        }
        let before = try Self.size(hall.database)
        let bidders = Array(hall.bidders)
        let commands = try (0..<bids).map { number in
            guard let amount = Amount(minorUnits: Int64(200 + number / lots * 200)) else {
                throw BenchmarkFailure("So many bids have no amounts")
            }
            let request = BidRequest(
                bidder: bidders[number % bidders.count], id: try BidID("p\(number)"),
                action: .bid(.max, amount: amount))
            return Command.request(request, on: hall.lots[number % lots])
        }
        let places = DispatchSemaphore(value: Self.inFlight)
        let times = Mutex<[UInt64]>([])
        times.withLock { $0.reserveCapacity(bids) }
        let refused = Tally()
        let measurement = try Measurement.measure(units: bids) {
            for command in commands {
                places.wait()
                let start = ContinuousClock.now
                service.submit(command) { answer in
                    let took = ContinuousClock.now - start
                    times.withLock { $0.append(UInt64(max(0, took / .nanoseconds(1)))) }
                    if case .reply(let reply) = answer, case .accepted = reply.verdict {
                    } else {
                        refused.note()
                    }
                    places.signal()
                }
            }
            for _ in 0..<Self.inFlight { places.wait() }
            for _ in 0..<Self.inFlight { places.signal() }
        }
        service.stop()
        guard refused.count == 0 else {
            throw BenchmarkFailure("\(refused.count) of \(bids) bids were not accepted")
        }
        let grown = try Self.size(hall.database) - before
        try FileManager.default.removeItem(atPath: hall.database)
        return Run(
            latencies: Latencies(times.withLock { $0 }),
            cpu: measurement.cpuMicrosecondsPerUnit, bytes: Double(grown) / Double(bids))
    }

    private static func size(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return attributes[.size] as? Int ?? 0
    }
}
