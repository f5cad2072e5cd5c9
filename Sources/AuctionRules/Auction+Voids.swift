/// Taking commitments out of the bidding (rulebook, section 4).
extension Auction {
    /// What voiding these commitments makes of the lot. Ends stay where they are, and a refused
    /// bid is not revived.
    func voided(_ ordinals: [Int], cause: BidsVoided.Cause) -> BidsVoided {
        guard !ordinals.isEmpty else {
            return BidsVoided(
                ordinals: [], cause: cause, standing: nil, outcome: nil, seq: nil)
        }
        let without = Set(ordinals)
        let after = bidding.standing(withoutOrdinals: without, in: self)
        let result = isClosed ? bidding.outcome(withoutOrdinals: without, in: self) : nil
        let isPublic = after != standing || result != outcome || changesPublicCount(without)
        return BidsVoided(
            ordinals: ordinals, cause: cause, standing: isPublic ? after : nil, outcome: result,
            seq: isPublic ? seq + 1 : nil)
    }

    /// Whether the number of bids that everybody may see becomes another.
    private func changesPublicCount(_ voided: Set<Int>) -> Bool {
        guard !isOpenOutcry else { return voided.contains { commitments[$0].seq != nil } }
        guard isClosed || terms.showsSealedBidCount else { return false }
        // A sealed lot counts bidders, not bids: one who has another bid left still counts.
        let left = commitments.lazy.filter { !$0.isVoided && !voided.contains($0.ordinal) }
        let bidders = Set(left.map(\.bidder))
        return voided.contains { !bidders.contains(commitments[$0].bidder) }
    }
}
