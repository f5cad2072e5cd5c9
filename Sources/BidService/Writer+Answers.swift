import AuctionRules
import Ledger

/// One command: what it leads to, and what is answered.
extension Writer {
    /// - Parameter ahead: those that come soon, whose lots are fetched meanwhile.
    /// - Returns: whether it is a bidder's request.
    func answer(
        _ submission: Submission, at stamp: Instant,
        fetching ahead: (far: RequestForesight?, near: RequestForesight?)
    ) -> Bool {
        let command = submission.command
        // The sight is behind a lock, and no bid has to know it.
        if command.makesWork, case let sight = space.sight, sight.isLow {
            batch.outcomes.append(
                .answer(command.declined(with: sight.free), to: submission))
            batch.commandCount += 1
            return false
        }
        let (decision, lot, t) = Self.decision(
            on: command, at: stamp, in: &house, fetching: ahead)
        if limits.takesBidsInOnePiece, let lot, let bid = decision.events.onlyBid,
            case .request(_, let id) = command
        {
            let isNew = batch.take(
                bid, on: lot, at: t, in: &house, answering: submission,
                noting: recent[lot.number], max: keptChangesMax, tellsRequest: tellsRequests)
            if isNew { snapshots.note(id, since: batch.log.expected) }
            return true
        }
        let position = batch.awaitAnswer()
        record(decision.events, at: t, near: lot)
        let answer = answer(to: command, decision.answer, on: lot)
        let isRepeat = decision.answer.isRepeat
        batch.give(answer, to: submission, at: position, isRepeat: isRepeat)
        if tellsRequests, !isRepeat, let judged = judged(command, answer, at: t) {
            batch.outcomes.insert(.publication(.request(judged)), at: position + 1)
        }
        return if case .request = command { true } else { false }
    }

    /// What a command leads to, and where the lot stands that a request is for: it is found once.
    ///
    /// - Parameter house: what it is asked of; inout, though nothing is changed, as the house would be
    ///   copied otherwise for as long as it decides.
    private static func decision(
        on command: Command, at stamp: Instant, in house: inout House,
        fetching ahead: (far: RequestForesight?, near: RequestForesight?)
    ) -> (decision: Decision, lot: Auctions.Place?, t: Instant) {
        house.fetch(far: ahead.far, near: ahead.near)
        let t = house.time(of: stamp)
        guard case .request(let request, let id) = command,
            let lot = house.auctions.place(of: id)
        else { return (house.decide(command, at: t), nil, t) }
        return (house.decide(request, on: lot, at: t), lot, t)
    }

    /// What those hear who listen for requests; nil when it was none, or on no lot.
    private func judged(_ command: Command, _ answer: Answer, at t: Instant) -> JudgedRequest? {
        guard case .request(let request, let id) = command else { return nil }
        let verdict: Verdict
        switch answer {
        case .reply(let reply), .receipted(let reply, _): verdict = reply.verdict
        case .refused(let refusal): verdict = .refused(refusal)
        case .notSeen, .done, .declined, .declinedAll, .unknownOutcome: return nil
        }
        return house.auctions.with(id) { $0.judged(request, verdict, at: t) }
    }

    private func answer(
        to command: Command, _ answer: Decision.Answer, on lot: Auctions.Place?
    ) -> Answer {
        switch answer {
        case .done:
            guard case .request(let request, _) = command, let lot else { return .done }
            return house.auctions.with(lot) { auction in
                // Just given, in nearly every case; only then it need not be looked for.
                if let newest = auction.newestReply, newest.request.isRequest(request) {
                    return .reply(newest)
                }
                guard let reply = auction.reply(to: request.key) else {
                    preconditionFailure("A decided request has left no reply")
                }
                return .reply(reply)
            }
        case .repeated(let reply): return .reply(reply)
        case .notSeen: return .notSeen
        case .refused(let refusal): return .refused(refusal)
        case .declined(let objection): return .declined(objection)
        case .declinedAll(let objections): return .declinedAll(objections)
        }
    }
}

extension BidRequest {
    /// Whether the two have one key.
    fileprivate func isRequest(_ other: BidRequest) -> Bool {
        id == other.id && bidder == other.bidder
    }
}

extension Decision.Answer {
    fileprivate var isRepeat: Bool {
        if case .repeated = self { true } else { false }
    }
}
