import Foundation
import Ledger

/// Acknowledged durable bids per second from end to end: a release `gavel serve` as a process of its
/// own, and 64 WebSocket connections that keep 50 bids each in flight.
///
/// Each connection bids on a lot of its own, where somebody holds a huge max: so every bid is
/// accepted whatever order the connections come in, moves the price, and is outbid at once, which is
/// told, too. A run in which an answer is missing, doubled or out of order has no figure.
struct BidsBenchmark: Benchmark {
    static let connections = 64
    static let inFlight = 50

    let bidsPerConnection: Int
    let folder: URL

    init(bids: Int, in folder: URL) {
        bidsPerConnection = bids / Self.connections
        self.folder = folder
    }

    var name: String { "bids: \(Self.connections) connections x \(Self.inFlight) in flight" }

    func run() throws -> Measurement {
        let hall = try Hall(seats: Self.connections, in: folder)
        let server = try ServerProcess(database: hall.database, settings: Self.settings)
        defer { server.kill() }
        let load = try BidLoad(
            port: server.port, inFlight: Self.inFlight,
            connections: (0..<Self.connections).map { number in
                BidScript(
                    token: hall.token(number), lot: hall.lot(number), count: bidsPerConnection)
            })
        let total = bidsPerConnection * Self.connections
        var measurement = try Measurement.measure(
            units: total, cpuTime: { try server.cpuTime() }
        ) {
            try load.run()
        }
        try server.stop()
        try check(hall.database, acknowledged: total)
        measurement.notes = [load.latencies.description]
        return measurement
    }

    /// Nobody bids so often: the limits are not what is measured.
    static let settings = [
        "messages-per-second", "message-burst", "bids-per-second", "bid-burst",
        "bids-on-lot-per-second", "bid-on-lot-burst",
    ].flatMap { ["--limit", "\($0)=1000000"] }

    /// What was acknowledged is in the database.
    private func check(_ path: String, acknowledged: Int) throws {
        let reader = try LedgerReader(path: path)
        let stored = try reader.board().reduce(0) { $0 + $1.bids } - Self.connections
        guard stored == acknowledged else {
            throw BenchmarkFailure("\(acknowledged) bids were acknowledged, \(stored) are stored")
        }
        try reader.close()
    }
}
