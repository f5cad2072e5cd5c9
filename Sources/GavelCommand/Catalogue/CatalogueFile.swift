import AuctionRules
import Foundation
import WireProtocol

/// A catalogue that was read from a file: the lots, and on which line each begins.
struct Catalogue: Hashable, Sendable {
    let lots: [NewAuction]
    let lines: [Int]
}

/// A place in a catalogue file, and what is wrong there.
struct CatalogueFault: Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    let line: Int
    let field: LotField?
    let message: String

    init(line: Int, field: LotField? = nil, _ message: String) {
        self.line = line
        self.field = field
        self.message = message
    }

    var description: String {
        if let field { "\(line): \(field.rawValue): \(message)" } else { "\(line): \(message)" }
    }
}

/// All that is wrong with a catalogue file; never empty.
struct CatalogueFaults: Error, Hashable, Sendable {
    let list: [CatalogueFault]

    init(_ list: [CatalogueFault]) { self.list = list }

    init(line: Int, _ message: String) { self.init([CatalogueFault(line: line, message)]) }
}

/// One lot as the file has it.
struct CatalogueRow {
    let line: Int
    let text: LotText
    /// The lines of single fields, where the file puts them on their own.
    var fieldLines: [LotField: Int] = [:]
}

/// Reads catalogues, CSV or YAML: all of a file or nothing, and every fault with its line.
enum CatalogueFile {
    enum Kind: Hashable, Sendable {
        case csv
        case yaml

        /// By the file's name.
        init?(path: String) {
            switch path.split(separator: ".").last?.lowercased() {
            case "csv": self = .csv
            case "yaml", "yml": self = .yaml
            default: return nil
            }
        }
    }

    /// More than any catalogue of ``lotsMax`` lots takes: a larger file is another file.
    static let bytesMax = 8 * 1024 * 1024
    /// What one request to the server holds.
    static let lotsMax = 10_000

    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - now: what offsets count from.
    ///   - onProgress: lots read, and lots in all.
    static func parse(
        _ bytes: [UInt8], as kind: Kind, now: Instant,
        onProgress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(CatalogueFaults) -> Catalogue {
        guard bytes.count <= bytesMax else {
            throw CatalogueFaults(
                line: 1, "the file is larger than \(bytesMax / 1024 / 1024) MiB: split it")
        }
        let text = try text(of: bytes)
        let rows: [CatalogueRow]
        switch kind {
        case .csv: rows = try CatalogueCSV.rows(of: text)
        case .yaml: rows = try CatalogueYAML.rows(of: text)
        }
        guard !rows.isEmpty else { throw CatalogueFaults(line: 1, "the file has no lots") }
        guard rows.count <= lotsMax else {
            throw CatalogueFaults(
                line: rows[lotsMax].line, "a catalogue has at most \(lotsMax) lots: split the file")
        }
        return try catalogue(of: rows, now: now, onProgress)
    }

    private static func catalogue(
        of rows: [CatalogueRow], now: Instant, _ onProgress: (Int64, Int64) -> Void
    ) throws(CatalogueFaults) -> Catalogue {
        var lots: [NewAuction] = []
        var faults: [CatalogueFault] = []
        var lineOfID: [AuctionID: Int] = [:]
        for (index, row) in rows.enumerated() {
            onProgress(Int64(index + 1), Int64(rows.count))
            switch row.text.read(now: now) {
            case .success(let lot):
                if let id = lot.id, let line = lineOfID.updateValue(row.line, forKey: id) {
                    faults.append(
                        CatalogueFault(
                            line: row.fieldLines[.id] ?? row.line, field: .id,
                            "\"\(id)\" is the lot of line \(line) already"))
                }
                lots.append(lot)
            case .failure(let found):
                faults += found.list.map { fault in
                    CatalogueFault(
                        line: row.fieldLines[fault.field] ?? row.line, field: fault.field,
                        fault.message)
                }
            }
        }
        guard faults.isEmpty else { throw CatalogueFaults(faults.sorted { $0.line < $1.line }) }
        return Catalogue(lots: lots, lines: rows.map(\.line))
    }

    /// The text without a byte order mark; names the line that is not UTF-8.
    private static func text(of bytes: [UInt8]) throws(CatalogueFaults) -> String {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]
        if let text = String(validating: content, as: UTF8.self) {
            guard !content.contains(0) else {
                let before = content.prefix { $0 != 0 }
                throw CatalogueFaults(line: lines(in: before), "there is a zero byte: no text file")
            }
            return text
        }
        var line = 1
        for part in content.split(separator: 10, omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { break }
            line += 1
        }
        throw CatalogueFaults(line: line, "the file is not UTF-8: save it as UTF-8")
    }

    private static func lines(in bytes: some Sequence<UInt8>) -> Int {
        bytes.count { $0 == 10 } + 1
    }
}
