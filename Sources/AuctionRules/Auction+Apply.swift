extension Auction {
    /// Follows one event of the log.
    ///
    /// - Parameters:
    ///   - t: the engine's time of the event.
    ///   - hash: the log entry's, for the reply if the event holds one.
    mutating func apply(_ event: AuctionEvent, at t: Instant, recordedAs hash: EntryHash) {
        if let seq = event.seq { self.seq = seq }
        switch event {
        case .created: break  // Made the auction.
        case .opened:
            phase = .open
            startsAt = min(startsAt, t)
        case .bidAccepted(let event): apply(event, at: t, recordedAs: hash)
        case .bidRefused(let event): apply(event, at: t, recordedAs: hash)
        case .bidsVoided(let event): apply(event, at: t, recordedAs: hash)
        case .reserveLowered(let event):
            reserve = event.reserve
            show(
                Standing(price: standing.price, leader: standing.leader, isReserveMet: event.isMet)
            )
        case .extended(let event):
            apply(event, at: t)
        case .paused:
            phase = .paused(remaining: endsAt?.milliseconds(since: t))
            endsAt = nil
        case .resumed(let end, _):
            phase = .open
            endsAt = end
            takeBackWarnings()
        case .closed(let event):
            phase = .closed(event.outcome, event.cause, at: t)
            outcomeEntry = hash
            if case .hammer = event.cause { endsAt = t }
            reveal(event.outcome)
            leaveBlock()
        case .cancelled:
            phase = .cancelled(at: t)
            leaveBlock()
        case .askSet(let event): apply(event, at: t)
        case .fairWarned: warn()
        case .reopened(let event): apply(event, at: t)
        case .announced: break  // Said, not done.
        }
    }

    /// - Returns: what the bidder is told, and whether it was his first accepted bid here.
    @discardableResult
    mutating func apply(
        _ event: BidAccepted, at t: Instant, recordedAs hash: EntryHash
    ) -> (told: Acceptance, isFirst: Bool) {
        if let seq = event.seq { self.seq = seq }
        let kind: Commitment.Kind =
            switch event.request.action {
            case .bid(.max, _, _), .bidAtAsk(.max, _, _, _): .max
            case .bid(.exact, _, _), .bidAtAsk(.exact, _, _, _): .exact
            case .room: .room
            case .buy, .retract: .buy
            }
        let countBefore = participants.count
        let number = participants.admit(event.request.bidder)
        let isFirst = participants.count > countBefore
        let ownMax = participants.commit(event.amount, by: number, isSealed: !isOpenOutcry)
        // The bidder is told the lot as the whole command leaves it, like everybody else under the
        // same seq: with the end that the bid moves, or closed by it. Those events come next.
        var end = endsAt
        var isSold = false
        var ownSeq: Int64?
        // Looked at once, as each look takes hold of its leader's name.
        if let standing = event.standing {
            end = endAfterPublicChange(to: standing, at: t) ?? end
            isSold = reachesCap(standing)
            ownSeq = event.seq
            show(standing, after: event.request.bidder, number: number)
            if block != nil { askOverPrice() }
        }
        bidding.commit(event.amount, by: number, kind, isPublic: ownSeq != nil)
        if ownSeq != nil { publicBids += 1 }
        if !refusedOffers.isEmpty { refusedOffers[event.request.bidder] = nil }
        let told = Acceptance(
            seq: seq, isLeading: showsBidding ? standing.leader == event.request.bidder : nil,
            ownMax: ownMax, price: standing.price, minimum: isSold ? nil : currentMinimum,
            reserve: reserveState,
            endsAt: isSold ? endsAt : end)
        let place = replies.keep(
            told, to: event.request, by: number, isFirst: isFirst, isPublic: ownSeq != nil, at: t,
            recordedAs: hash)
        commitmentBook.append(
            CommitmentBook.Entry(
                by: number, kind: kind, amount: event.amount, at: t, seq: ownSeq, place: place))
        return (told, isFirst)
    }

    private mutating func apply(_ event: BidRefused, at t: Instant, recordedAs hash: EntryHash) {
        if let amount = event.refusal.insufficientOffer(of: event.request.action) {
            refusedOffers[event.request.bidder] =
                max(amount, refusedOffers[event.request.bidder] ?? amount)
        }
        replies.keep(.refused(event.refusal), to: event.request, at: t, recordedAs: hash)
    }

    private mutating func apply(_ event: BidsVoided, at t: Instant, recordedAs hash: EntryHash) {
        for ordinal in event.ordinals where !commitmentBook[ordinal].isVoided {
            commitmentBook.void(ordinal)
            if commitmentBook[ordinal].ownSeq != nil { publicBids -= 1 }
        }
        bidding.recount(commitments)
        for bidder in Set(event.ordinals.map { commitments[$0].bidder }) {
            let surviving = commitments.lazy.filter { $0.bidder == bidder && !$0.isVoided }
            let standing = terms.format.standingAmount(of: surviving)
            participants.setStanding(standing, of: bidder)
        }
        if let standing = event.standing {
            show(standing)
            if isOnBlock { askOverPrice() }
        }
        if let outcome = event.outcome, case .closed(_, let cause, let at) = phase {
            phase = .closed(outcome, cause, at: at)
            if event.seq != nil { outcomeEntry = hash }
        }
        if case .retraction(let request) = event.cause {
            replies.keep(.retracted(seq: seq), to: request, at: t, recordedAs: hash)
        }
    }

    private mutating func apply(_ event: Extended, at t: Instant) {
        endsAt = event.endsAt
        extensions += 1
        let cause: Extension.Cause =
            switch event.cause {
            case .softClose: .softClose
            case .softCloseGroup: .softCloseGroup
            case .outage: .outage
            case .administrator: .administrator
            }
        if cause == .softClose || cause == .softCloseGroup { extensionsByBids += 1 }
        if newestExtensions.count == Self.newestExtensionsMax { newestExtensions.removeFirst() }
        newestExtensions.append(
            Extension(seq: event.seq, at: t, endsAt: event.endsAt, cause: cause))
    }

    /// A sealed lot's result becomes its standing.
    private mutating func reveal(_ outcome: Outcome) {
        guard !isOpenOutcry, case .sold(let winner, let price) = outcome else { return }
        show(Standing(price: price, leader: winner, isReserveMet: reserve != nil))
    }
}
