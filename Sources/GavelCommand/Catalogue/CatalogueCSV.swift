import SwiftCSV

/// Catalogues as CSV: a heading with the names of the fields, a row for each lot.
///
/// The library reads the cells. It takes an open quotation mark at the end of the file for a closed
/// one and tells no lines; both is added here.
enum CatalogueCSV {
    static func rows(of text: String) throws(CatalogueFaults) -> [CatalogueRow] {
        let rows = try cells(of: text)
        guard let first = rows.first(where: { !$0.isBlank }) else {
            throw CatalogueFaults(
                line: 1, "the file is empty: it begins with a heading like title,start,closes")
        }
        let fields = try heading(first)
        var faults: [CatalogueFault] = []
        var lots: [CatalogueRow] = []
        for row in rows where row.line > first.line && !row.isBlank {
            guard row.cells.count == fields.count else {
                faults.append(
                    CatalogueFault(
                        line: row.line,
                        "the row has \(row.cells.count) cells, the heading \(fields.count)"))
                continue
            }
            var lot = LotText()
            for (field, cell) in zip(fields, row.cells) { lot[field] = cell }
            lots.append(CatalogueRow(line: row.line, text: lot))
        }
        guard faults.isEmpty else { throw CatalogueFaults(faults) }
        return lots
    }

    private struct Row {
        let line: Int
        let cells: [String]

        var isBlank: Bool { cells.allSatisfy { $0.trimmed.isEmpty } }
    }

    private static func heading(_ row: Row) throws(CatalogueFaults) -> [LotField] {
        var fields: [LotField] = []
        var faults: [CatalogueFault] = []
        for cell in row.cells {
            let name = cell.trimmed
            guard let field = LotField(heading: name) else {
                faults.append(
                    CatalogueFault(
                        line: row.line,
                        "there is no field \"\(name)\"; the fields are \(LotField.names)"))
                continue
            }
            if fields.contains(field) {
                faults.append(
                    CatalogueFault(line: row.line, field: field, "the heading has it twice"))
            }
            fields.append(field)
        }
        for field in [LotField.title, .start] where !fields.contains(field) && faults.isEmpty {
            faults.append(CatalogueFault(line: row.line, field: field, "the heading lacks it"))
        }
        guard faults.isEmpty else { throw CatalogueFaults(faults) }
        return fields
    }

    /// Stands in a row of its own behind the file's: when it does not come out as such, a
    /// quotation mark is open.
    private static let sentinel = "\u{1}end"

    private static func cells(of text: String) throws(CatalogueFaults) -> [Row] {
        let collector = Collector()
        do {
            let csv = try EnumeratedCSV(
                string: text + "\n" + sentinel, delimiter: .comma, loadColumns: false, rowLimit: 0)
            try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { collector.take($0) }
        } catch {
            throw CatalogueFaults(
                line: collector.line,
                "a quotation mark is out of place: put the whole cell into marks, and write a mark "
                    + "within it twice")
        }
        guard let last = collector.rows.popLast(), last.cells == [sentinel] else {
            throw CatalogueFaults(
                line: collector.lastLine, "a quotation mark is opened here and never closed")
        }
        return collector.rows
    }

    /// Counts lines: each row ends one, and so does each line break within a cell.
    private final class Collector {
        var rows: [Row] = []
        private(set) var line = 1
        private(set) var lastLine = 1

        func take(_ cells: [String]) {
            rows.append(Row(line: line, cells: cells))
            lastLine = line
            line +=
                1 + cells.reduce(0) { $0 + $1.count { $0 == "\n" || $0 == "\r\n" || $0 == "\r" } }
        }
    }
}
