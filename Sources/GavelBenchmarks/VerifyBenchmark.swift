import AuctionRules
import Foundation
import Ledger

/// Entries per second that are verified: the chain, every price, the replay and every table; and the
/// same of an export.
struct VerifyBenchmark {
    let events: Int
    let lots: Int
    let folder: URL

    init(events: Int, lots: Int, in folder: URL) {
        self.events = events
        self.lots = lots
        self.folder = folder
    }

    /// Makes the log once, and prints a line for each way of checking it.
    func print(runs: Int) async throws {
        let path = folder.appendingPathComponent("\(UUID().uuidString).db").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let total = try write(to: path)
        try await Report(
            runs: runs,
            of: Check(name: "verify: database, lots: \(lots)", events: total) {
                let report = try LogVerifier(path: path).verify()
                try Self.require(report, total)
            }
        ).print()
        for isRedacted in [true, false] {
            let export = folder.appendingPathComponent("\(UUID().uuidString).jsonl").path
            let scope = LogExport.Scope(isRedacted: isRedacted)
            let kind = isRedacted ? "redacted" : "full"
            try await Report(
                runs: 1,
                of: Check(name: "export: \(kind), lots: \(lots)", events: total) {
                    try Self.export(scope, of: path, to: export)
                }
            ).print()
            try await Report(
                runs: runs,
                of: Check(name: "verify: \(kind) export, lots: \(lots)", events: total) {
                    try Self.require(try ExportVerifier(path: export).verify(), total)
                }
            ).print()
            try FileManager.default.removeItem(atPath: export)
        }
    }

    private struct Check: Benchmark {
        let name: String
        let events: Int
        let body: () throws -> Void

        func run() throws -> Measurement { try Measurement.measure(units: events, body) }
    }

    private static func require(_ report: LogReport, _ events: Int) throws {
        guard report.fault == nil, report.events == Int64(events) else {
            throw BenchmarkFailure(
                "\(report.events) of \(events) entries; \(report.fault?.description ?? "sound")")
        }
    }

    private static func export(
        _ scope: LogExport.Scope, of path: String, to export: String
    ) throws {
        guard FileManager.default.createFile(atPath: export, contents: nil),
            let file = FileHandle(forWritingAtPath: export)
        else { throw BenchmarkFailure("Can't create \(export)") }
        var buffer: [UInt8] = []
        try LogExport.write(scope, of: LedgerReader(path: path)) { line in
            buffer += line
            guard buffer.count > 1 << 20 else { return }
            try file.write(contentsOf: buffer)
            buffer.removeAll(keepingCapacity: true)
        }
        try file.write(contentsOf: buffer)
        try file.close()
    }

    /// Bids in turn by 64 bidders, each higher than the one before on its lot.
    ///
    /// - Returns: how many entries the log has.
    private func write(to path: String) throws -> Int {
        let scene = try Scene(lots: lots, bidders: 64)
        let ledger = try SQLiteLedger(path: path)
        var house = House()
        var head = LogHead.empty
        func append(_ events: some Sequence<Event>) throws {
            var batch = LogBatch(after: head)
            for event in events { batch.record(event, at: scene.noon, in: &house) }
            batch.seal(with: house)
            try ledger.append(batch)
            head = batch.head
        }
        try append(scene.opening)
        let bids = scene.events(of: try scene.risingBids(events - scene.opening.count))
        for start in stride(from: 0, to: bids.count, by: 1024) {
            try append(bids[start..<min(start + 1024, bids.count)])
        }
        try ledger.close()
        return Int(head.position)
    }
}
