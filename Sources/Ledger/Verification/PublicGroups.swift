import AuctionRules

/// Groups of lots that late bids extend together: what each late bid owes to the rest of its group,
/// and that it is given. Needs all lots of a log; written from the rulebook (section 5).
struct PublicGroups {
    private struct Name: Hashable {
        let sale: String
        let group: String
    }

    private var names: [String: Name] = [:]
    private var members: [Name: [String]] = [:]
    /// The lot that was bid on last, while its group has not had all that it is owed.
    private var bidOn: String?
    /// Where the ends of the others must go.
    private var owed: [String: Instant] = [:]

    /// Takes note of a new lot.
    mutating func add(_ lot: String, _ terms: PublicTerms) {
        guard let sale = terms.sale, let group = terms.softClose?.group else { return }
        let name = Name(sale: sale, group: group.text)
        names[lot] = name
        members[name, default: []].append(lot)
    }

    /// Checks an event before its lot follows it.
    mutating func check(_ event: PublicEvent, on lot: String) throws(PublicLot.Breach) {
        if case .extended(let end, .groupsBid(let other)) = event.content {
            guard other == bidOn, let owed = owed.removeValue(forKey: lot), owed == end else {
                throw breach("\(lot) is extended to \(end) for a bid on \(other)")
            }
            return
        }
        guard !owed.isEmpty else {
            bidOn = nil
            return
        }
        switch event.content {
        // What the bid does to its own lot stands before the others; their clocks may have to catch up.
        case .extended(_, .bid) where lot == bidOn, .closed(_, .bought) where lot == bidOn: break
        case .opened where names[lot] == bidOn.flatMap { names[$0] }: break
        case .closed(_, .time) where names[lot] == bidOn.flatMap { names[$0] }: break
        default: try finish()
        }
    }

    /// Takes note of what a late bid owes to the others.
    mutating func noteLateBid(on lot: String, at t: Instant, _ lots: [String: PublicLot]) {
        guard let name = names[lot] else { return }
        bidOn = lot
        for other in members[name] ?? [] where other != lot {
            owed[other] = lots[other]?.end(afterGroupsBidAt: t)
        }
    }

    /// Nothing may be left undone.
    func finish() throws(PublicLot.Breach) {
        guard let missing = owed.keys.min(), let bidOn else { return }
        throw breach("the late bid on \(bidOn) did not extend \(missing)")
    }

    private func breach(_ detail: String) -> PublicLot.Breach {
        PublicLot.Breach(rule: "group soft close", detail: detail)
    }
}
