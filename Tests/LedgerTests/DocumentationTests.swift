import AuctionRules
import Foundation
import Testing

@testable import Ledger

/// docs/database.md tells the truth.
struct DocumentationTests {
    static func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent("docs/database.md"), encoding: .utf8)
    }

    /// The fenced blocks in this language.
    static func blocks(_ language: String) throws -> [String] {
        try page().components(separatedBy: "```\(language)\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
    }

    @Test("Each of the ten queries runs, and answers something")
    func queries() throws {
        let directory = try IntegrityTests.sample()
        let queries = try Self.blocks("sql")
        #expect(queries.count == 10)
        for query in queries {
            let rows = try Stranger.values(directory.file(), query)
            #expect(rows.isEmpty == query.contains("integrity_faults"), "\(query)")
        }
    }

    @Test("Every table and view is explained, and none that does not exist")
    func names() throws {
        let directory = try IntegrityTests.sample()
        let names = try Stranger.values(
            directory.file(),
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
        ).compactMap { $0[0] }
        let page = try Self.page()
        for name in names { #expect(page.contains("`\(name)`"), "\(name) is not explained") }
        for line in page.split(separator: "\n") {
            guard let name = line.firstMatch(of: #/^\| `([a-z_]+)` \| /#)?.1 else { continue }
            guard !["previous_hash", "position", "at", "salt"].contains(name) else { continue }
            #expect(names.contains(String(name)), "there is no \(name)")
        }
    }

    @Test("The Python that checks the chain finds a sound one sound, and a changed one not")
    func python() throws {
        let directory = try IntegrityTests.sample()
        let script = try #require(try Self.blocks("python").first)
            .replacingOccurrences(of: "gavel.db", with: directory.file())
        let head = try LedgerReader(path: directory.file()).head()
        func run() throws -> (status: Int32, output: String) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "-c", script]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: data, as: UTF8.self))
        }
        let sound = try run()
        // A machine without Python can't try it; ours in CI has one.
        guard sound.status != 127 else { return }
        #expect(sound.output == "sound: \(head.hash.hex)\n")
        try Stranger.vandalize(directory.file(), "UPDATE event SET at = at + 1 WHERE position = 9")
        #expect(try run().status != 0)
    }
}
