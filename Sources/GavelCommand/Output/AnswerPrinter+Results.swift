import AuctionRules
import WireProtocol

/// How a sale went, for people.
extension AnswerPrinter {
    func print(_ results: SaleResults) {
        guard !results.lots.isEmpty else {
            return Console.complain(
                "The sale has no lots yet: \"gavel auction create --sale \(results.sale)\" adds one."
            )
        }
        let isRevealed = results.lots.contains { $0.winnerName != nil }
        var table = Table(
            [
                .init(heading: "ID"), .init(heading: "TITLE", isFlexible: true),
                .init(heading: "RESULT"), .init(heading: "HAMMER PRICE", alignment: .right),
                .init(heading: ""), .init(heading: "WINNER"),
            ]
                + (isRevealed ? [.init(heading: "NAME", isDispensable: true)] : [])
                + [
                    .init(heading: "BIDS", alignment: .right, isDispensable: true),
                    .init(heading: "ENDED", isDispensable: true),
                ])
        for row in results.lots {
            let lot = row.lot
            table.add(
                [
                    .init(lot.auction.text, .strong), .init(lot.title),
                    .init(row.result, Style(status: lot.state)),
                    .init(lot.text(row.hammerPrice), .strong),
                    .init(row.hammerPrice == nil ? "" : lot.currency, .faint),
                    .init(winner(of: row)),
                ] + (isRevealed ? [.init(row.winnerName ?? "–")] : [])
                    + [
                        .init("\(lot.bids)"),
                        .init(row.endedAt.map(TimeText.format) ?? "–", .faint),
                    ])
        }
        console.print(table)
        console.print("")
        print(results.totals)
        let pending = results.totals.reduce(0) { $0 + $1.pending }
        if pending > 0 {
            let lots = pending == 1 ? "1 lot has" : "\(pending) lots have"
            Console.complain("\(lots) not ended yet: this is not final.")
        }
    }

    private func winner(of row: ResultRow) -> String {
        guard let winner = row.winner else { return "–" }
        return row.lot.leader.map { "\(winner) (\($0))" } ?? winner.text
    }

    private func print(_ totals: [ResultTotal]) {
        var table = Table([
            .init(heading: "HAMMER TOTAL", alignment: .right), .init(heading: ""),
            .init(heading: "SOLD RATE", alignment: .right),
            .init(heading: "LOTS", alignment: .right),
            .init(heading: "SOLD", alignment: .right), .init(heading: "UNSOLD", alignment: .right),
            .init(heading: "WITHDRAWN", alignment: .right, isDispensable: true),
            .init(heading: "NOT ENDED", alignment: .right, isDispensable: true),
        ])
        for total in totals {
            table.add([
                .init(total.hammerText, .strong), .init(total.currency, .faint),
                .init(total.soldRateText), .init("\(total.lots)"),
                .init("\(total.sold)", .good), .init("\(total.unsold)"),
                .init("\(total.withdrawn)"), .init("\(total.pending)"),
            ])
        }
        console.print(table)
    }
}

extension ResultRow {
    /// The result in words: sold, why not, or where the lot stands.
    var result: String { lot.state.replacing("_", with: " ") }
}

extension ResultTotal {
    var hammerText: String {
        guard let sum = hammerTotal else { return "too large" }
        guard sum > 0 else { return "–" }
        return AmountText.format(Amount(minorUnits: sum), exponent: exponent)
    }

    /// Of the lots that were closed, in percent.
    var soldRateText: String {
        soldPermille.map { "\($0 / 10).\($0 % 10) %" } ?? "–"
    }
}
