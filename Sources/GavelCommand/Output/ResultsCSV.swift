import AuctionRules
import WireProtocol

/// A sale's results for a spreadsheet: a heading, a row for each lot (RFC 4180, lines end with a line
/// feed). Amounts are decimal, times RFC 3339, what there is not is an empty cell.
enum ResultsCSV {
    /// - Parameter reveal: with the winners' names.
    static func lines(of results: SaleResults, reveal: Bool) -> [String] {
        var heading = [
            "id", "title", "result", "currency", "hammer_price", "price", "bids", "winner",
            "winner_alias",
        ]
        if reveal { heading.append("winner_name") }
        heading.append("ended_at")
        return [line(heading)]
            + results.lots.map { row in
                let lot = row.lot
                var cells = [
                    lot.auction.text, text(lot.title), lot.state, lot.currency,
                    amount(row.hammerPrice, lot), amount(lot.price, lot), "\(lot.bids)",
                    row.winner?.text ?? "", row.winner == nil ? "" : lot.leader ?? "",
                ]
                if reveal { cells.append(text(row.winnerName ?? "")) }
                cells.append(row.endedAt.map(TimeText.format) ?? "")
                return line(cells)
            }
    }

    private static func amount(_ amount: Amount?, _ lot: PublicLot) -> String {
        amount == nil ? "" : lot.text(amount)
    }

    /// Text that somebody typed in: a spreadsheet takes one that begins like this for a formula, and
    /// runs it. A mark before it says that it is text.
    private static func text(_ text: String) -> String {
        "=+-@".contains(text.first ?? " ") ? "'" + text : text
    }

    private static func line(_ cells: [String]) -> String {
        cells.map { cell in
            let isPlain = !cell.contains { ",\"\n\r".contains($0) }
            return isPlain ? cell : "\"" + cell.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",")
    }
}
