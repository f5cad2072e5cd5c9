import AuctionRules
import Dispatch
import Foundation
import Ledger
import Synchronization

/// Bids per second that are durable: each batch is encoded, chained, applied, and appended with its
/// replies and state rows in one transaction. What the rules decide is decided before.
///
/// As in the server two threads do it: one encodes a batch and applies it, while the other one writes
/// the batch before and waits for the disk. The CPU time is that of both.
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
        let ledger = try SQLiteLedger(path: path, options: .server)
        var house = House()
        let opening = Self.batch(of: scene.opening, after: .empty, in: &house, scene)
        try ledger.append(opening)
        // The log's file is moved into the database now, and not on the bids' account.
        try ledger.checkpoint(isIdle: true)
        var head = opening.head
        let log = LogThread(ledger)
        let writtenBefore = Self.bytesWritten
        var measurement = try Measurement.measure(units: bids) {
            for start in stride(from: 0, to: bids, by: batch) {
                let part = events[start..<min(start + batch, bids)]
                let next = Self.batch(of: part, after: head, in: &house, scene)
                head = next.head
                try log.append(next)
            }
            try log.finish()
        }
        let written = (Self.bytesWritten - writtenBefore) / bids
        measurement.notes = ["\(written) bytes written a bid"]
        guard try ledger.rebuild().house == house else {
            throw BenchmarkFailure("The log does not tell what was appended to it")
        }
        try ledger.close()
        return measurement
    }

    private static func batch(
        of events: some Sequence<Event>, after head: LogHead, in house: inout House,
        _ scene: Scene
    ) -> LogBatch {
        var batch = LogBatch(after: head, expecting: events.underestimatedCount)
        for event in events { batch.record(event, at: scene.noon, in: &house) }
        batch.seal(with: house)
        return batch
    }

    /// By this process, to whatever file.
    private static var bytesWritten: Int {
        let lines = (try? String(contentsOfFile: "/proc/self/io", encoding: .utf8)) ?? ""
        let line = lines.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
        return line.flatMap { Int($0.dropFirst(7)) } ?? 0
    }
}

/// The thread that appends, one batch at a time, with one more under way at most.
private struct LogThread {
    private let ledger: SQLiteLedger
    private let queue = DispatchQueue(label: "gavel.benchmark.log")
    private let failure = Failure()

    private final class Failure: Sendable {
        let error = Mutex<(any Error)?>(nil)
    }

    init(_ ledger: SQLiteLedger) { self.ledger = ledger }

    /// Returns when the batch before is on disk.
    func append(_ batch: LogBatch) throws {
        try finish()
        queue.async { [ledger, failure] in
            do {
                try ledger.append(batch)
                try ledger.checkpoint(isIdle: false)
            } catch { failure.error.withLock { $0 = error } }
        }
    }

    /// Returns when everything is on disk.
    func finish() throws {
        queue.sync {}
        if let error = failure.error.withLock({ $0 }) { throw error }
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
