/// How a live-room lot's price came about, in words.
extension PublicFacts {
    func roomBidSteps(_ bidder: String) -> [Explanation.Step] {
        guard let price = after.price else { return [] }
        var steps = [
            step(.minimum, "The ask was \(before.block?.ask.map(text) ?? "not set").")
        ]
        if after.leader == bidder {
            steps.append(
                step(
                    .leadTaken,
                    "\(bidder) bids on the block, at face value, and leads at \(text(price))."))
        } else {
            steps.append(
                step(
                    .leadHeld,
                    "\(bidder) bids on the block. The absentee bid of \(after.leader ?? "nobody") "
                        + "goes further: it is executed one step over the room, as far as it goes, "
                        + "and leads at \(text(price))."))
        }
        return steps + [askStep]
    }

    var askSteps: [Explanation.Step] {
        guard before.block?.ask == nil else { return [askStep] }
        let bidding =
            if let price = after.price, let leader = after.leader {
                "The lot came on the block, and its absentee bids were executed against each other: "
                    + "\(leader) leads at \(text(price)), one step over the next one, or at the start."
            } else {
                "The lot came on the block."
            }
        return [step(.opened, bidding), askStep]
    }

    private var askStep: Explanation.Step {
        step(.ask, "The auctioneer asks for \(after.block?.ask.map(text) ?? "nothing").")
    }
}
