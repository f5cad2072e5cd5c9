/// Lots of a sale that late bids extend together (rulebook, section 5).
extension House {
    /// Puts a new lot into its sale's group, unless it names one of its own or closes hard.
    ///
    /// - Returns: why it can't be there.
    func join(group catalogue: Catalogue, _ terms: inout Terms) -> Decision? {
        guard terms.softClose != nil else { return nil }
        if terms.softClose?.group == nil { terms.softClose?.group = catalogue.sale.softCloseGroup }
        guard let group = terms.softClose?.group,
            catalogue.softCloseGroups[group]?.count ?? 0 >= SoftClose.groupLotsMax
        else { return nil }
        return .declined(
            .invalidTerms,
            "soft_close_group \(group) has \(SoftClose.groupLotsMax) lots, which is the most: use "
                + "another one.")
    }

    /// A late bid extends all of the group that is open: each lot by its own terms.
    ///
    /// - Parameters:
    ///   - lot: where the lot stands that was bid on, as it was before.
    ///   - decision: what the bid leads to on that lot; the other lots' events are put behind.
    func extendGroup(of lot: Auctions.Place, after decision: inout Decision, at t: Instant) {
        let auction = auctions[lot]
        guard let group = auction.terms.softClose?.group, let sale = auction.terms.sale,
            decision.events.contains(where: { auction.isLateBid($0, at: t) }),
            let members = sales[sale]?.softCloseGroups[group]
        else { return }
        for id in members where id != auction.id {
            let events = auctions.with(id) { $0.events(afterLateBidOn: auction.id, at: t) } ?? []
            decision.events += events.map { .auction(id, $0) }
        }
    }
}

extension Auction {
    /// Whether the event is a bid on this lot that changed something public shortly before its end.
    fileprivate func isLateBid(_ event: Event, at t: Instant) -> Bool {
        guard case .auction(id, .bidAccepted(let accepted)) = event,
            let standing = accepted.standing, let softClose = terms.softClose, let endsAt
        else { return false }
        if softClose.trigger == .leader, standing.leader == self.standing.leader { return false }
        return softClose.isLate(at: t, end: endsAt, extensions: extensionsByBids)
    }

    /// What a late bid on another lot of the group does to this one. A paused lot keeps what is left
    /// of its time, and one that is not open yet has its time before it.
    fileprivate func events(afterLateBidOn other: AuctionID, at t: Instant) -> [AuctionEvent] {
        // It is open or not by the time of the bid, and not by when a timer ran.
        let clock = clockEvents(at: t)
        guard clock.isEmpty else {
            return clock + after(clock, at: t).events(afterLateBidOn: other, at: t)
        }
        guard case .open = phase, let softClose = terms.softClose, let endsAt,
            let new = softClose.newEnd(
                afterGroupsBidAt: t, end: endsAt, extensions: extensionsByBids)
        else { return [] }
        let cause = Extended.Cause.softCloseGroup(bidOn: other)
        return [.extended(Extended(endsAt: new, cause: cause, seq: seq + 1))]
    }
}
