/// What one bidder is told, and nobody else. Another type than ``PublicState``, on another path, so
/// that no leak can compile. A value, though a class: most bids have one, and it is only handed on.
public final class PrivateNotice: Sendable {
    public enum Content: Hashable, Sendable {
        /// Somebody else leads now.
        case outbid(ownMax: Amount?)
        case won(due: Amount)
        case lost
        /// A bid of the bidder's was voided.
        case voided(reason: String)
        /// After a void the lot is below an offer of the bidder's that had been too low.
        case belowRefusedOffer
    }

    public let bidder: BidderID
    public let content: Content
    /// The lot, and as far as everybody sees it when the notice is written: its newest public change, its
    /// price, and the least that a newcomer must offer. Not the whole of it, which is large, and most
    /// bids displace somebody.
    public let auction: AuctionID
    public let seq: Int64
    public let price: Amount?
    public let minimum: Amount?

    /// The lot's parts, as the lot itself would be copied.
    fileprivate init(
        _ bidder: BidderID, _ content: Content, on auction: AuctionID, seq: Int64, price: Amount?,
        minimum: Amount?
    ) {
        self.bidder = bidder
        self.content = content
        self.auction = auction
        self.seq = seq
        self.price = price
        self.minimum = minimum
    }
}

extension PrivateNotice: Hashable {
    public static func == (left: PrivateNotice, right: PrivateNotice) -> Bool {
        left === right
            || left.bidder == right.bidder && left.content == right.content
                && left.auction == right.auction && left.seq == right.seq
                && left.price == right.price && left.minimum == right.minimum
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bidder)
        hasher.combine(content)
        hasher.combine(auction)
        hasher.combine(seq)
        hasher.combine(price)
        hasher.combine(minimum)
    }
}

extension Auction {
    /// Whom an event concerns in private, seen from the auction after it.
    ///
    /// - Parameter leaderBefore: who led before the event.
    public func privateNotices(
        after event: AuctionEvent, leaderBefore: BidderID?
    ) -> [PrivateNotice] {
        switch event {
        case .bidAccepted(let event):
            number(of: event.request.bidder).flatMap {
                outbidNotice(
                    afterBidBy: $0, leaderBefore: leaderBefore.flatMap { number(of: $0) })
            }.map { [$0] } ?? []
        case .closed: noticesAfterClose
        case .bidsVoided(let event): noticesAfterVoid(event)
        case .askSet(let event) where event.standing != nil: noticesOnTheBlock
        default: []
        }
    }

    private func notice(_ bidder: BidderID, _ content: PrivateNotice.Content) -> PrivateNotice {
        PrivateNotice(
            bidder, content, on: id, seq: seq, price: standing.price, minimum: minimum)
    }

    /// What a bid has in private, of which there is no more than one, for the displaced leader, or for a
    /// bidder whom a proxy outbid at once; without the list that ``privateNotices(after:leaderBefore:)`` gives,
    /// and by the numbers on the lot.
    public func outbidNotice(afterBidBy bidder: Int, leaderBefore: Int?) -> PrivateNotice? {
        guard isOpenOutcry, let leader = leaderAlias else { return nil }
        let outbid = leader == bidder ? leaderBefore : bidder
        guard let outbid, outbid != leader else { return nil }
        return notice(
            participants.bidder(number: outbid),
            .outbid(ownMax: participants[number: outbid].standingAmount))
    }

    /// The lot has come on the block: other absentee bids are outbid already.
    private var noticesOnTheBlock: [PrivateNotice] {
        participants.compactMap { bidder, own in
            guard let max = own.standingAmount, bidder != standing.leader else { return nil }
            return notice(bidder, .outbid(ownMax: max))
        }
    }

    private var noticesAfterClose: [PrivateNotice] {
        participants.compactMap { bidder, own in
            guard own.standingAmount != nil else { return nil }
            if case .sold(bidder, let price)? = outcome { return notice(bidder, .won(due: price)) }
            return notice(bidder, .lost)
        }
    }

    private func noticesAfterVoid(_ event: BidsVoided) -> [PrivateNotice] {
        var notices: [PrivateNotice] = []
        if case .administrator(let reason) = event.cause {
            let bidders = Set(event.ordinals.map { commitments[$0].bidder }).sorted()
            notices += bidders.map { notice($0, .voided(reason: reason)) }
        }
        // What changed nothing public is nobody else's matter.
        guard event.seq != nil else { return notices }
        if isClosed { return notices + noticesAfterClose }
        guard let minimum else { return notices }
        let within = refusedOffers.filter { $0.value >= minimum && $0.key != standing.leader }
        return notices + within.keys.sorted().map { notice($0, .belowRefusedOffer) }
    }
}
