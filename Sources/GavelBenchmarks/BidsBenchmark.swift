import AuctionRules
import Crypto
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
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let path = folder.appendingPathComponent("\(UUID().uuidString).db").path
        let scene = try prepare(path, at: now)
        let server = try ServerProcess(database: path)
        defer { server.kill() }
        let load = try BidLoad(
            port: server.port, inFlight: Self.inFlight,
            connections: (0..<Self.connections).map { number in
                BidScript(
                    token: Self.token(number), lot: scene.lots[number].text,
                    count: bidsPerConnection)
            })
        let total = bidsPerConnection * Self.connections
        var measurement = try Measurement.measure(
            units: total, cpuTime: { try server.cpuTime() }
        ) {
            try load.run()
        }
        try server.stop()
        try check(path, acknowledged: total)
        measurement.notes = [load.latencies.description]
        return measurement
    }

    /// The lots, each with a leader whom nobody outbids, and one token for each connection.
    private func prepare(_ path: String, at now: Instant) throws -> Scene {
        var scene = try Scene(lots: Self.connections, bidders: Self.connections + 1, noon: now)
        for lot in scene.lots {
            let request = BidRequest(
                bidder: scene.bidders[Self.connections], id: try BidID("standing"),
                action: .bid(.max, amount: .largest))
            scene.perform(.request(request, on: lot))
        }
        for number in 0..<Self.connections {
            let digest = SHA256.hash(data: Data(Self.token(number).utf8))
            guard let hash = TokenHash(hex: digest.map { String(format: "%02x", $0) }.joined())
            else { preconditionFailure("A SHA-256 is 64 hexadecimal digits") }
            scene.perform(
                .issueToken(
                    Token(hash: hash, bearer: .bidder(scene.bidders[number]), expiresAt: nil)))
        }
        let ledger = try SQLiteLedger(path: path)
        var house = House()
        var batch = LogBatch(after: .empty)
        for event in scene.opening { batch.record(event, at: now, in: &house) }
        batch.seal(with: house)
        try ledger.append(batch)
        try ledger.close()
        return scene
    }

    /// What was acknowledged is in the database.
    private func check(_ path: String, acknowledged: Int) throws {
        let reader = try LedgerReader(path: path)
        let stored = try reader.board().reduce(0) { $0 + $1.bids } - Self.connections
        guard stored == acknowledged else {
            throw BenchmarkFailure("\(acknowledged) bids were acknowledged, \(stored) are stored")
        }
        try reader.close()
    }

    private static func token(_ number: Int) -> String {
        let digits = String(number)
        return "gvl_" + String(repeating: "0", count: 43 - digits.count) + digits
    }
}
