import Foundation

/// A page of the documentation, as its fenced blocks.
struct Page {
    /// What stands between two fences.
    struct Block {
        /// The first word after the opening fence.
        let language: String
        /// The second one: what kind of that language; empty for none.
        let kind: String
        /// The line of the page that the content begins on, from 1.
        let line: Int
        let lines: [String]

        var text: String { lines.joined(separator: "\n") }
    }

    let name: String
    let text: String
    let blocks: [Block]

    /// - Parameter name: the file's path in the repository.
    init(_ name: String) throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        self.name = name
        text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
        var blocks: [Block] = []
        var open: (words: [Substring], line: Int, lines: [String])?
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard line.hasPrefix("```") else {
                open?.lines.append(String(line))
                continue
            }
            if let block = open {
                blocks.append(
                    Block(
                        language: block.words.first.map(String.init) ?? "",
                        kind: block.words.dropFirst().first.map(String.init) ?? "",
                        line: block.line, lines: block.lines))
                open = nil
            } else {
                open = (line.dropFirst(3).split(separator: " "), index + 2, [])
            }
        }
        self.blocks = blocks
    }
}
