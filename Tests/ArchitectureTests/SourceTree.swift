import Foundation
import Testing

/// The project's sources, read as text.
enum SourceTree {
    struct File: CustomTestStringConvertible {
        /// From the package's root.
        let path: String
        let lines: [Substring]

        /// Made by a tool, and not for people to read or to change.
        var isGenerated: Bool { path.contains("/Generated/") }

        var room: String { String(path.split(separator: "/")[1]) }

        /// The modules that the file imports.
        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 1,
                    index + 1 < words.count,
                    !line.hasPrefix(" ")
                else { return nil }
                return String(words[index + 1])
            }
        }

        var testDescription: String { path }
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file below a folder of the package.
    static func files(in folder: String) throws -> [File] {
        let start = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
        else { return [] }
        var files: [File] = []
        for case let url as URL in walk where url.pathExtension == "swift" {
            let text = try String(contentsOf: url, encoding: .utf8)
            let path = String(url.path.dropFirst(root.path.count + 1))
            files.append(
                File(
                    path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false)
                ))
        }
        return files.sorted { $0.path < $1.path }
    }
}
