import AuctionRules
import Foundation
import Ledger

/// Bids per second that are durable: each batch is encoded, chained, applied, and appended with its
/// replies, commitments and state rows in one transaction. What the rules decide is decided before.
struct LedgerBenchmark: Benchmark {
    let bids: Int
    let lots: Int
    /// How many bids a commit holds.
    let batch: Int
    let folder: URL

    init(bids: Int, lots: Int, batch: Int, in folder: URL) {
        self.bids = bids
        self.lots = lots
        self.batch = batch
        self.folder = folder
    }

    var name: String { "ledger: bids, \(batch) a commit, lots: \(lots)" }

    func run() throws -> Measurement {
        let scene = try Scene(lots: lots, bidders: 64)
        let events = scene.events(of: try scene.risingBids(bids))
        guard events.count == bids else {
            throw BenchmarkFailure("\(bids) accepted bids are as many events, not \(events.count)")
        }
        let path = folder.appendingPathComponent("\(UUID().uuidString).db").path
        let ledger = try SQLiteLedger(path: path)
        var house = House()
        var head = try Self.append(scene.opening, to: ledger, after: .empty, in: &house, scene)
        let measurement = try Measurement.measure(units: bids) {
            for start in stride(from: 0, to: bids, by: batch) {
                let part = events[start..<min(start + batch, bids)]
                head = try Self.append(part, to: ledger, after: head, in: &house, scene)
            }
        }
        guard try ledger.rebuild().house == house else {
            throw BenchmarkFailure("The log does not tell what was appended to it")
        }
        try ledger.close()
        return measurement
    }

    private static func append(
        _ events: some Sequence<Event>, to ledger: SQLiteLedger, after head: LogHead,
        in house: inout House, _ scene: Scene
    ) throws -> LogHead {
        var batch = LogBatch(after: head)
        for event in events { batch.record(event, at: scene.noon, in: &house) }
        batch.seal(with: house)
        try ledger.append(batch)
        return batch.head
    }
}

/// What the disk allows at best, to compare with: as many bytes as the events have, appended to a
/// bare file with one fdatasync a batch.
struct DiskBenchmark: Benchmark {
    let bids: Int
    let batch: Int
    let folder: URL

    /// What a bid's event has in the log: its payload, its two hashes, and some 30 bytes.
    private static let bytesPerBid = 256

    init(bids: Int, batch: Int, in folder: URL) {
        self.bids = bids
        self.batch = batch
        self.folder = folder
    }

    var name: String { "disk: bare file, \(batch) x \(Self.bytesPerBid) bytes a sync" }

    func run() throws -> Measurement {
        let path = folder.appendingPathComponent("\(UUID().uuidString).log").path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BenchmarkFailure("Can't create \(path): \(errno)") }
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 7, count: batch * Self.bytesPerBid)
        return try Measurement.measure(units: bids) {
            for _ in 0..<(bids + batch - 1) / batch {
                guard write(descriptor, bytes, bytes.count) == bytes.count,
                    fdatasync(descriptor) == 0
                else { throw BenchmarkFailure("Can't write to \(path): \(errno)") }
            }
        }
    }
}
