import Testing

/// Habits that a formatter does not see.
@Suite("Tidiness")
struct TidyTests {
    static let everything = ["Sources", "Tests", "Migrations"]

    @Test("Files are rooms: none is longer than 500 lines", arguments: everything)
    func fileLength(folder: String) throws {
        for file in try SourceTree.files(in: folder) where !file.isGenerated {
            #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test("Nothing is left for later, and nothing fails without a word", arguments: everything)
    func bannedWords(folder: String) throws {
        // Put together, so that this file does not find itself.
        let banned = ["FIX" + "ME", "TO" + "DO", "XX" + "X:", "try" + "!", "fatal" + "Error("]
        for file in try SourceTree.files(in: folder) {
            for line in file.lines {
                for word in banned { #expect(!line.contains(word), "\(file.path): \(line)") }
            }
        }
    }

    @Test("What the compiler can't check is proved in a comment beside it")
    func provenUnchecked() throws {
        let claims = ["@unchecked Sendable", "nonisolated(unsafe)", "@preconcurrency"]
        for file in try SourceTree.files(in: "Sources") where !file.isGenerated {
            for (index, line) in file.lines.enumerated()
            where !line.isComment && claims.contains(where: { line.contains($0) }) {
                let beside = file.lines[max(0, index - 3)...min(file.lines.count - 1, index + 3)]
                #expect(beside.contains { $0.isComment }, "\(file.path): \(line)")
            }
        }
    }

    @Test("Nothing sleeps in a test")
    func noSleeps() throws {
        let banned = ["Task.slee" + "p", "Thread.slee" + "p", "uslee" + "p("]
        for file in try SourceTree.files(in: "Tests") {
            for line in file.lines {
                for word in banned { #expect(!line.contains(word), "\(file.path): \(line)") }
            }
        }
    }
}
