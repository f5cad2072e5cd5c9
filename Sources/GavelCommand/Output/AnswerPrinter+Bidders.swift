import AuctionRules
import WireProtocol

/// Who may bid.
extension AnswerPrinter {
    func print(_ rows: [BidderRow]) {
        guard !rows.isEmpty else {
            return Console.complain(
                "There are no bidders yet: \"gavel bidder add\" makes one.")
        }
        let isRevealed = rows.contains { $0.name != nil }
        var table = Table(
            [.init(heading: "ID")]
                + (isRevealed ? [.init(heading: "NAME", isFlexible: true)] : [])
                + [
                    .init(heading: "STATUS"),
                    .init(heading: "LIMIT", alignment: .right, isDispensable: true),
                    .init(heading: "LOTS", alignment: .right, isDispensable: true),
                ])
        for row in rows {
            let status = row.isSuspended ? "suspended" : "active"
            table.add(
                [.init(row.id.text, .strong)] + (isRevealed ? [.init(row.name ?? "–")] : [])
                    + [
                        .init(status, Style(status: status)), .init(row.bidLimit?.text ?? "–"),
                        .init("\(row.auctions)"),
                    ])
        }
        console.print(table)
    }

    func print(_ rows: [RegistrationRow]) {
        var table = Table([
            .init(heading: "BIDDER"), .init(heading: "SALE"), .init(heading: "ADMISSION"),
            .init(heading: "EXPOSURE LIMIT", alignment: .right, isDispensable: true),
        ])
        for row in rows.map(\.registration) {
            table.add([
                .init(row.bidder.text, .strong), .init(row.sale.text),
                .init(
                    row.isApproved ? "approved" : "not approved",
                    row.isApproved ? .good : .attention),
                .init(row.exposureLimit?.text ?? "–"),
            ])
        }
        console.print(table)
    }
}
