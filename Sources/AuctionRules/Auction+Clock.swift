/// The lot's own time (rulebook, section 5): open <=> startsAt <= t < endsAt.
extension Auction {
    /// What the clock has done to the lot by `t` and the log does not know yet: the opening, the
    /// close, or both.
    func clockEvents(at t: Instant) -> [AuctionEvent] {
        switch phase {
        case .scheduled where startsAt <= t:
            guard let endsAt, endsAt <= t else { return [.opened(seq: seq + 1)] }
            // It opened and ended while nobody looked: two public changes.
            let opening = [AuctionEvent.opened(seq: seq + 1)]
            return opening + after(opening, at: t).clockEvents(at: t)
        case .open:
            guard let endsAt, endsAt <= t else { return [] }
            return [.closed(closed(.time))]
        case .scheduled, .paused, .closed, .cancelled:
            return []
        }
    }

    /// The close of the lot as it stands.
    func closed(_ cause: Closed.Cause, reason: String? = nil) -> Closed {
        Closed(outcome: bidding.outcome(in: self), cause: cause, reason: reason, seq: seq + 1)
    }

    /// The lot as the clock leaves it at `t`, and the events that got it there.
    func broughtUpToDate(at t: Instant) -> (auction: Auction, events: [AuctionEvent]) {
        let events = clockEvents(at: t)
        return (after(events, at: t), events)
    }

    /// The lot as these events leave it.
    func after(_ events: [AuctionEvent], at t: Instant) -> Auction {
        var auction = self
        for event in events { auction.apply(event, at: t, recordedAs: .zero) }
        return auction
    }

    /// The extension that an outage earns, if any: a lot whose last seconds were not reachable is
    /// never closed silently.
    ///
    /// - Parameters:
    ///   - heartbeat: when the engine was last known to run.
    ///   - boot: when it runs again.
    ///   - reopenMin: what such a lot has left at least; 0 turns the rule off.
    func outageExtension(
        heartbeat: Instant, boot: Instant, reopenMin: Milliseconds
    ) -> AuctionEvent? {
        guard reopenMin > 0, let endsAt, heartbeat < endsAt,
            endsAt <= boot.advanced(by: reopenMin)
        else { return nil }
        switch phase {
        case .scheduled, .open: break
        case .paused, .closed, .cancelled: return nil
        }
        let left = max(endsAt.milliseconds(since: heartbeat), reopenMin)
        let new = boot.advanced(by: left)
        guard new > endsAt else { return nil }
        return .extended(Extended(endsAt: new, cause: .outage, seq: seq + 1))
    }
}
