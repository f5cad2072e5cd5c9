/// One public change of a lot, numbered by its state's `seq`. It carries the whole public state, so
/// that the last one a watcher gets is always enough. A value, though a class: it is large, and is made once
/// and then only handed on.
public final class PublicChange: Sendable {
    public enum Kind: Hashable, Sendable {
        /// The bidding moved.
        case price
        /// The lot itself changed: it opened, paused, was extended, closed …
        case status(reason: String?)
    }

    public let kind: Kind
    public let state: PublicState
    /// The engine's time of the change.
    public let at: Instant

    public init(kind: Kind, state: PublicState, at: Instant) {
        self.kind = kind
        self.state = state
        self.at = at
    }
}

extension PublicChange: Hashable {
    public static func == (left: PublicChange, right: PublicChange) -> Bool {
        left === right
            || left.kind == right.kind && left.state == right.state && left.at == right.at
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(state)
        hasher.combine(at)
    }
}

extension Auction {
    /// The public change that an event made, seen from the auction after it; nil for an event
    /// without one. Of several events of one command the last one's change stands for all.
    public func publicChange(after event: AuctionEvent, at t: Instant) -> PublicChange? {
        guard event.seq != nil else { return nil }
        let kind: PublicChange.Kind? =
            switch event {
            case .bidAccepted, .reserveLowered: .price
            case .extended(let event):
                switch event.cause {
                case .softClose: .price
                case .softCloseGroup: .status(reason: "group soft close")
                case .outage: .status(reason: "outage")
                case .administrator(let reason): .status(reason: reason)
                }
            case .bidsVoided: isClosed ? .status(reason: "bid voided") : .price
            case .opened, .resumed, .askSet, .fairWarned: .status(reason: nil)
            case .reopened(let event): .status(reason: event.reason)
            case .paused(let reason, _): .status(reason: reason)
            case .closed(let event): .status(reason: event.reason)
            case .cancelled(let reason, _): .status(reason: reason)
            case .created, .bidRefused, .announced: nil
            }
        return kind.map { PublicChange(kind: $0, state: publicState, at: t) }
    }

    /// The same after a bid.
    public func publicChange(after bid: BidAccepted, at t: Instant) -> PublicChange? {
        bid.seq == nil ? nil : PublicChange(kind: .price, state: publicState, at: t)
    }
}
