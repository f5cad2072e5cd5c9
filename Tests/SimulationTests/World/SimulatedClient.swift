import AuctionRules
import WireProtocol

/// One connection, with what is on its way in both directions. What was sent arrives in order, or it
/// does not arrive.
final class Wire {
    /// Counted from 1 over the whole run.
    let number: Int
    let client: Int
    /// Nil once the server's process has ended, or has closed it.
    var channel: SimulatedChannel?
    var toServer: [[UInt8]] = []
    var toClient: [SimulatedFrame] = []

    init(number: Int, client: Int, channel: SimulatedChannel) {
        self.number = number
        self.client = client
        self.channel = channel
    }

    /// What the server has written goes on its way.
    func carry() {
        guard let channel else { return }
        toClient += channel.written()
        if !channel.isOpen { self.channel = nil }
    }
}

/// A bidder's program: what it knows, from what it was told.
struct SimulatedClient {
    struct View {
        var seq: Int64
        /// The log that the seq counts in.
        var log: String?
        var minimum: Amount?
        var price: Amount?
        var endsAt: Instant?
        var reserve: ReserveState?
        var buyNow: Amount?
        /// Of a live-room lot.
        var block: PublicBlock?
        var isOver = false
    }

    struct Request {
        let auction: AuctionID
        let id: BidID
        let message: ClientMessage
        var isAnswered = false
    }

    let bidder: BidderID
    let token: String
    var wire: Wire?
    /// Given up, and the server does not know it yet.
    var lostWires: [Wire] = []
    var isTaking = true
    var views: [AuctionID: View] = [:]
    /// By the requests' ids.
    var requests: [BidID: Request] = [:]
    /// In the order in which they were first sent.
    var requestIDs: [BidID] = []

    mutating func note(_ message: ClientMessage) {
        let subject: (AuctionID, BidID)? =
            switch message {
            case .bid(let bid): (bid.auction, bid.id)
            case .buy(let auction, let id), .retract(let auction, let id, _): (auction, id)
            default: nil
            }
        guard let (auction, id) = subject, requests[id] == nil else { return }
        requests[id] = Request(auction: auction, id: id, message: message)
        requestIDs.append(id)
    }

    mutating func hear(_ message: ServerMessage) {
        switch message {
        case .snapshot(let snapshot):
            let lot = snapshot.lot
            views[lot.auction] = View(
                seq: lot.seq, log: snapshot.log, minimum: lot.minimum, price: lot.price,
                endsAt: lot.endsAt, reserve: lot.reserve, buyNow: lot.buyNow,
                block: lot.block,
                isOver: lot.minimum == nil)
        case .price(let price):
            let log = views[price.auction]?.log
            views[price.auction] = View(
                seq: price.seq, log: log, minimum: price.minimum, price: price.price,
                endsAt: price.endsAt, reserve: price.reserve, buyNow: price.buyNow,
                block: price.block)
        case .status(let status):
            views[status.auction]?.seq = status.seq
            views[status.auction]?.endsAt = status.endsAt
            views[status.auction]?.block = status.block
            views[status.auction]?.isOver = ["closed", "cancelled"].contains(status.status)
        case .bidAccepted(let accepted): requests[accepted.id]?.isAnswered = true
        case .bidRetracted(let retracted): requests[retracted.id]?.isAnswered = true
        case .bidRejected(let rejected): requests[rejected.id]?.isAnswered = true
        default: break
        }
    }
}
