import AuctionRules
public import BidService
import NIOCore
import Synchronization
import WireProtocol

/// Distributes what has been committed: encodes each public message once, and hands it to every
/// event loop once. Runs on the log's thread; never waits for a socket.
public final class FanOut: Publisher {
    /// The gateway that is attached; before it starts, and after it has stopped, nobody watches.
    private struct Target {
        let mailboxes: [LoopMailbox]
        let board: PublicBoard
    }

    private let target = Mutex<Target?>(nil)
    private let clock: any ServiceClock

    public init(clock: any ServiceClock = SystemClock()) { self.clock = clock }

    /// - Parameter board: shows what is published here.
    func attach(_ mailboxes: [LoopMailbox], board: PublicBoard) {
        target.withLock { $0 = Target(mailboxes: mailboxes, board: board) }
    }

    var isAttached: Bool { target.withLock { $0 != nil } }

    /// When it returns, no event loop is bothered any more: they may be shut down.
    func detach() { target.withLock { $0 = nil } }

    public func publish(_ publication: Publication, version: Int64) {
        guard let target = target.withLock({ $0 }),
            let delivery = delivery(of: publication, version: version, board: target.board)
        else { return }
        for mailbox in target.mailboxes { mailbox.append(delivery) }
    }

    public func flush() {
        target.withLock { target in
            for mailbox in target?.mailboxes ?? [] { mailbox.post() }
        }
    }

    private func delivery(
        of publication: Publication, version: Int64, board: PublicBoard
    ) -> Delivery? {
        switch publication {
        case .change(let change):
            let isPrice = change.kind == .price
            return .broadcast(
                Broadcast(
                    kind: isPrice ? .price : .important, auction: change.state.auction,
                    sale: change.state.sale, head: LotHead(change.state), version: version,
                    frame: Frames.change(change)))
        case .created(let state):
            // Only a sale's watchers can be waiting for a lot that was not there.
            return .broadcast(
                Broadcast(
                    kind: .important, auction: state.auction, sale: state.sale,
                    head: LotHead(state), version: version,
                    frame: Frames.snapshot(state, log: board.logID, now: clock.now())))
        case .announcement(let auction, let sale, let text, let at):
            return .broadcast(
                Broadcast(
                    kind: .important, auction: auction, sale: sale, head: nil, version: version,
                    frame: Frames.announcement(auction, text: text, at: at)))
        case .notice(let notice):
            return .notice(notice.bidder, frame: Frames.notice(notice))
        case .house(.tokenRevoked(let hash)): return .revoked(.token(hash))
        case .house(.bidderSuspended(let bidder, _)): return .revoked(.bidder(bidder))
        case .house: return nil
        }
    }
}
