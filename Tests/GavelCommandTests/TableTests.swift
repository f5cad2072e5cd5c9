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

    @Test("At any width no line is longer", arguments: [1, 5, 10, 20, 40, 80, 200])
    func fitting(width: Int) {
        var table = Table([
            .init(heading: "ID"), .init(heading: "TITLE", isFlexible: true),
            .init(heading: "PRICE", alignment: .right),
            .init(heading: "MINIMUM", alignment: .right, isDispensable: true),
            .init(heading: "LEADER", isDispensable: true), .init(heading: "ENDS"),
        ])
        table.add([
            .init("vase"), .init("茶碗, a tea bowl of the Edo period, 江戸時代"), .init("1200.00"),
            .init("1250.00"), .init("ben (Bidder 2)"), .init("in 5 minutes"),
        ])
        let lines = table.lines(width: width, hasColour: false)
        // Six columns need a letter and a gap each; four are left where two go.
        let least = 4 + 3 * 2
        for line in lines { #expect(TextWidth.columns(line) <= max(width, least), "\(line)") }
        #expect(lines[0].contains("LEADER") == (width >= 80))
        #expect(lines.contains { $0.hasPrefix("No room for: ") } == (20...40).contains(width))
        if width == 40 { #expect(lines.last == "No room for: MINIMUM, LEADER") }
    }

    @Test("What must be seen whole is broken into lines", arguments: [1, 5, 8, 40])
    func wrapping(columns: Int) {
        let text = "the hash 0123456789abcdef of 茶碗茶碗茶碗"
        let lines = TextWidth.wrapped(text, to: columns)
        for line in lines { #expect(TextWidth.columns(line) <= max(2, columns), "\(line)") }
        #expect(
            lines.joined().filter { $0 != " " } == text.filter { $0 != " " }, "\(lines)")
        #expect(TextWidth.wrapped("", to: columns) == [""])
        #expect(TextWidth.wrapped("a b", to: 40) == ["a b"])
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
