import AuctionRules
import BidService
import Dispatch
import Foundation
import Ledger
import Proof

/// Lots per second that are closed one right after the other, durable, each with its certificate: with a
/// key, by which each commit's certificates are signed, and without one.
struct ClosesBenchmark: Benchmark {
    let lots: Int
    let isSigned: Bool
    let folder: URL

    init(lots: Int, isSigned: Bool, in folder: URL) {
        self.lots = lots
        self.isSigned = isSigned
        self.folder = folder
    }

    var name: String { "closes: \(isSigned ? "signed" : "not signed")" }

    func run() async throws -> Measurement {
        let hall = try Hall(seats: 10, lots: lots, in: folder)
        defer { try? FileManager.default.removeItem(atPath: hall.database) }
        let service = try BidService { () throws(LedgerError) in
            try SQLiteLedger(path: hall.database)
        }
        if isSigned, case let answer = await service.use(SigningKey()), answer != .done {
            throw BenchmarkFailure("The key was not taken: \(answer)")
        }
        let measurement = try close(hall.lots, by: service)
        await service.shutdown()
        let reader = try LedgerReader(path: hall.database)
        guard let lot = hall.lots.last, let certificate = try reader.certificate(of: lot),
            (certificate.signed != nil) == isSigned
        else { throw BenchmarkFailure("A lot was closed without its certificate") }
        return measurement
    }

    private func close(_ lots: [AuctionID], by service: BidService) throws -> Measurement {
        let places = DispatchSemaphore(value: 4096)
        let refused = Tally()
        let measurement = try Measurement.measure(units: lots.count) {
            for lot in lots {
                places.wait()
                service.submit(.administer(lot, .close(reason: "measured"))) { answer in
                    if answer != .done { refused.note() }
                    places.signal()
                }
            }
            for _ in 0..<4096 { places.wait() }
            for _ in 0..<4096 { places.signal() }
        }
        guard refused.count == 0 else {
            throw BenchmarkFailure("\(refused.count) of \(lots.count) lots were not closed")
        }
        return measurement
    }
}
