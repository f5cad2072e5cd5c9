/// One public change of a lot with its past: the lot before it, and the events that made it.
public struct LotChange: Hashable, Sendable {
    /// The lot right before the first of the events.
    public let before: Auction
    /// All events of the change, which share its seq. Never empty.
    public let events: [AuctionEvent]
    /// The engine's time of it.
    public let at: Instant

    public init(before: Auction, events: [AuctionEvent], at: Instant) {
        self.before = before
        self.events = events
        self.at = at
    }

    /// The lot right after the first `count` of the events.
    func lot(after count: Int) -> Auction { before.after(Array(events.prefix(count)), at: at) }
}

/// What everybody may know of one event of a change. It has no field for anything secret, so that
/// what is told from it can't leak anything.
struct PublicFacts {
    enum Kind {
        case bid(by: String)
        /// Whether the number of sealed bids became another.
        case sealedBid
        /// `bids`: the public changes that the voided bids had made.
        case voided(bids: [Int64])
        case reserveLowered
        case extended(Extended.Cause)
        case opened, paused, resumed, cancelled
        case closed(Closed.Cause)
        /// The ask of the live room was set.
        case asked
        case warned, reopened
    }

    let kind: Kind
    let before: PublicState
    let after: PublicState
    let increments: IncrementTable
    let start: Amount
    let cap: Amount?
    let at: Instant
}

extension LotChange {
    /// The public facts of the event of this index; nil when it has none.
    func facts(_ index: Int) -> PublicFacts? {
        let lot = lot(after: index)
        let next = self.lot(after: index + 1)
        let kind: PublicFacts.Kind
        switch events[index] {
        case .bidAccepted(let event):
            // A sealed bid has no standing, and its bidder stays unnamed.
            let alias = event.standing == nil ? nil : next.alias(of: event.request.bidder)
            kind = alias.map { .bid(by: $0) } ?? .sealedBid
        case .bidsVoided(let event):
            let commitments = event.ordinals.filter(lot.commitments.indices.contains)
                .map { lot.commitments[$0] }
            kind = .voided(bids: commitments.compactMap(\.seq))
        case .reserveLowered: kind = .reserveLowered
        case .extended(let event): kind = .extended(event.cause)
        case .opened: kind = .opened
        case .paused: kind = .paused
        case .resumed: kind = .resumed
        case .cancelled: kind = .cancelled
        case .closed(let event): kind = .closed(event.cause)
        case .askSet: kind = .asked
        case .fairWarned: kind = .warned
        case .reopened: kind = .reopened
        case .created, .bidRefused, .announced: return nil
        }
        return PublicFacts(
            kind: kind, before: lot.publicState, after: next.publicState,
            increments: lot.terms.increments, start: lot.terms.start,
            cap: lot.terms.buyNow?.price, at: at)
    }
}
