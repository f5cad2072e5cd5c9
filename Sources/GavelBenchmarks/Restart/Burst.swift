import Foundation
import Synchronization

/// Bids on a thread of their own, until the server is gone.
final class Burst: Sendable {
    /// How many answers are enough to say that the server is busy.
    private static let answersWanted = 5000

    private let failure = Mutex<String?>(nil)
    private let isBusy = DispatchSemaphore(value: 0)

    init(on port: UInt16, _ scripts: [BidScript]) {
        Thread { [self] in
            do {
                let load = try BidLoad(
                    port: port, inFlight: BidsBenchmark.Crowd.ownLots.inFlight, connections: scripts
                )
                try load.run { answered in
                    if answered >= Self.answersWanted { isBusy.signal() }
                }
            } catch {
                // After the kill it is what was wanted, and nobody asks.
                failure.withLock { $0 = "\(error)" }
            }
            isBusy.signal()
        }.start()
    }

    /// Waits until the server is busy.
    func waitForAnswers() throws {
        isBusy.wait()
        if let failure = failure.withLock({ $0 }) { throw BenchmarkFailure(failure) }
    }
}
