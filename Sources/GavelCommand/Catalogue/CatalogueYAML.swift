import Yams

/// Catalogues as YAML: a list of lots, or `auctions:` with such a list and `defaults:` with what the
/// lots share. Every value is read as it was written: `12.50` is no number with a fraction.
enum CatalogueYAML {
    static func rows(of text: String) throws(CatalogueFaults) -> [CatalogueRow] {
        guard let root = try YAMLFile.root(of: text) else { return [] }
        switch root {
        case .sequence(let lots): return try rows(lots, defaults: LotText())
        case .mapping(let mapping): return try rows(mapping)
        default:
            throw CatalogueFaults(
                line: root.line, "the file must be a list of lots, or have the list in \"auctions\""
            )
        }
    }

    private static func rows(_ mapping: Node.Mapping) throws(CatalogueFaults) -> [CatalogueRow] {
        var defaults = LotText()
        var auctions: Node?
        for (key, value) in mapping {
            switch key.scalar?.string {
            case "defaults":
                guard let fields = value.mapping else {
                    throw CatalogueFaults(line: value.line, "\"defaults\" must hold fields")
                }
                let row = try row(fields, line: value.line)
                for field in [LotField.id, .title] where row.text[field] != nil {
                    throw CatalogueFaults([
                        CatalogueFault(
                            line: row.fieldLines[field] ?? row.line, field: field,
                            "can't be a default: every lot has its own")
                    ])
                }
                defaults = row.text
            case "auctions": auctions = value
            case let name:
                throw CatalogueFaults(
                    line: key.line,
                    "there is no \"\(name ?? "…")\" here: the file has \"defaults\" and \"auctions\""
                )
            }
        }
        guard let auctions else { throw CatalogueFaults(line: 1, "\"auctions\" is missing") }
        guard let lots = auctions.sequence else {
            throw CatalogueFaults(line: auctions.line, "\"auctions\" must be a list of lots")
        }
        return try rows(lots, defaults: defaults)
    }

    private static func rows(
        _ lots: Node.Sequence, defaults: LotText
    ) throws(CatalogueFaults) -> [CatalogueRow] {
        var rows: [CatalogueRow] = []
        var faults: [CatalogueFault] = []
        for lot in lots {
            guard let fields = lot.mapping else {
                faults.append(CatalogueFault(line: lot.line, "a lot must be fields with values"))
                continue
            }
            do {
                let row = try row(fields, line: lot.line)
                rows.append(
                    CatalogueRow(
                        line: row.line, text: row.text.completed(by: defaults),
                        fieldLines: row.fieldLines))
            } catch {
                faults += error.list
            }
        }
        guard faults.isEmpty else { throw CatalogueFaults(faults) }
        return rows
    }

    private static func row(
        _ mapping: Node.Mapping, line: Int
    ) throws(CatalogueFaults) -> CatalogueRow {
        var text = LotText()
        var lines: [LotField: Int] = [:]
        var faults: [CatalogueFault] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string, let field = LotField(heading: name) else {
                faults.append(
                    CatalogueFault(
                        line: key.line,
                        "there is no field \"\(key.scalar?.string ?? "…")\"; the fields are "
                            + LotField.names))
                continue
            }
            if lines.updateValue(key.line, forKey: field) != nil {
                faults.append(CatalogueFault(line: key.line, field: field, "is given twice"))
            }
            guard let words = value.words else {
                faults.append(
                    CatalogueFault(
                        line: value.line, field: field, "must be one value or a list of values"))
                continue
            }
            text[field] = words
        }
        guard faults.isEmpty else { throw CatalogueFaults(faults) }
        return CatalogueRow(line: line, text: text, fieldLines: lines)
    }
}

/// YAML as far as settings and catalogues need it: one document, every fault with its line.
enum YAMLFile {
    /// Nil for a file without content.
    static func root(of text: String) throws(CatalogueFaults) -> Node? {
        do {
            return try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            // The library counts a line more where the file ends too early.
            let linesMax = max(
                1, text.split(separator: "\n", omittingEmptySubsequences: false).count)
            throw CatalogueFaults(line: min(error.line, linesMax), error.words)
        } catch {
            throw CatalogueFaults(line: 1, "the file is not YAML: \(error)")
        }
    }
}

extension Node {
    /// From 1.
    var line: Int { mark?.line ?? 1 }

    /// The text of a value as it was written; of a list, its texts with commas between. Empty for
    /// null; nil for anything deeper.
    var words: String? {
        switch self {
        case .scalar(let scalar):
            return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
                ? "" : scalar.string
        case .sequence(let sequence):
            let words = sequence.map { $0.scalar?.string }
            guard words.allSatisfy({ $0 != nil }) else { return nil }
            return words.compactMap { $0 }.joined(separator: ", ")
        default: return nil
        }
    }
}

extension YamlError {
    fileprivate var line: Int {
        switch self {
        case .scanner(let context?, let problem, _, _) where problem.contains("end of stream"):
            context.mark.line
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            mark.line
        case .duplicatedKeysInMapping(_, let context): max(1, context.mark.line)
        case .reader(_, let offset, _, let yaml):
            yaml.prefix(offset ?? 0).count(where: \.isNewline) + 1
        default: 1
        }
    }

    fileprivate var words: String {
        switch self {
        case .scanner(let context, let problem, _, _), .parser(let context, let problem, _, _),
            .composer(let context, let problem, _, _):
            "the file is not YAML: \(context.map { "\($0.text), " } ?? "")\(problem)"
        case .duplicatedKeysInMapping(let keys, _):
            "\(keys.map { "\"\($0)\"" }.joined(separator: ", ")) is given twice"
        case .reader(let problem, _, _, _): "the file is not YAML: \(problem)"
        default: "the file is not YAML"
        }
    }
}
