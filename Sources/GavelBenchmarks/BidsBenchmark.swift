import Foundation
import GavelBench
import Ledger

/// Acknowledged durable bids per second from end to end: a release `gavel serve` as a process of its
/// own, and WebSocket connections that keep bids in flight.
///
/// On each lot somebody holds a huge max: so a bid moves the price, and is outbid at once, which is
/// told, too. Connections with lots of their own have every bid accepted, whatever order they come in.
/// On one hot lot they race: the amounts rise in the order of sending, and a bid that another one has
/// overtaken on its way is refused and counted apart. A run in which an answer is missing, doubled or
/// out of order has no figure.
struct BidsBenchmark: Benchmark {
    /// Who bids on what.
    enum Crowd: CaseIterable {
        /// One bidder with one bid in flight.
        case alone
        /// 64 bidders on one lot.
        case hotLot
        /// 64 bidders with a lot each.
        case ownLots
        /// 64 bidders over 1,000 lots.
        case manyLots

        var connections: Int { self == .alone ? 1 : 64 }
        var inFlight: Int { self == .alone ? 1 : 50 }

        var lots: Int {
            switch self {
            case .alone, .hotLot: 1
            case .ownLots: connections
            case .manyLots: 1000
            }
        }

        var name: String {
            switch self {
            case .alone: "bids: one bidder, one in flight"
            case .hotLot: "bids: 64 x 50 in flight, one lot"
            case .ownLots: "bids: 64 x 50 in flight, 64 lots"
            case .manyLots: "bids: 64 x 50 in flight, 1,000 lots"
            }
        }
    }

    let crowd: Crowd
    let bidsPerConnection: Int
    let folder: URL

    init(_ crowd: Crowd, bids: Int, in folder: URL) {
        self.crowd = crowd
        bidsPerConnection = crowd == .alone ? bids / 20 : bids / crowd.connections
        self.folder = folder
    }

    var name: String { crowd.name }

    func run() throws -> Measurement {
        let hall = try Hall(seats: crowd.connections, lots: crowd.lots, in: folder)
        let server = try GavelProcess(database: hall.database, settings: Self.settings)
        defer { server.kill() }
        let load = try BidLoad(
            port: server.port, inFlight: crowd.inFlight, connections: scripts(in: hall))
        let total = bidsPerConnection * crowd.connections
        let own = Measurement.ownCPUTime
        var measurement = try Measurement.measure(
            units: total, cpuTime: { try server.usage.cpuSeconds() }
        ) {
            try load.run()
        }
        let client = (Measurement.ownCPUTime - own) * 1e6 / Double(total)
        try server.stop()
        try check(hall.database, accepted: total - load.overtaken)
        measurement.notes = [
            load.latencies.description,
            "the client's CPU \(Report.decimal(client)) µs each; "
                + "\(load.overtaken) of \(total) were overtaken",
        ]
        if crowd == .alone {
            measurement.notes.append("an fsync alone: \(try Fsync.latencies(in: folder))")
        }
        return measurement
    }

    private func scripts(in hall: Hall) -> [BidScript] {
        let amounts = crowd == .hotLot ? SharedAmounts() : nil
        return (0..<crowd.connections).map { number in
            let lots =
                crowd.lots == 1
                ? [hall.lot(0)]
                : stride(from: number, to: crowd.lots, by: crowd.connections).map(hall.lot)
            return BidScript(
                token: hall.token(number), lots: lots, count: bidsPerConnection, amounts: amounts)
        }
    }

    /// Nobody bids so often: the limits are not what is measured.
    static let settings = [
        "messages-per-second", "message-burst", "bids-per-second", "bid-burst",
        "bids-on-lot-per-second", "bid-on-lot-burst",
    ].flatMap { ["--limit", "\($0)=1000000"] }

    /// What was acknowledged is in the database.
    private func check(_ path: String, accepted: Int) throws {
        let reader = try LedgerReader(path: path)
        let stored = try reader.board().reduce(0) { $0 + $1.bids } - crowd.lots
        guard stored == accepted else {
            throw BenchmarkFailure("\(accepted) bids were accepted, \(stored) are stored")
        }
        try reader.close()
    }
}

/// What a disk takes at least: 4 KiB appended to a file, and fdatasync, one after the other.
enum Fsync {
    static func latencies(in folder: URL) throws -> Latencies {
        let path = folder.appendingPathComponent("fsync-\(UUID().uuidString)").path
        let file = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        guard file >= 0 else { throw BenchmarkFailure("open \(path): \(errno)") }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 7, count: 4096)
        var taken: [UInt64] = []
        for _ in 0..<1000 {
            let start = BidConnection.now
            guard write(file, page, page.count) == page.count, fdatasync(file) == 0 else {
                throw BenchmarkFailure("fdatasync: \(errno)")
            }
            taken.append(BidConnection.now - start)
        }
        return Latencies(taken)
    }
}
