/// A table for people: aligned columns, a heading above them.
///
/// On a terminal a row fits its width: the flexible column gives way first, then columns that can be
/// done without are left out, and named below; at last every cell is cut. Elsewhere nothing is cut,
/// so that a program loses nothing (though it had better ask for JSON).
struct Table {
    struct Column {
        enum Alignment { case left, right }

        let heading: String
        var alignment = Alignment.left
        /// Is cut first when the table is too wide.
        var isFlexible = false
        /// Whether the column is left out where there is no room; of several the last one goes first.
        var isDispensable = false
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
    ///   - namesMissing: whether columns that were left out are named in a line of its own.
    func lines(width: Int?, hasColour: Bool, namesMissing: Bool = true) -> [String] {
        let layout = layout(within: width)
        let heading = columns.map { Cell($0.heading, .faint) }
        var lines = ([heading] + rows).map { line($0, layout, hasColour: hasColour) }
        let missing = columns.indices.filter { layout[$0] == nil }.map { columns[$0].heading }
        if namesMissing, !missing.isEmpty {
            let note = "No room for: " + missing.joined(separator: ", ")
            let cut = TextWidth.cut(note, to: width ?? TextWidth.columns(note))
            lines.append(hasColour ? Style.faint.apply(to: cut) : cut)
        }
        return lines
    }

    private static let gap = 2
    /// Below so many letters a title tells nothing: then rather leave a column out.
    private static let flexibleMin = 12

    /// The width of each column; nil for one that is left out.
    private func layout(within width: Int?) -> [Int?] {
        var widths: [Int?] = columns.map { TextWidth.columns($0.heading) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index] ?? 0, TextWidth.columns(cell.text))
            }
        }
        guard let width else { return widths }
        shrinkFlexible(&widths, to: width, min: Self.flexibleMin)
        while excess(of: widths, over: width) > 0, widths.count(where: { $0 != nil }) > 1,
            let last = columns.indices.last(where: {
                columns[$0].isDispensable && widths[$0] != nil
            })
        {
            widths[last] = nil
        }
        shrinkFlexible(&widths, to: width, min: 1)
        // What is left is cut where it is widest.
        while excess(of: widths, over: width) > 0,
            let widest = widths.indices.max(by: { (widths[$0] ?? 0) < (widths[$1] ?? 0) }),
            let columns = widths[widest], columns > 1
        {
            widths[widest] = columns - 1
        }
        return widths
    }

    private func shrinkFlexible(_ widths: inout [Int?], to width: Int, min least: Int) {
        guard let flexible = columns.firstIndex(where: \.isFlexible),
            let columns = widths[flexible]
        else { return }
        let excess = excess(of: widths, over: width)
        guard excess > 0 else { return }
        widths[flexible] = max(min(columns, least), columns - excess)
    }

    private func excess(of widths: [Int?], over width: Int) -> Int {
        let shown = widths.compactMap(\.self)
        return shown.reduce(0, +) + Self.gap * (shown.count - 1) - width
    }

    private func line(_ row: [Cell], _ layout: [Int?], hasColour: Bool) -> String {
        let shown = row.indices.filter { layout[$0] != nil }
        var line = ""
        for index in shown {
            let (cell, width) = (row[index], layout[index] ?? 0)
            let text = TextWidth.cut(cell.text, to: width)
            let styled = hasColour ? cell.style.apply(to: text) : text
            let missing = max(0, width - TextWidth.columns(text))
            let padding = String(repeating: " ", count: missing)
            let isLast = index == shown.last
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
