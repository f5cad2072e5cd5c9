import AuctionRules
import Foundation
import GavelBench
import NIOCore

/// A sale of very many lots that end within the same second, each at a millisecond of its own, while
/// bidders bid on other lots by the clock.
///
/// Checked is that each lot is closed once, by a stamp that is its own end; that nobody hears of it
/// before; and that the bidders get every answer. Measured is when the last lot's close arrives,
/// from the last end on, and how long the bidders' answers take in the meantime.
struct ClosingBenchmark {
    static let bidders = 64

    let lots: Int
    let folder: URL

    func print(runs: Int) async throws {
        var lags: [Double] = []
        var medians: [Double] = []
        var p99s: [Double] = []
        var most: [Double] = []
        var costs: [Double] = []
        for _ in 0..<runs {
            // Time enough to write the database, to start, and to tell of all lots.
            let end = Instant(
                milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 10_000
                    + Int64(lots) / 2)
            let closing = ClosingLots(count: lots, end: end)
            let hall = try Hall(seats: Self.bidders, closing: closing, in: folder)
            // The time from the writing of the database to the start is no outage.
            let server = try GavelProcess(
                database: hall.database, settings: BidsBenchmark.settings + ["--min-reopen", "0"])
            defer { server.kill() }
            let bidders = try await HonestBidders(of: hall, on: server, period: .milliseconds(100))
            let watcher = try await ClosingWatcher(of: closing, on: server)
            try await Task.sleep(for: .milliseconds(closing.end.milliseconds - 500 - Self.now))
            guard Self.now < closing.end.milliseconds else {
                throw BenchmarkFailure("The lots were ready too late: the machine is too slow")
            }
            let cpu = try server.usage.cpuSeconds()
            let latencies = Latencies(try await bidders.measure(seconds: 2))
            let last = try await watcher.finish()
            costs.append(try server.usage.cpuSeconds() - cpu)
            try await bidders.leave()
            try server.stop()
            lags.append(Double(last - closing.lastEnd.milliseconds))
            medians.append(latencies[0.5])
            p99s.append(latencies[0.99])
            most.append(latencies[1])
        }
        Swift.print(
            "closing: \(Report.whole(Double(lots))) lots that end within one second, \(runs) runs")
        Swift.print("  the last close was told after: \(Spread(lags)) ms")
        Swift.print(
            "  bids on other lots: p50 \(Spread(medians)) ms, p99 \(Spread(p99s)) ms, "
                + "most \(Spread(most)) ms")
        Swift.print("  server CPU, from 0.5 s before to the end: \(Spread(costs)) s")
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}

/// Lots of a sale that end one after the other within a second. On each there is a bid.
struct ClosingLots {
    static let sale = "evening"

    let count: Int
    /// When the first one ends.
    let end: Instant

    var lastEnd: Instant { end(of: count - 1) }

    func end(of number: Int) -> Instant {
        end.advanced(by: Int64(number) * 1000 / Int64(count))
    }

    func id(_ number: Int) throws -> AuctionID { try AuctionID("closing-\(number)") }

    func sale() throws -> Sale { Sale(id: try SaleID(Self.sale), title: "An evening sale") }
}
