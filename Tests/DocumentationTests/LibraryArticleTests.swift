import Foundation
import Testing

/// The articles on GavelClient show code that is built and run: the example client's.
struct LibraryArticleTests {
    static let names = ["GavelClient", "WatchingALot", "BiddingSafely", "Failures"].map {
        "Sources/GavelClient/GavelClient.docc/\($0).md"
    }

    /// The text's lines without their margins.
    private static func plain(_ lines: some Sequence<some StringProtocol>) -> String {
        lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
    }

    @Test("Every piece of code stands in the example client", arguments: names)
    func code(name: String) throws {
        let example = Self.plain(
            try Page("Sources/GavelExampleClient/ExampleClient.swift").text
                .split(separator: "\n", omittingEmptySubsequences: false))
        for block in try Page(name).blocks {
            #expect(block.language == "swift", "\(name):\(block.line)")
            #expect(example.contains(Self.plain(block.lines)), "\(name):\(block.line)")
        }
    }

    @Test("Every article is found from the first, and there are no others")
    func articles() throws {
        let first = try Page(Self.names[0]).text
        for name in Self.names.dropFirst() {
            let title = try #require(name.split(separator: "/").last?.dropLast(3))
            #expect(first.contains("<doc:\(title)>"), "\(title)")
        }
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/GavelClient/GavelClient.docc")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.count == Self.names.count)
    }
}
