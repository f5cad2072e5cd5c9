/// How a public change of a lot came about, step by step, in plain words and numbers (rulebook,
/// sections 3 to 5).
///
/// What everybody gets is made from what everybody may know: it names the rule, and leaves out the
/// maxes that it was applied to. Revealed, the secret numbers follow as steps of their own.
public struct Explanation: Hashable, Sendable {
    /// The rule behind a step. Their names are for good; scripts may rest on them.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        /// A first bid leads at the start.
        case firstBid = "first_bid"
        /// What had to be offered.
        case minimum
        /// A higher offer leads, one step over the beaten max.
        case leadTaken = "lead_taken"
        /// A max that is not below the offer holds the lead.
        case leadHeld = "lead_held"
        /// A leader's higher max changed the price.
        case raise
        case reserveMet = "reserve_met"
        case reserveLost = "reserve_lost"
        case reserveLowered = "reserve_lowered"
        case buyNow = "buy_now"
        case softClose = "soft_close"
        case softCloseGroup = "soft_close_group"
        case outage
        case extended
        case void
        case sealedBid = "sealed_bid"
        case opened, paused, resumed, closed, cancelled
        /// The live room: what the auctioneer asks for.
        case ask
        case fairWarning = "fair_warning"
        case reopened
        /// Only where secrets were asked for.
        case secret
    }

    /// One step on the way.
    public struct Step: Hashable, Sendable {
        public let rule: Rule
        /// A sentence or two, with amounts in the lot's currency.
        public let text: String

        public init(rule: Rule, text: String) {
            self.rule = rule
            self.text = text
        }
    }

    public let auction: AuctionID
    public let seq: Int64
    /// The engine's time of the change.
    public let at: Instant
    /// The price that it led to; nil while there is none.
    public let price: Amount?
    public let currency: Currency
    public let steps: [Step]

    public init(
        auction: AuctionID, seq: Int64, at: Instant, price: Amount?, currency: Currency,
        steps: [Step]
    ) {
        self.auction = auction
        self.seq = seq
        self.at = at
        self.price = price
        self.currency = currency
        self.steps = steps
    }
}

extension LotChange {
    /// - Parameter reveal: with the secret numbers, too.
    public func explanation(reveal: Bool = false) -> Explanation {
        let after = lot(after: events.count)
        let state = after.publicState
        var steps = events.indices.compactMap(facts).flatMap(\.steps)
        if reveal { steps += events.indices.flatMap(secretSteps) }
        return Explanation(
            auction: state.auction, seq: state.seq, at: at, price: state.price,
            currency: state.currency, steps: steps)
    }
}

extension PublicFacts {
    var steps: [Explanation.Step] {
        switch kind {
        case .bid(let bidder):
            (before.block == nil ? bidSteps(bidder) : roomBidSteps(bidder)) + reserveSteps
        case .sealedBid:
            [step(.sealedBid, "The number of sealed bids changed; the bids stay secret.")]
        case .voided(let bids): [voidStep(bids)] + reserveSteps
        case .reserveLowered:
            [
                step(
                    .reserveLowered,
                    "The reserve was lowered, and the price had reached it already.")
            ]
        case .extended(let cause): [extensionStep(cause)]
        case .opened: [step(.opened, "The lot opened for bids.")]
        case .paused: [step(.paused, "The lot was paused: what is left of its time is kept.")]
        case .resumed:
            [
                step(
                    .resumed,
                    "The lot goes on with what was left, or with the least that its terms grant.")
            ]
        case .cancelled: [step(.cancelled, "The lot was withdrawn: nobody buys it.")]
        case .closed(let cause): [closeStep(cause)]
        case .asked: askSteps + reserveSteps
        case .warned:
            [
                step(
                    .fairWarning,
                    "Fair warning \(after.block?.fairWarnings ?? 0) of \(Auction.fairWarningsMax): "
                        + "the hammer falls after the second one, and a bid takes them back.")
            ]
        case .reopened:
            [step(.reopened, "The lot is on the block again, with the bids that it had.")]
        }
    }

    // MARK: - Bids

    private func bidSteps(_ bidder: String) -> [Explanation.Step] {
        guard let price = after.price else { return [] }
        var steps: [Explanation.Step] = []
        if let before = before.price, let leader = self.before.leader {
            if isSoldAtCap {
                // Whether bids led there or somebody took it makes no difference.
            } else if leader == bidder {
                steps.append(
                    step(
                        .raise,
                        "\(bidder) leads and raised the own maximum. That moves the price only where "
                            + "it covers the reserve for the first time, or completes a step that "
                            + "was cut short: from \(text(before)) to \(text(price))."))
            } else {
                steps += rivalSteps(bidder, against: leader, from: before, to: price)
            }
        } else {
            let rest =
                price == start
                ? "."
                : ". An exact bid is shown at face value, and a bid that covers the reserve "
                    + "leads at that; any other one at the start, \(text(start))."
            steps.append(
                step(.firstBid, "\(bidder) bids first and leads at \(text(price))\(rest)"))
        }
        if isSoldAtCap {
            steps.append(
                step(
                    .buyNow,
                    "The price reached the buy-now price, \(text(price)): the lot is sold at that, "
                        + "and never above it."))
        }
        return steps
    }

