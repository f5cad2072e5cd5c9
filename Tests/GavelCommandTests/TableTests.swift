import Testing

@testable import GavelCommand

@Suite("Tables for people")
struct TableTests {
    private func table() -> Table {
        var table = Table([
            .init(heading: "ID"), .init(heading: "TITLE", isFlexible: true),
            .init(heading: "PRICE", alignment: .right),
        ])
        table.add([.init("a"), .init("A rather long title of a lot"), .init("1.00")])
        table.add([.init("bcd"), .init("茶碗"), .init("1200.00", .good)])
        return table
    }

    @Test("Columns are aligned, numbers to the right, wide letters counted as two")
    func alignment() {
        #expect(
            table().lines(width: nil, hasColour: false) == [
                "ID   TITLE                           PRICE",
                "a    A rather long title of a lot     1.00",
                "bcd  茶碗                          1200.00",
            ])
    }

    @Test("On a narrow terminal the title gives way")
    func cutting() {
        let lines = table().lines(width: 30, hasColour: false)
        #expect(lines[1] == "a    A rather long t…     1.00")
        #expect(lines.allSatisfy { TextWidth.columns($0) <= 30 })
    }

    @Test("Colours do not shift columns, and come only when asked for")
    func colours() {
        let lines = table().lines(width: nil, hasColour: true)
        #expect(lines[2].contains("\u{1B}[32m1200.00\u{1B}[0m"))
        #expect(!table().lines(width: nil, hasColour: false).joined().contains("\u{1B}"))
    }

    @Test("NO_COLOR and a dumb terminal switch colours off")
    func noColour() {
        #expect(Console.allowsColour(["TERM": "xterm"]))
        #expect(Console.allowsColour(["NO_COLOR": "", "TERM": "xterm"]))
        #expect(!Console.allowsColour(["NO_COLOR": "1", "TERM": "xterm"]))
        #expect(!Console.allowsColour(["TERM": "dumb"]))
    }

    @Test("No control character of a foreign text reaches the terminal")
    func controls() {
        #expect(
            TextWidth.printable("a\u{1B}[31mb\u{7}\r\n") == "a\u{FFFD}[31mb\u{FFFD}\u{FFFD}\u{FFFD}"
        )
        #expect(TextWidth.printable("a\u{202E}b") == "a\u{FFFD}b")
        #expect(TextWidth.printable("Ming – 茶") == "Ming – 茶")
    }
}
