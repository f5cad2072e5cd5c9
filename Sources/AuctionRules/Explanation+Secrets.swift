/// The secret numbers behind a change, for the house alone.
extension LotChange {
    func secretSteps(_ index: Int) -> [Explanation.Step] {
        let lot = lot(after: index)
        switch events[index] {
        case .bidAccepted(let event): return secrets(of: event, on: lot)
        case .closed(let event): return secrets(of: event, on: lot)
        case .reserveLowered(let event):
            return [secret("The reserve is \(lot.terms.currency.text(event.reserve)) now.")]
        case .askSet(let event):
            return event.standing == nil ? [] : [secret(offers(on: lot))]
        case .created, .opened, .bidRefused, .fairWarned, .reopened, .bidsVoided, .extended,
            .paused, .resumed, .cancelled,
            .announced:
            return []
        }
    }

    private func secrets(of event: BidAccepted, on lot: Auction) -> [Explanation.Step] {
        let currency = lot.terms.currency
        var text = "\(event.request.bidder) offered \(currency.text(event.amount))"
        if let leader = lot.standing.leader, let max = lot.leaderMax, lot.isOpenOutcry {
            let beaten = min(max, event.amount)
            let step = lot.terms.increments.increment(at: beaten)
            text += "; the maximum of \(leader) was \(currency.text(max))"
            if leader != event.request.bidder {
                text +=
                    ". The lower of the two is \(currency.text(beaten)), and one step over it "
                    + currency.text(beaten + step)
            }
        }
        if let reserve = lot.reserve { text += "; the reserve is \(currency.text(reserve))" }
        return [secret(text + ".")]
    }

    private func secrets(of event: Closed, on lot: Auction) -> [Explanation.Step] {
        let currency = lot.terms.currency
        var steps = [secret(offers(on: lot))]
        if let reserve = lot.reserve {
            steps.append(secret("The reserve is \(currency.text(reserve))."))
        }
        return steps
    }

    private func offers(on lot: Auction) -> String {
        let currency = lot.terms.currency
        let offers = lot.participants
            .compactMap { bidder, own in
                own.standingAmount.map { "\(bidder) \(currency.text($0))" }
            }
        return "The offers: " + (offers.isEmpty ? "none" : offers.joined(separator: ", ")) + "."
    }

    private func secret(_ text: String) -> Explanation.Step {
        Explanation.Step(rule: .secret, text: text)
    }
}
