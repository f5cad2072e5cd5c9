/// A table for people: aligned columns, a heading above them.
///
/// On a terminal the flexible column gives way until a row fits; elsewhere nothing is cut, so that
/// a program loses nothing (though it had better ask for JSON).
struct Table {
    struct Column {
        enum Alignment { case left, right }

        let heading: String
        var alignment = Alignment.left
        /// Is cut first when the table is too wide.
        var isFlexible = false
    }

    struct Cell {
        let text: String
        let style: Style

        init(_ text: String, _ style: Style = .plain) {
            self.text = TextWidth.printable(text)
            self.style = style
        }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// - Precondition: as many cells as columns.
    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "A row has as many cells as the table columns")
        rows.append(cells)
    }

    /// The lines of the table.
    ///
    /// - Parameters:
    ///   - width: the terminal's, in columns; nil: cut nothing.
    ///   - hasColour: whether styles are shown.
    func lines(width: Int?, hasColour: Bool) -> [String] {
        let widths = columnWidths(within: width)
        let heading = columns.map { Cell($0.heading, .faint) }
        return ([heading] + rows).map { row in
            line(row, widths: widths, hasColour: hasColour)
        }
    }

    private static let gap = 2

    private func columnWidths(within width: Int?) -> [Int] {
        var widths = columns.map { TextWidth.columns($0.heading) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index], TextWidth.columns(cell.text))
            }
        }
        guard let width, let flexible = columns.firstIndex(where: \.isFlexible) else {
            return widths
        }
        let total = widths.reduce(0, +) + Self.gap * (columns.count - 1)
        // Below some letters a title tells nothing any more: then let the line wrap.
        widths[flexible] = max(min(widths[flexible], 12), widths[flexible] - max(0, total - width))
        return widths
    }

    private func line(_ row: [Cell], widths: [Int], hasColour: Bool) -> String {
        var line = ""
        for (index, cell) in row.enumerated() {
            let text = TextWidth.cut(cell.text, to: widths[index])
            let styled = hasColour ? cell.style.apply(to: text) : text
            let missing = max(0, widths[index] - TextWidth.columns(text))
            let padding = String(repeating: " ", count: missing)
            let isLast = index == row.count - 1
            switch columns[index].alignment {
            case .left: line += styled + (isLast ? "" : padding)
            case .right: line += padding + styled
            }
            if !isLast { line += String(repeating: " ", count: Self.gap) }
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
