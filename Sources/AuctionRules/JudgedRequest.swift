/// A request with what was decided about it, as the house's own people may see it. It is never told to
/// a watcher: it says who asked.
public struct JudgedRequest: Hashable, Sendable {
    public let auction: AuctionID
    public let sale: SaleID?
    public let currency: Currency
    public let request: BidRequest
    public let verdict: Verdict
    /// When it was decided: the engine's time.
    public let at: Instant
    /// The bidder's alias on the lot; nil for somebody who has no accepted bid there.
    public let alias: String?
    /// An exact bid's amount is everybody's to see.
    public let isOpenOutcry: Bool
    /// On the block everybody hears what is bid; what was left before is an absentee's secret.
    public let isLive: Bool
    /// The lot's bids are secret from everybody, until it closes.
    public let isSealed: Bool
    /// An accepted bid that counts no more.
    public let isVoided: Bool

    /// What was offered, as far as it may be shown; nil for a request without an amount, too.
    ///
    /// - Parameter reveal: also what others must not know. Without it there is only what tells nothing
    ///   of what a bidder would still pay: an exact bid, or one that was below the minimum.
    public func amount(reveal: Bool) -> Amount? {
        guard !isSealed else { return nil }
        let kind: BidKind
        let amount: Amount
        switch request.action {
        case .bid(let offered, let offer, _), .bidAtAsk(let offered, let offer, _, _):
            (kind, amount) = (offered, offer)
        case .room(let amount): return amount
        case .buy, .retract: return nil
        }
        if reveal { return amount }
        switch verdict {
        case .refused(.tooLow), .refused(.askMoved): return amount
        case .accepted(let acceptance) where isLive:
            return acceptance.price == amount ? amount : nil
        default: return kind == .exact && isOpenOutcry && !isLive ? amount : nil
        }
    }
}

extension Auction {
    /// - Parameters:
    ///   - verdict: on a request that was just decided.
    ///   - t: when it was.
    public func judged(_ request: BidRequest, _ verdict: Verdict, at t: Instant) -> JudgedRequest {
        judged(request, verdict, at: t, isVoided: false)
    }

    /// The requests that got a final verdict last, at most `max` of them, oldest first.
    public func newestRequests(max: Int) -> [JudgedRequest] {
        let voided = Set(commitments.lazy.filter(\.isVoided).map { key(of: $0) })
        return replies.newest(max, among: participants).map { reply in
            var isVoided = false
            if case .accepted = reply.verdict { isVoided = voided.contains(reply.request.key) }
            return judged(reply.request, reply.verdict, at: reply.at, isVoided: isVoided)
        }
    }

    private func judged(
        _ request: BidRequest, _ verdict: Verdict, at t: Instant, isVoided: Bool
    ) -> JudgedRequest {
        JudgedRequest(
            auction: id, sale: terms.sale, currency: terms.currency, request: request,
            verdict: verdict, at: t,
            alias: alias(of: request.bidder), isOpenOutcry: isOpenOutcry,
            isLive: terms.format == .live,
            isSealed: !isOpenOutcry && !isClosed,
            isVoided: isVoided)
    }
}
