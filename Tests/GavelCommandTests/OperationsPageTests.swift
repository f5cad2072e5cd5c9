import Foundation
import Testing

@testable import GavelCommand

@Suite("docs/operations.md has every setting as it is")
struct OperationsPageTests {
    static let page: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try? String(
            contentsOf: root.appendingPathComponent("docs/operations.md"), encoding: .utf8)
    }()

    @Test("Settings and limits stand in their tables with their defaults, and no others do")
    func settings() throws {
        let lines = try #require(Self.page).split(separator: "\n")
        let defaults = ServeConfiguration()
        var rows: Set<String> = []
        for setting in ServeSetting.all {
            let value = setting.show(defaults)
            let preset = setting.isLimit ? value : value.isEmpty ? "–" : "`\(value)`"
            let row = "| `\(setting.name)` | \(preset) | \(setting.help) |"
            rows.insert(row)
            #expect(
                lines.contains(row[...]),
                "The page lacks this line: \(row) (make operations-page writes it)")
        }
        let tables = ["| Setting | Default | What it is |", "| Limit | Default | Range |"]
        for table in tables {
            let start = try #require(lines.firstIndex(of: table[...]))
            for line in lines[(start + 2)...].prefix(while: { $0.hasPrefix("|") }) {
                #expect(rows.contains(String(line)), "There is no such setting: \(line)")
            }
        }
    }

    @Test("The command's help stays within the columns of a terminal")
    func help() {
        for line in ServeOptions.help.split(separator: "\n") {
            #expect(line.count <= 79, "\(line)")
        }
    }
}
