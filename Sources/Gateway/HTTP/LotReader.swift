import AuctionRules
import BidService
import WireProtocol

/// Reads lots off the board, and says them as HTTP does.
struct LotReader: Sendable {
    let board: PublicBoard
    let authentication: RequestAuthentication
    private let clock: any ServiceClock

    init(_ parts: HTTPParts) {
        board = parts.service.board
        authentication = RequestAuthentication(authenticator: parts.authenticator)
        clock = parts.clock
    }

    /// - Parameter bidder: who reads, if known.
    func message(_ lot: PublicBoard.Snapshot, for bidder: BidderID?) -> ServerMessage {
        let viewer = bidder.map { _ in
            ServerMessage.Snapshot.Viewer(isLeading: lot.isLeading, ownMax: lot.ownAmount)
        }
        return .snapshot(
            .init(lot.state, log: board.logID, viewer: viewer, serverTime: clock.now()))
    }

    func response(_ lot: PublicBoard.Snapshot, for bidder: BidderID?) -> HTTPResponse {
        .message(message(lot, for: bidder))
    }

    /// Whether the lot is another than somebody has seen it: also when he has seen more of it than
    /// there is, or in another log.
    func isNews(_ lot: PublicBoard.Snapshot, to seen: EventPoint) -> Bool {
        if let log = seen.log, log != board.logID { return true }
        return lot.state.seq != seen.seq
    }
}
