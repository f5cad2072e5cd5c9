import AuctionRules

/// The live table's lines on a terminal of some size. Pure: the same board, time and size give the
/// same lines.
struct WatchLayout {
    let columns: Int
    let rows: Int
    let hasColour: Bool

    /// How long a change stands out.
    private static let freshness: Milliseconds = 3000

    /// - Parameters:
    ///   - title: what is watched.
    ///   - now: the server's time.
    /// - Returns: at most ``rows`` lines of at most ``columns`` columns.
    func lines(of board: WatchBoard, title: String, now: Instant) -> [String] {
        let head = headLine(of: board, title: title, now: now)
        // The last events have what a short list leaves them, and some lines beside a long one; on a
        // terminal of a few lines the lots go before.
        let room = max(0, rows - 2)
        let wanted = board.lots.count + 1
        let eventRows = min(
            board.happenings.count, max(room - wanted - 1, room < 9 ? 0 : min(5, room / 3)))
        let tableRows = max(0, room - (eventRows > 0 ? eventRows + 1 : 0))
        var lines = [head, ""] + tableLines(of: board, now: now, rows: tableRows)
        if eventRows > 0 {
            lines.append("")
            lines += board.happenings.suffix(eventRows).map { line($0) }
        }
        return Array(lines.prefix(rows))
    }

    // MARK: - The head

    private func headLine(of board: WatchBoard, title: String, now: Instant) -> String {
        let (state, style): (String, Style) =
            switch board.connection {
            case .connecting: ("connecting", .attention)
            case .live: ("live", .good)
            case .lost: ("reconnecting: prices may be old", .bad)
            }
        let clock = String(TimeText.format(Instant(milliseconds: now.milliseconds / 1000 * 1000)))
        let parts: [(String, Style)] = [(state, style), (clock, .faint), (title, .strong)]
        var line = ""
        var width = 0
        for (text, style) in parts {
            let left = columns - width - (width > 0 ? 2 : 0)
            guard left > 1 else { break }
            let cut = TextWidth.cut(TextWidth.printable(text), to: left)
            line += (width > 0 ? "  " : "") + styled(cut, style)
            width += TextWidth.columns(cut) + (width > 0 ? 2 : 0)
        }
        return line
    }

    // MARK: - The lots

    /// The lots alone, in at most `rows` lines.
    func tableLines(of board: WatchBoard, now: Instant, rows: Int) -> [String] {
        guard rows > 1 else { return [] }
        guard !board.lots.isEmpty else { return [styled("no lots yet", .faint)] }
        var lots = board.lots
        var hidden = 0
        if lots.count > rows - 1 {
            // Those that end first are those to look at.
            lots = lots.enumerated().sorted { left, right in
                let (one, other) = (order(left.element), order(right.element))
                return one != other ? one < other : left.offset < right.offset
            }.map(\.element)
            hidden = lots.count - max(0, rows - 2)
            lots = Array(lots.prefix(max(0, rows - 2)))
        }
        var table = Table([
            .init(heading: "LOT"), .init(heading: "TITLE", isFlexible: true),
            .init(heading: "PRICE", alignment: .right),
            .init(heading: "", isDispensable: true),
            .init(heading: "LEADER", isDispensable: true),
            .init(heading: "RESERVE", isDispensable: true),
            .init(heading: "BIDS", alignment: .right, isDispensable: true),
            .init(heading: "ENDS IN", alignment: .right),
        ])
        for lot in lots { table.add(cells(of: lot, now: now)) }
        var lines = table.lines(width: columns, hasColour: hasColour, namesMissing: false)
        if hidden > 0 { lines.append(styled(cut("… and \(hidden) more lots"), .faint)) }
        return lines
    }

    /// Open lots by their end, then those to come, then what is over.
    private func order(_ lot: WatchBoard.Lot) -> Instant {
        if lot.hasEnded { return Instant(milliseconds: .max) }
        return lot.endsAt ?? .latest
    }

    private func cells(of lot: WatchBoard.Lot, now: Instant) -> [Table.Cell] {
        let isFresh = lot.movedAt.map { now.milliseconds(since: $0) < Self.freshness } ?? false
        let price: Table.Cell =
            if lot.price != nil {
                .init(lot.text(lot.price), isFresh ? .attention : .strong)
            } else {
                .init(lot.minimum == nil ? "–" : "from " + lot.text(lot.minimum), .faint)
            }
        let reserve = lot.reserve.rawValue
        return [
            .init(lot.id.text, .strong), .init(lot.title), price, .init(lot.currency, .faint),
            .init(lot.leader ?? "–"), .init(reserve, Style(status: reserve)),
            .init("\(lot.bids)"), end(of: lot, now: now, isFresh: isFresh),
        ]
    }

    /// The result, or how long the lot goes on. It is never over before the server says so.
    private func end(of lot: WatchBoard.Lot, now: Instant, isFresh: Bool) -> Table.Cell {
        let state = lot.outcome ?? lot.status
        if let block = lot.block, !lot.hasEnded, lot.status != "paused" {
            // The hammer ends it, and no clock does.
            guard let ask = block.ask else { return .init("queued", .faint) }
            let warnings = block.warnings.map { ", " + $0 } ?? ""
            let style: Style = block.fairWarnings > 0 ? .bad : .attention
            return .init("asks \(lot.text(ask))\(warnings)", style)
        }
        switch lot.status {
        case "scheduled":
            let left = lot.startsAt.milliseconds(since: now)
            return .init(left > 0 ? "opens in \(Countdown.text(left))" : "opening", .faint)
        case "open":
            guard let endsAt = lot.endsAt else { return .init("no end", .faint) }
            let left = endsAt.milliseconds(since: now)
            guard left > 0 else { return .init("closing", .attention) }
            let style: Style =
                isFresh ? .attention : left <= 10_000 ? .bad : left <= 60_000 ? .attention : .plain
            return .init(Countdown.text(left), style)
        default: return .init(state.replacing("_", with: " "), Style(status: state))
        }
    }

    // MARK: - The last events

    private func line(_ happening: WatchBoard.Happening) -> String {
        let time = String(TimeText.format(happening.at).dropFirst(11).prefix(8))
        var left = columns
        var line = ""
        for (text, style) in [
            (time, Style.faint), (happening.subject, .strong), (happening.text, happening.style),
        ] where !text.isEmpty {
            let gap = line.isEmpty ? "" : "  "
            guard left - gap.count > 1 else { break }
            let cut = TextWidth.cut(TextWidth.printable(text), to: left - gap.count)
            line += gap + styled(cut, style)
            left -= gap.count + TextWidth.columns(cut)
        }
        return line
    }

    private func cut(_ text: String) -> String { TextWidth.cut(text, to: columns) }

    private func styled(_ text: String, _ style: Style) -> String {
        hasColour ? style.apply(to: text) : text
    }
}