    private var isSoldAtCap: Bool { cap != nil && after.price == cap }

    private func rivalSteps(
        _ bidder: String, against leader: String, from before: Amount, to price: Amount
    ) -> [Explanation.Step] {
        let increment = increments.increment(at: before)
        let minimum = step(
            .minimum,
            "\(leader) led at \(text(before)). The step there is \(text(increment)), so at least "
                + "\(text(before + increment)) had to be offered.")
        guard after.leader == bidder else {
            return [
                minimum,
                step(
                    .leadHeld,
                    "The maximum of \(leader) is not below the offer of \(bidder), and of equal "
                        + "offers the earlier one leads: \(leader) still does. The price is the "
                        + "offer of \(bidder) plus one step, and not above the maximum of "
                        + "\(leader): \(text(price))."),
            ]
        }
        return [
            minimum,
            step(
                .leadTaken,
                "\(bidder) offered more than the maximum of \(leader) and leads. The price is that "
                    + "maximum plus one step, and not above the offer; an exact bid is shown at "
                    + "face value: \(text(price))."),
        ]
    }

    var reserveSteps: [Explanation.Step] {
        switch (before.reserve, after.reserve) {
        case (.unmet, .met):
            [
                step(
                    .reserveMet,
                    "This covers the reserve: the price is not below it, and the reserve is met.")
            ]
        case (.met, .unmet):
            [step(.reserveLost, "The price is below the reserve again.")]
        default: []
        }
    }

    // MARK: - Voids, time and the end

    private func voidStep(_ bids: [Int64]) -> Explanation.Step {
        let which =
            bids.isEmpty
            ? "A bid was voided"
            : "Voided: the bid of change " + bids.map { "\($0)" }.joined(separator: ", ")
        guard let price = after.price else {
            return step(.void, "\(which). No bid is left that everybody may see.")
        }
        return step(
            .void,
            "\(which). The price is what the bids that are left lead to, and not above what it was: "
                + "\(text(price)), and \(after.leader ?? "nobody") leads.")
    }

    private func extensionStep(_ cause: Extended.Cause) -> Explanation.Step {
        let moved =
            if let old = before.endsAt, let new = after.endsAt {
                "the end moves by \(seconds(new.milliseconds(since: old)))"
            } else {
                "the end moves"
            }
        switch cause {
        case .softClose:
            let left = before.endsAt.map { seconds($0.milliseconds(since: at)) } ?? "some time"
            return step(
                .softClose,
                "The bid came \(left) before the end, within the lot's soft close: \(moved).")
        case .softCloseGroup(let other):
            return step(
                .softCloseGroup,
                "A bid on \(other) came late, and the lots of its group are extended together: "
                    + "\(moved).")
        case .outage:
            return step(
                .outage, "The last seconds of the lot could not be reached: \(moved).")
        case .administrator:
            return step(.extended, "The auctioneer gave the lot more time: \(moved).")
        }
    }

    private func closeStep(_ cause: Closed.Cause) -> Explanation.Step {
        let why =
            switch cause {
            case .time: "The end came"
            case .bought: "It was bought"
            case .hammer: "The auctioneer closed the lot"
            }
        guard after.outcome == "sold", let price = after.price, let winner = after.leader else {
            let result =
                after.outcome == "passed"
                ? "it is passed, and not sold"
                : after.outcome == "reserve_not_met"
                    ? "the reserve is not met, so it is not sold"
                    : "there is no bid, so it is not sold"
            return step(.closed, "\(why): \(result).")
        }
        let rule =
            switch after.format {
            case .english, .live: ""
            case .sealedFirstPrice: " The highest of the sealed bids wins and pays what it offered."
            case .vickrey:
                " The highest of the sealed bids wins and pays the second highest, and not less "
                    + "than the reserve and the start."
            }
        return step(.closed, "\(why): sold to \(winner) at \(text(price)).\(rule)")
    }

    func step(_ rule: Explanation.Rule, _ text: String) -> Explanation.Step {
        Explanation.Step(rule: rule, text: text)
    }

    func text(_ amount: Amount) -> String { before.currency.text(amount) }

    private func seconds(_ duration: Milliseconds) -> String {
        let rest = String(duration.magnitude % 1000)
        let fraction = String(repeating: "0", count: 3 - rest.count) + rest
        return "\(duration / 1000)" + (duration % 1000 == 0 ? "" : ".\(fraction)") + " s"
    }
}

extension Currency {
    /// With its code, like `12.50 USD`.
    func text(_ amount: Amount) -> String { "\(format(amount)) \(code)" }
}
