import AuctionRules
import BidService
import Foundation
import Ledger
import Synchronization

/// A database with a past: bids on all lots in turn, decided and written as the server does it, until
/// its log has so many entries.
struct Past {
    let hall: Hall
    /// How many bids each lot has at most: the number of the next one that is sure to be accepted.
    let rounds: Int
    /// The database as a stop right after the last answer leaves it.
    let leftDatabase: String

    /// How many bidders come to a lot when there are many lots.
    private static let biddersPerLot = 10

    /// - Parameter hasSnapshot: false: none is made, so that the next start follows the whole log.
    init(entries: Int, lots: Int, hasSnapshot: Bool = true, in folder: URL) throws {
        let hall = try Hall(seats: max(lots, 1000), lots: lots, in: folder)
        self.hall = hall
        let count = entries - hall.entries
        guard count > 0 else {
            throw BenchmarkFailure("\(lots) lots make \(hall.entries) entries, not \(entries)")
        }
        rounds = (count + lots - 1) / lots
        var limits = ServiceLimits()
        if !hasSnapshot { limits.snapshots.entriesMax = .max }
        let service = try BidService(limits: limits) { () throws(LedgerError) in
            try SQLiteLedger(path: hall.database)
        }
        let bidders = Array(hall.bidders)
        // As many on their way as the queue takes with ease.
        let places = DispatchSemaphore(value: 4096)
        let refused = Tally()
        for number in 0..<count {
            let (round, lot) = (number / lots, number % lots)
            let stride = lots == 1 ? round : round % Self.biddersPerLot * 97
            guard let amount = Amount(minorUnits: Int64(200 + round * 200)) else {
                throw BenchmarkFailure("So many bids have no amounts")
            }
            let request = BidRequest(
                bidder: bidders[(lot + stride) % bidders.count], id: try BidID("p\(round)"),
                action: .bid(.max, amount: amount))
            places.wait()
            service.submit(.request(request, on: hall.lots[lot])) { answer in
                if case .reply(let reply) = answer, case .accepted = reply.verdict {
                } else {
                    refused.note()
                }
                places.signal()
            }
        }
        for _ in 0..<4096 { places.wait() }
        for _ in 0..<4096 { places.signal() }
        guard refused.count == 0 else {
            throw BenchmarkFailure("\(refused.count) of \(count) bids were not accepted")
        }
        // Not while the service runs: with nothing to do it would go on with the snapshot, and move pages
        // from one file to the other under the copy.
        service.stop()
        leftDatabase = hall.database
    }
}

/// A count that is kept on one thread and read on another one.
final class Tally: Sendable {
    private let value = Mutex(0)

    func note() { value.withLock { $0 += 1 } }
    var count: Int { value.withLock { $0 } }
}
