import AuctionRules
import Ledger

/// One command: what it leads to, and what is answered.
extension Writer {
    func answer(_ entry: CommandQueue.Entry) {
        let submission = entry.submission
        let command = submission.command
        // The sight is behind a lock, and no bid has to know it.
        if command.makesWork, case let sight = space.sight, sight.isLow {
            batch.outcomes.append(
                .answer(command.declined(with: sight.free), to: submission.respond))
            batch.commandCount += 1
            return
        }
        let (decision, lot) = decision(on: command, at: entry.stamp)
        // The answer stands before the changes, on the wire too.
        let position = batch.outcomes.count
        record(decision.events, at: house.time(of: entry.stamp), near: lot)
        let answer = answer(to: command, decision.answer, on: lot)
        batch.verdicts.note(answer, to: command, isRepeat: decision.answer.isRepeat)
        if case .request = command { batch.arrivals.note(entry.arrival) }
        let outcome = outcome(of: submission, answer)
        if case .receipt = outcome { batch.wantsReceipts = true }
        batch.outcomes.insert(outcome, at: position)
        if tellsRequests, !decision.answer.isRepeat,
            let judged = judged(command, answer, at: house.time(of: entry.stamp))
        {
            batch.outcomes.insert(.publication(.request(judged)), at: position + 1)
        }
        batch.commandCount += 1
    }

    /// What a command leads to, and where the lot stands that a request is for: it is found once.
    private func decision(
        on command: Command, at stamp: Instant
    ) -> (decision: Decision, lot: Auctions.Place?) {
        guard case .request(let request, let id) = command,
            let lot = house.auctions.place(of: id)
        else { return (house.decide(command, at: stamp), nil) }
        return (house.decide(request, on: lot, at: stamp), lot)
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

    private func outcome(of submission: Submission, _ answer: Answer) -> Outcome {
        switch (submission.command, answer) {
        case (.request(_, let id), .reply(let reply)) where submission.wantsReceipt,
            (.status(_, let id), .reply(let reply)) where submission.wantsReceipt:
            .receipt(reply, on: id, to: submission.respond)
        default: .answer(answer, to: submission.respond)
        }
    }

    private func answer(
        to command: Command, _ answer: Decision.Answer, on lot: Auctions.Place?
    ) -> Answer {
        switch answer {
        case .done:
            guard case .request(let request, _) = command, let lot else { return .done }
            let reply = house.auctions.with(lot) { auction in
                // Just given, in nearly every case; only then it need not be looked for.
                let newest = auction.newestReply
                return newest?.request == request ? newest : auction.reply(to: request.key)
            }
            guard let reply else {
                preconditionFailure("A decided request has left no reply")
            }
            return .reply(reply)
        case .repeated(let reply): return .reply(reply)
        case .notSeen: return .notSeen
        case .refused(let refusal): return .refused(refusal)
        case .declined(let objection): return .declined(objection)
        case .declinedAll(let objections): return .declinedAll(objections)
        }
    }
}

extension Decision.Answer {
    fileprivate var isRepeat: Bool {
        if case .repeated = self { true } else { false }
    }
}
