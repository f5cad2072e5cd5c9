public import AuctionRules

/// Why a client's frame is no message, in the form of the reply that it must get.
public enum WireFault: Error, Hashable, Sendable {
    /// The message can't be told at all: an `error`.
    case error(ErrorCode, message: String, ref: String?)
    /// A bid, a buy or a retraction whose lot and id could be read: a `bid_rejected`.
    case rejected(auction: AuctionID, id: BidID, Refusal, ref: String?)

    /// What to send back.
    public var reply: ServerFrame {
        switch self {
        case .error(let code, let message, let ref):
            ServerFrame(.error(.init(code, message: message)), ref: ref)
        case .rejected(let auction, let id, let refusal, let ref):
            ServerFrame(.bidRejected(.init(auction: auction, id: id, refusal)), ref: ref)
        }
    }

    static func badMessage(_ message: String, ref: String? = nil) -> WireFault {
        .error(.badMessage, message: "The message can't be read: \(message).", ref: ref)
    }
}
