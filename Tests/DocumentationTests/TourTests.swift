import Testing

/// What a reader pastes from a page works.
struct TourTests {
    static let pages = [
        "README.md", "docs/administration.md", "docs/guide.md", "docs/handbook.md",
        "docs/protocol.md", "docs/webhooks.md",
    ]
    /// Pages without a lot of their own.
    static let others = ["docs/console.md", "docs/operations.md"]
    /// What can't be run here: it changes the machine, builds an image or the program itself. The unit,
    /// the Containerfile and the Makefile have tests of their own.
    static let foreign = ["$ sudo ", "$ podman ", "$ make ", "    --"]

    @Test(
        "Every command of the page, pasted in order, does what the page says",
        arguments: pages + others)
    func run(name: String) async throws {
        let page = try Page(name)
        let result = try await Tour(page: page).run()
        // Taken out first: a failure would print all of the result otherwise.
        let status = result.status
        #expect(status == 0, "\(name):\n\(result.transcript)")
        for (block, next) in zip(page.blocks, page.blocks.dropFirst())
        where block.language == "sh" && next.language == "text" {
            for line in next.lines {
                let isPrinted = result.printed(line, by: block.line)
                let output = result.output[block.line] ?? ""
                #expect(isPrinted, "\(name):\(next.line): \"\(line)\" is not in:\n\(output)")
            }
        }
    }

    @Test("No command stands in a block that is not run", arguments: pages + others)
    func nothingEscapes(name: String) throws {
        let page = try Page(name)
        let isRun = page.blocks.contains {
            $0.language == "sh"
                && ($0.text.contains("gavel auction ") || Self.others.contains(name))
        }
        #expect(isRun)
        for block in page.blocks where block.language == "console" {
            for line in block.lines {
                let isForeign = Self.foreign.contains { line.hasPrefix($0) }
                #expect(isForeign, "\(name):\(block.line): \(line)")
            }
        }
        for block in page.blocks where !["sh", "text"].contains(block.language) {
            for line in block.lines {
                #expect(!line.contains(#/^(\$ )?gavel /#), "\(name):\(block.line): \(line)")
            }
        }
    }

    @Test("What was not printed is noticed")
    func notices() {
        let result = Tour.Result(
            status: 0, output: [3: "a  b c\n│ 2 │ x │\nexit code 1"], transcript: "")
        for line in ["a b c", "a … c", "…c", "a…", "│ 2 │ x │", "exit code 1"] {
            #expect(result.printed(line, by: 3), "\(line)")
        }
        for line in ["a b", "b c", "a … d", "b…", "exit code", "x"] {
            #expect(!result.printed(line, by: 3), "\(line)")
        }
        #expect(!result.printed("a b c", by: 4))
    }
}
