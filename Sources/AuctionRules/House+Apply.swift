extension House {
    /// Follows one event of the log. Can't fail: what could be wrong was decided before.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - t: the engine's time of it.
    ///   - hash: the log entry's hash.
    public mutating func apply(_ event: Event, at t: Instant, recordedAs hash: EntryHash) {
        lastInstant = max(lastInstant, t)
        switch event {
        case .auction(let id, .created(let terms)):
            auctions.insert(Auction(id: id, terms: terms))
            if let sale = terms.sale { sales.update(sale) { $0.add(id, terms) } }
        case .auction(let id, let event):
            guard let lot = auctions.place(of: id) else { return }
            apply(event, on: lot, at: t, recordedAs: hash)
        case .house(let event): apply(event, at: t)
        }
    }

    /// The same for an event on a lot whose place is known: not for one that makes a lot.
    public mutating func apply(
        _ event: AuctionEvent, on lot: Auctions.Place, at t: Instant, recordedAs hash: EntryHash
    ) {
        if case .bidAccepted(let bid) = event {
            apply(bid, on: lot, at: t, recordedAs: hash)
        } else {
            lastInstant = max(lastInstant, t)
            auctions.update(lot) { $0.apply(event, at: t, recordedAs: hash) }
        }
    }

    /// The same for a bid that was accepted on that lot.
    ///
    /// - Returns: what its bidder is told.
    @discardableResult
    public mutating func apply(
        _ bid: BidAccepted, on lot: Auctions.Place, at t: Instant, recordedAs hash: EntryHash
    ) -> Acceptance {
        lastInstant = max(lastInstant, t)
        let (told, isFirst) = auctions.update(lot) { $0.apply(bid, at: t, recordedAs: hash) }
        if isFirst { bidders.update(bid.request.bidder) { $0.auctions.note(lot) } }
        return told
    }

    private mutating func apply(_ event: HouseEvent, at t: Instant) {
        switch event {
        case .saleCreated(let sale): sales.insert(Catalogue(sale: sale))
        case .bidderAdded(let bidder): bidders.insert(Membership(bidder: bidder))
        case .bidderSuspended(let id, _): bidders.update(id) { $0.isSuspended = true }
        case .bidderReinstated(let id): bidders.update(id) { $0.isSuspended = false }
        case .registered(let registration):
            sales.update(registration.sale) {
                $0.registrations[registration.bidder] = registration
            }
        case .tokenIssued(let token): tokens[token.hash] = token
        case .tokenRevoked(let hash): tokens[hash] = nil
        case .signingKeyAdded(let key): apply(signingKey: key, at: t)
        }
    }
}
