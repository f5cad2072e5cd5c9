import AuctionRules
import WireProtocol

extension Result where Success == ClientFrame, Failure == WireFault {
    /// The client's name for its message, if it could be read.
    var ref: String? {
        switch self {
        case .success(let frame): frame.ref
        case .failure(let fault): fault.reply.ref
        }
    }

    /// The bid that the message is about, if it is about one.
    var subject: (auction: AuctionID, id: BidID)? {
        switch self {
        case .success(let frame): frame.message.subject
        case .failure(.rejected(let auction, let id, _, _)): (auction, id)
        case .failure(.error): nil
        }
    }
}

extension ClientMessage {
    fileprivate var subject: (auction: AuctionID, id: BidID)? {
        switch self {
        case .bid(let bid): (bid.auction, bid.id)
        case .buy(let auction, let id), .retract(let auction, let id, _),
            .receipt(let auction, let id), .bidStatus(let auction, let id):
            (auction, id)
        case .authenticate, .watch, .unwatch, .time: nil
        }
    }
}
