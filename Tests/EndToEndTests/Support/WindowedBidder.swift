import AuctionRules
import GavelClient
import Synchronization
import WireProtocol

/// Bids on the lot `lot` until the connection ends, with a bounded number of bids unanswered.
final class WindowedBidder: Sendable {
    private static let roundsMax = 200_000

    let number: Int
    let follower: Follower
    private let bidding = Mutex<Task<Void, Never>?>(nil)

    init(_ number: Int, _ connection: GavelConnection) {
        self.number = number
        follower = Follower(connection)
    }

    /// - Parameter window: how many bids are on their way at most. More than the server can decide
    ///   while it stops would be turned away, for good reason.
    func start(window: Int) {
        let task = Task { await bid(window: window) }
        bidding.withLock { $0 = task }
    }

    /// Waits for the end of the connection.
    func wait() async {
        await bidding.withLock { $0 }?.value
        await follower.wait { _ in false }
    }

    /// The bids that the server has said the last word on.
    var answered: [String] { follower.messages.compactMap(\.finalVerdict) }

    private func bid(window: Int) async {
        for start in stride(from: 0, to: Self.roundsMax, by: window) {
            for round in start..<start + window {
                guard let amount = Amount(minorUnits: Int64(round) * 10 + 1000),
                    let auction = try? AuctionID("lot"), let id = try? BidID("\(number)-\(round)")
                else { return }
                let bid = ClientFrame(.bid(BidMessage(auction: auction, id: id, amount: amount)))
                do { try await follower.connection.sendAndWait(bid) } catch { return }
            }
            // A welcome, and for each bid an answer at least.
            await follower.wait { $0.count > start + window }
        }
    }
}

extension ServerMessage {
    /// The bid that this is the last word on.
    fileprivate var finalVerdict: String? {
        switch self {
        case .bidAccepted(let body): body.id.text
        case .bidRejected(let body) where body.code != "unavailable": body.id.text
        default: nil
        }
    }
}
