import AuctionRules
public import BidService
import Synchronization
import WireProtocol

/// Distributes what has been committed: hands each message once to every event loop where somebody
/// wants to hear of it (``Interest``). Runs on the service's thread that lets a commit out; never waits for a
/// socket, and leaves the encoding to the event loops.
public final class FanOut: Publisher {
    /// The gateway that is attached; before it starts, and after it has stopped, nobody watches.
    /// A class, as there is a look at it for everything that is published.
    private final class Target: Sendable {
        let mailboxes: [LoopMailbox]
        let board: PublicBoard

        init(mailboxes: [LoopMailbox], board: PublicBoard) {
            self.mailboxes = mailboxes
            self.board = board
        }
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
        target.withLock { target in
            guard let target else { return }
            // Made when the first loop wants it: of most lots most of the time nobody does.
            var made: Delivery?
            for mailbox in target.mailboxes where mailbox.interest.covers(publication) {
                guard
                    let delivery = made
                        ?? delivery(of: publication, version: version, board: target.board)
                else { return }
                made = delivery
                mailbox.append(delivery)
            }
        }
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
                    message: SharedMessage(ServerMessage(change))))
        case .created(let state):
            // Only a sale's watchers can be waiting for a lot that was not there.
            let snapshot = ServerMessage.snapshot(
                .init(state, log: board.logID, serverTime: clock.now()))
            return .broadcast(
                Broadcast(
                    kind: .important, auction: state.auction, sale: state.sale,
                    head: LotHead(state), version: version,
                    message: SharedMessage(snapshot)))
        case .announcement(let auction, let sale, let text, let at):
            let words = ServerMessage.notice(.init(.auction(auction), text: text, at: at))
            return .broadcast(
                Broadcast(
                    kind: .important, auction: auction, sale: sale, head: nil, version: version,
                    message: SharedMessage(words)))
        case .notice(let notice):
            if case .outbid = notice.content { return .outbid(notice) }
            return .notice(notice.bidder, SharedMessage(ServerMessage(notice)))
        case .request(let request): return .request(request)
        case .house(.tokenRevoked(let hash)): return .revoked(.token(hash))
        case .house(.bidderSuspended(let bidder, _)): return .revoked(.bidder(bidder))
        case .house: return nil
        }
    }
}
