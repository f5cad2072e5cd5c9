import AuctionRules
import WireProtocol

/// Lots and sales, as an administrator sees them.
extension AnswerPrinter {
    func print(_ explanation: Explanation) {
        console.print(
            "\(explanation.auction), change \(explanation.seq), "
                + console.time(explanation.at, now: now))
        for (number, step) in explanation.steps.enumerated() {
            console.print("\(number + 1). \(step.text)")
        }
    }

    func print(_ rows: [AuctionRow], none: String) {
        guard !rows.isEmpty else { return Console.complain(none) }
        let isRevealed = rows.contains { $0.secrets != nil }
        var columns: [Table.Column] = [
            .init(heading: "ID"), .init(heading: "TITLE", isFlexible: true),
            .init(heading: "STATUS"), .init(heading: "PRICE", alignment: .right),
            .init(heading: "MINIMUM", alignment: .right, isDispensable: true),
            .init(heading: ""), .init(heading: "BIDS", alignment: .right, isDispensable: true),
            .init(heading: "LEADER", isDispensable: true),
            .init(heading: "RESERVE", isDispensable: true), .init(heading: "ENDS"),
        ]
        if isRevealed {
            columns += [
                .init(heading: "SECRET MAX", alignment: .right),
                .init(heading: "SECRET RESERVE", alignment: .right),
            ]
        }
        var table = Table(columns)
        for row in rows {
            var cells = cells(of: row)
            if isRevealed {
                cells.append(.init(row.lot.text(row.secrets?.leaderMax), .attention))
                cells.append(.init(row.lot.text(row.secrets?.reserve), .attention))
            }
            table.add(cells)
        }
        console.print(table)
    }

    private func cells(of row: AuctionRow) -> [Table.Cell] {
        let lot = row.lot
        return [
            .init(lot.auction.text, .strong), .init(lot.title),
            .init(lot.state, Style(status: lot.state)), .init(lot.text(lot.price), .strong),
            .init(lot.text(lot.minimum)), .init(lot.currency, .faint), .init("\(lot.bids)"),
            .init(leader(of: row)),
            .init(lot.reserve.rawValue, Style(status: lot.reserve.rawValue)),
            // What ends a lot in the room is the hammer.
            .init(lot.block?.warnings ?? console.shortTime(lot.endsAt, now: now)),
        ]
    }

    private func leader(of row: AuctionRow) -> String {
        guard let alias = row.lot.leader else { return "–" }
        return row.leader.map { "\($0) (\(alias))" } ?? alias
    }

    func print(_ detail: AuctionDetail) {
        let lot = detail.row.lot
        let terms = detail.terms
        let room = console.width.map { $0 - TextWidth.columns(lot.auction.text) - 2 } ?? .max
        let title = TextWidth.cut(TextWidth.printable(lot.title), to: room)
        console.print("\(console.styled(lot.auction.text, .strong))  \(title)")
        var pairs: [(String, Table.Cell)] = [
            ("status", .init(lot.state, Style(status: lot.state))),
            ("price", .init("\(lot.text(lot.price)) \(lot.currency)", .strong)),
            ("minimum", .init(lot.text(lot.minimum))),
            ("leader", .init(leader(of: detail.row))),
            ("reserve", .init(lot.reserve.rawValue, Style(status: lot.reserve.rawValue))),
            ("bids", .init("\(lot.bids)")), ("seq", .init("\(lot.seq)")),
            ("opens", .init(console.time(lot.startsAt, now: now))),
            ("ends", .init(console.time(lot.endsAt, now: now))),
            ("extensions", .init("\(lot.extensions)")),
        ]
        if let block = lot.block {
            pairs.append(("ask", .init(lot.text(block.ask), .strong)))
            pairs.append(("ask seq", .init("\(block.askSeq)")))
            pairs.append(("fair warnings", .init("\(block.fairWarnings)")))
        }
        if let secrets = detail.row.secrets {
            pairs.append(("secret max", .init(lot.text(secrets.leaderMax), .attention)))
            pairs.append(("secret reserve", .init(lot.text(secrets.reserve), .attention)))
        }
        pairs += describe(terms)
        print(pairs)
        printBids(detail)
    }

