import AuctionRules

/// In what the engine's lot differs from the naive model's board.
enum Agreement {
    static func differences(
        between auction: Auction, _ engineAnswer: String, and board: NaiveBoard, _ answer: String
    ) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ what: String, _ engine: T, _ model: T) {
            if engine != model { found.append("\(what): engine \(engine), model \(model)") }
        }
        let state = auction.publicState
        compare("answer", engineAnswer, answer)
        compare("price", state.price?.minorUnits, board.price)
        compare("leader", auction.standing.leader?.text, board.leader.map { Cast.names[$0] })
        compare("max", auction.leaderMax?.minorUnits, board.max)
        compare("minimum", state.minimum?.minorUnits, board.minimum)
        compare("reserve state", state.reserve.rawValue, board.reserveState)
        compare("ends_at", state.endsAt?.milliseconds, board.end)
        compare("phase", state.status.rawValue, status(of: board))
        compare("outcome", outcome(of: auction), board.outcome)
        compare("extensions", state.extensions, board.extensions)
        compare("bids", state.bids, board.bidCount)
        compare("seq", state.seq, board.seq)
        return found
    }

    /// The engine's answer as the model spells it.
    static func spelling(of outcome: Saleroom.Outcome) -> String {
        var stored: Refusal?
        if case .repeated(let reply) = outcome.answer, case .refused(let refusal) = reply.verdict {
            stored = refusal
        }
        guard let refusal = outcome.refusal ?? stored else { return outcome.code }
        let number = refusal.minimum?.minorUnits ?? refusal.lateBy
        return refusal.code + (number.map { " \($0)" } ?? "")
    }

    private static func status(of board: NaiveBoard) -> String {
        switch board.phase {
        case .scheduled: "scheduled"
        case .open: "open"
        case .paused: "paused"
        case .closed: "closed"
        case .cancelled: "cancelled"
        }
    }

    private static func outcome(of auction: Auction) -> String? {
        guard case .sold(let winner, let price)? = auction.outcome else {
            return auction.outcome?.code
        }
        let number = Cast.names.firstIndex(of: winner.text) ?? -1
        return "sold to \(number) at \(price)"
    }
}
