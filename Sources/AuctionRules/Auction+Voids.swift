/// Taking commitments out of the bidding (rulebook, section 4).
extension Auction {
    /// What voiding these commitments makes of the lot. Ends stay where they are, and a refused
    /// bid is not revived.
    func voided(_ ordinals: [Int], cause: BidsVoided.Cause) -> BidsVoided {
        guard !ordinals.isEmpty else {
            return BidsVoided(
                ordinals: [], cause: cause, standing: nil, outcome: nil, seq: nil)
        }
        let rules = bidding.rules
        let without = Set(ordinals)
        let after = rules.standing(withoutOrdinals: without, in: self)
        if isClosed {
            return BidsVoided(
                ordinals: ordinals, cause: cause, standing: after,
                outcome: rules.outcome(withoutOrdinals: without, in: self), seq: seq + 1)
        }
        let isPublic = after != standing || changesPublicCount(without)
        return BidsVoided(
            ordinals: ordinals, cause: cause, standing: isPublic ? after : nil, outcome: nil,
            seq: isPublic ? seq + 1 : nil)
    }

    private func changesPublicCount(_ voided: Set<Int>) -> Bool {
        guard isOpenOutcry else { return terms.showsSealedBidCount }
        return voided.contains { commitments[$0].seq != nil }
    }
}