    /// The terms beyond what every lot has, in the words that `auction create` takes.
    private func describe(_ terms: Terms) -> [(String, Table.Cell)] {
        var pairs: [(String, Table.Cell)] = [
            ("format", .init(terms.format.rawValue)),
            ("start", .init(terms.currency.format(terms.start))),
            ("increments", .init(terms.increments.text(in: terms.currency))),
            ("soft close", .init(terms.softClose?.text ?? "hard")),
        ]
        if let buyNow = terms.buyNow {
            pairs.append(
                (
                    "buy now",
                    .init("\(terms.currency.format(buyNow.price)), \(buyNow.availability.rawValue)")
                ))
        }
        if let sale = terms.sale { pairs.append(("sale", .init(sale.text))) }
        if let seller = terms.seller { pairs.append(("seller", .init(seller.text))) }
        if !terms.relatedParties.isEmpty {
            let parties = terms.relatedParties.map(\.text).sorted().joined(separator: ", ")
            pairs.append(("related parties", .init(parties)))
        }
        if let factor = terms.confirmAboveFactor {
            pairs.append(("confirm above", .init("\(factor) times the minimum")))
        }
        if terms.ladderOnly { pairs.append(("ladder only", .init("yes"))) }
        if terms.completesIncrementOnRaise {
            pairs.append(("complete increment on raise", .init("yes")))
        }
        if terms.retraction != .never {
            pairs.append(("retraction", .init(terms.retraction.rawValue)))
        }
        if terms.format == .live {
            pairs.append(("tie", .init(terms.tie.rawValue)))
            pairs.append(("plus one", .init(terms.plusOne ? "yes" : "no")))
        }
        return pairs
    }

    private func printBids(_ detail: AuctionDetail) {
        guard !detail.bids.isEmpty else { return }
        var table = Table([
            .init(heading: "SEQ", alignment: .right), .init(heading: "AT", isDispensable: true),
            .init(heading: "BIDDER"), .init(heading: "KIND", isDispensable: true),
            .init(heading: "AMOUNT", alignment: .right), .init(heading: "BID", isFlexible: true),
        ])
        for bid in detail.bids {
            let style: Style = bid.isVoided ? .faint : .plain
            let alias = bid.alias.map { " (\($0))" } ?? ""
            let kind = bid.kind.rawValue + (bid.isVoided ? ", void" : "")
            table.add([
                .init(bid.seq.map(String.init) ?? "–", style),
                .init(TimeText.format(bid.at), style), .init(bid.bidder.text + alias, style),
                .init(kind, style),
                // Amounts are secret: a dash unless they were revealed.
                .init(detail.row.lot.text(bid.amount), bid.amount == nil ? .faint : .attention),
                .init(bid.id.text, style),
            ])
        }
        console.print("")
        console.print(table)
    }

    func print(_ rows: [RequestRow]) {
        guard !rows.isEmpty else { return Console.complain("Nobody has bid on it.") }
        var table = Table([
            .init(heading: "AT"), .init(heading: "BIDDER"), .init(heading: "ASKED"),
            .init(heading: "AMOUNT", alignment: .right), .init(heading: "VERDICT"),
            .init(heading: "PRICE", alignment: .right), .init(heading: "BID"),
        ])
        for row in rows {
            func text(_ amount: Amount?) -> String { amount.map { row.currency.format($0) } ?? "–" }
            let style: Style = row.isVoided ? .faint : .plain
            let alias = row.alias.map { " (\($0))" } ?? ""
            let verdict = row.code ?? row.verdict.rawValue + (row.isVoided ? ", void" : "")
            table.add([
                .init(TimeText.format(row.at), style), .init(row.bidder.text + alias, style),
                .init(row.action.rawValue, style),
                // As above, where it would tell what somebody would still pay.
                .init(text(row.amount), row.amount == nil ? .faint : style),
                .init(verdict, row.code == nil ? style : .bad), .init(text(row.price), style),
                .init(row.id.text, style),
            ])
        }
        console.print(table)
    }

    func print(_ rows: [SaleRow]) {
        guard !rows.isEmpty else {
            return Console.complain("There are no sales yet: \"gavel sale create\" makes one.")
        }
        var table = Table([
            .init(heading: "ID"), .init(heading: "TITLE", isFlexible: true),
            .init(heading: "LOTS", alignment: .right),
            .init(heading: "STAGGER", isDispensable: true),
            .init(heading: "SOFT CLOSE GROUP", isDispensable: true),
            .init(heading: "BIDDERS", isDispensable: true),
        ])
        for row in rows {
            table.add([
                .init(row.sale.id.text, .strong), .init(row.sale.title), .init("\(row.auctions)"),
                .init(row.sale.stagger > 0 ? DurationText.format(row.sale.stagger) : "–"),
                .init(row.sale.softCloseGroup?.text ?? "–"),
                .init(row.sale.requiresApproval ? "approved only" : "all"),
            ])
        }
        console.print(table)
    }

    func print(_ detail: SaleDetail) {
        print([detail.row])
        console.print("")
        print(detail.lots, none: "The sale has no lots yet.")
        guard !detail.registrations.isEmpty else { return }
        console.print("")
        print(detail.registrations)
    }
}
