import AuctionRules
import BidService
import GavelClient
import Synchronization
import WireProtocol

/// A simulated bidder: a real client on a real WebSocket, at a human pace.
final class DemoBidder: Sendable {
    private let name: BidderID
    private let sale: SaleID
    private let client: GavelClient
    private let mind = Mutex(DemoMind())
    /// Between two bids.
    private static let pauseSeconds = 2.0...8.0

    init(_ name: BidderID, token: String, sale: SaleID, endpoint: Endpoint) {
        self.name = name
        self.sale = sale
        client = GavelClient(GavelClient.Configuration(endpoint, token: token))
    }

    /// Bids until the task is cancelled, or the server says that it is over.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.listen() }
            group.addTask { try? await self.listenInPrivate() }
            group.addTask { try? await self.bid() }
            await group.next()
            group.cancelAll()
        }
        await client.close()
    }

    private func listen() async throws {
        for try await update in await client.watch(.sale(sale)) {
            var chance = SystemRandomNumberGenerator()
            mind.withLock { $0.hear(update, using: &chance) }
        }
    }

    private func listenInPrivate() async throws {
        for try await message in client.privateMessages { mind.withLock { $0.hear(message) } }
    }

    private func bid() async throws {
        var chance = SystemRandomNumberGenerator()
        for number in 1... {
            let seconds = Double.random(in: Self.pauseSeconds, using: &chance)
            try await Task.sleep(for: .seconds(seconds))
            // An id that no earlier demo on the same database has used.
            let now = SystemClock().now()
            let id = try BidID("\(name)-\(now.milliseconds)-\(number)")
            guard let bid = mind.withLock({ $0.bid(at: now, id: id, using: &chance) }) else {
                continue
            }
            // A refusal (somebody was faster) is part of the game; a lost connection comes back.
            guard let outcome = try? await client.bid(bid) else { continue }
            mind.withLock { $0.hear(outcome) }
        }
    }
}
