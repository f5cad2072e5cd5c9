import AuctionRules
import GavelClient
import Testing
import WireProtocol

@testable import GavelCommand

@Suite("The live table of watched lots")
struct LiveTableTests {
    private static let noon = Instant(milliseconds: 1_795_404_400_000)

    /// Lots as the rules make them.
    private struct Room {
        private var house = House()

        mutating func run(_ command: Command, at t: Instant = noon) throws {
            let decision = house.decide(command, at: t)
            try #require(decision.answer == .done, "\(decision.answer)")
            for event in decision.events { house.apply(event, at: t, recordedAs: .zero) }
        }

        mutating func lot(
            _ id: String, _ title: String, _ fields: [LotField: String] = [:]
        ) throws -> PublicState {
            var text = LotText()
            (text[.id], text[.title], text[.start], text[.closes]) = (id, title, "10", "+90s")
            for (field, word) in fields { text[field] = word }
            try run(.createAuction(try AuctionID(id), try text.read(now: noon).get().terms))
            return try state(id)
        }

        mutating func bid(_ id: String, _ amount: Int64, at t: Instant = noon) throws {
            let bidder = try BidderID("anna")
            if house.bidders[bidder] == nil { try run(.addBidder(Bidder(id: bidder))) }
            let request = BidRequest(
                bidder: bidder, id: try BidID("b-\(amount)"),
                action: .bid(
                    .exact, amount: try #require(Amount(minorUnits: amount)), currency: nil))
            try run(.request(request, on: try AuctionID(id)), at: t)
        }

        mutating func order(_ id: String, _ command: AuctionCommand) throws {
            try run(.administer(try AuctionID(id), command))
        }

        func state(_ id: String) throws -> PublicState {
            try #require(house.auctions[try AuctionID(id)]).publicState
        }
    }

    private static func snapshot(_ state: PublicState) -> WatchUpdate {
        .snapshot(ServerMessage.Snapshot(state, log: "l", serverTime: noon))
    }

    private static func board(_ lots: Int = 2) throws -> WatchBoard {
        var board = WatchBoard()
        var room = Room()
        let titles = ["Ming vase, 明の花瓶, with a lid and a box", "Rug", "A clock, Париж"]
        for number in 0..<lots {
            let state = try room.lot(
                "lot-\(number)", titles[number % 3], [.closes: "+\(3600 - number)s"])
            board.follow(snapshot(state), at: noon)
        }
        return board
    }

    private static func lines(
        _ board: WatchBoard, _ columns: Int, _ rows: Int, at now: Instant = noon,
        hasColour: Bool = false
    ) -> [String] {
        WatchLayout(columns: columns, rows: rows, hasColour: hasColour)
            .lines(of: board, title: "sale spring", now: now)
    }

    @Test(
        "It fits any terminal",
        arguments: [(40, 12), (80, 24), (200, 50), (20, 5), (12, 3), (80, 1)],
        [0, 1, 2, 30])
    func fitting(size: (columns: Int, rows: Int), lots: Int) throws {
        var board = try Self.board(lots)
        for number in 0..<40 {
            board.follow(
                .notice(
                    .init(
                        .sale(try SaleID("spring")), text: "お知らせ \(number), a rather long text",
                        at: Self.noon)), at: Self.noon)
        }
        let lines = Self.lines(board, size.columns, size.rows)
        #expect(lines.count <= size.rows)
        for line in lines { #expect(TextWidth.columns(line) <= size.columns, "\(line)") }
        guard size.rows >= 12 else { return }
        #expect(lines.contains { $0.contains("lot-0") } == (1...2).contains(lots) || lots == 30)
        #expect(lines.last?.contains("お知らせ 39") == true)
        if lots == 30, size.rows < 30 {
            // Those that end first are shown, and how many are not.
            #expect(lines.contains { $0.contains("lot-29") })
            #expect(lines.contains { $0.contains("more lots") })
        }
    }

    @Test("The last column is the time that is left, and never over before the server says so")
    func countdown() throws {
        var board = WatchBoard()
        var room = Room()
        board.follow(Self.snapshot(try room.lot("lot", "Vase")), at: Self.noon)
        for (passed, expected) in [
            (0, "1:30"), (1, "1:30"), (1000, "1:29"), (89_001, "0:01"), (89_999, "0:01"),
            (90_000, "closing"), (500_000, "closing"),
        ] as [(Milliseconds, String)] {
            let line = Self.lines(board, 80, 24, at: Self.noon.advanced(by: passed))[3]
            #expect(line.hasSuffix("  " + expected), "\(passed): \(line)")
        }
        #expect(Countdown.text(3_905_000) == "1:05:05")
        #expect(Countdown.text(184_000_000) == "2 d 3 h")
    }

    @Test("A lot without an end, one to come, one paused and results are words")
    func states() throws {
        var board = WatchBoard()
        var room = Room()
        _ = try room.lot("a", "A", [.closes: "none"])
        for id in ["b", "c", "d"] { _ = try room.lot(id, id) }
        _ = try room.lot("e", "E", [.opens: "+30s"])
        try room.order("b", .pause(reason: nil))
        try room.bid("c", 1500)
        for id in ["c", "d"] { try room.order(id, .close(reason: nil)) }
        for id in ["a", "b", "c", "d", "e"] {
            board.follow(Self.snapshot(try room.state(id)), at: Self.noon)
        }
        let endings = ["no end", "paused", "sold", "no bids", "opening"]
        let lines = Self.lines(board, 80, 24, at: Self.noon.advanced(by: 30_000))
        for (index, words) in endings.enumerated() {
            #expect(lines[3 + index].hasSuffix("  " + words), "\(lines[3 + index])")
        }
        #expect(Self.lines(board, 80, 24)[7].hasSuffix("  opens in 0:30"))
    }

    @Test("Changes are told below, the newest last, with the lot's currency and what moved")
    func happenings() throws {
        var board = WatchBoard()
        var room = Room()
        let lot = try room.lot("lot", "Vase", [.reserve: "15", .softClose: "catawiki"])
        board.follow(Self.snapshot(lot), at: Self.noon)
        let late = Self.noon.advanced(by: 80_000)
        try room.bid("lot", 1550, at: late)
        board.follow(.price(ServerMessage.Price(try room.state("lot"), at: late)), at: late)
        board.follow(
            .disconnected(CloseReason(text: "gone"), retryAfter: .seconds(3)), at: late)
        let lines = Self.lines(board, 100, 24)
        #expect(
            lines.suffix(2).first
                == "03:28:00  lot  15.50 USD, Bidder 1 leads, reserve met, extended by 1:30")
        #expect(lines.last?.contains("connection lost") == true)
        #expect(lines[0].hasPrefix("reconnecting: prices may be old"))
        #expect(lines[3].contains("15.50"))
    }

    @Test("A live-room lot has its ask and the warnings in place of a time")
    func liveRoom() throws {
        var board = WatchBoard()
        var room = Room()
        board.follow(
            Self.snapshot(try room.lot("lot", "Flag", [.format: "live", .closes: "none"])),
            at: Self.noon)
        #expect(Self.lines(board, 80, 24)[3].hasSuffix("  queued"))
        func follow(_ isPrice: Bool = false) throws -> [String] {
            let state = try room.state("lot")
            board.follow(
                isPrice
                    ? .price(.init(state, at: Self.noon))
                    : .status(.init(state, reason: nil, at: Self.noon)), at: Self.noon)
            return Self.lines(board, 100, 24)
        }
        try room.order("lot", .ask(nil))
        var lines = try follow()
        #expect(lines[3].hasSuffix("  asks 10.00"), "\(lines[3])")
        #expect(lines.last == "03:26:40  lot  on block – asks 10.00 USD")
        for (step, words) in [(1, "fair warning"), (2, "last warning")] {
            try room.order("lot", .warn)
            lines = try follow()
            #expect(lines[3].hasSuffix("  asks 10.00, \(words)"), "\(step): \(lines[3])")
            #expect(lines.last?.hasSuffix("lot  \(words) – asks 10.00 USD") == true)
        }
        // A bid takes the warnings back.
        let anna = try BidderID("anna")
        try room.run(.addBidder(Bidder(id: anna)))
        try room.run(
            .request(
                BidRequest(
                    bidder: anna, id: try BidID("b"),
                    action: .room(amount: try #require(Amount(minorUnits: 1000)))),
                on: try AuctionID("lot")))
        lines = try follow(true)
        #expect(lines[3].hasSuffix("  asks 10.50"), "\(lines[3])")
        #expect(lines.last?.hasSuffix("10.00 USD, Bidder 1 leads, asks 10.50 USD") == true)
        for _ in 0..<2 { try room.order("lot", .warn) }
        try room.order("lot", .hammer)
        lines = try follow()
        #expect(lines[3].hasSuffix("  sold"), "\(lines[3])")
        #expect(lines.last?.hasSuffix("lot  sold at 10.00 USD to Bidder 1") == true)
    }

    @Test("Other people's texts bring no escape codes, and no colour comes where none is wanted")
    func harmless() throws {
        var board = try Self.board()
        board.follow(
            .notice(
                .init(
                    .sale(try SaleID("s")), text: "\u{1B}[2J\u{1B}]0;x\u{7}\u{202E}hi",
                    at: Self.noon)),
            at: Self.noon)
        #expect(!Self.lines(board, 80, 24).joined().unicodeScalars.contains("\u{1B}"))
        let coloured = Self.lines(board, 80, 24, hasColour: true).joined()
        #expect(!coloured.contains("\u{1B}[2J") && !coloured.contains("\u{1B}]0"))
        #expect(coloured.contains("\u{1B}[1m"))
    }

    @Test("A frame writes the lines that have changed, and clears after a change of size only")
    func frames() {
        var screen = LiveScreen()
        let size = LiveScreen.Size(columns: 20, rows: 4)
        let first = screen.frame(["a", "b"], size)
        #expect(first.contains("\u{1B}[2J") && first.contains("\u{1B}[2;1Hb\u{1B}[K"))
        #expect(screen.frame(["a", "b"], size).isEmpty)
        #expect(
            screen.frame(["a", "c"], size) == "\u{1B}[?2026h\u{1B}[2;1Hc\u{1B}[K\u{1B}[?2026l")
        // A line that is gone is wiped out.
        #expect(screen.frame(["a"], size) == "\u{1B}[?2026h\u{1B}[2;1H\u{1B}[K\u{1B}[?2026l")
        #expect(screen.frame(["a"], .init(columns: 21, rows: 4)).contains("\u{1B}[2J"))
    }

    @Test("Where nothing can be drawn, lines are printed")
    func fallback() {
        func isPossible(_ isTerminal: Bool, _ term: String?) -> Bool {
            LiveWatch.isPossible(
                on: Console(isTerminal: isTerminal, hasColour: false, width: 80, descriptor: 1),
                term.map { ["TERM": $0] } ?? [:])
        }
        #expect(isPossible(true, "xterm"))
        #expect(!isPossible(false, "xterm"))
        #expect(!isPossible(true, "dumb"))
        #expect(!isPossible(true, nil))
    }
}

@Suite("What to do next")
struct NextStepTests {
    @Test(
        "A word that resembles one is taken for it",
        arguments: [
            ("vsae", "vase"), ("vas", "vase"), ("vasse", "vase"), ("VASE", "vase"),
            ("crate", "create"), ("craete", "create"), ("x", nil), ("lamp", nil), ("", nil),
        ] as [(String, String?)])
    func resemblance(word: String, meant: String?) {
        #expect(Resemblance.nearest(to: word, among: ["vase", "rug", "create"]) == meant)
    }

    @Test("A misspelt command is named, with the one that was meant")
    func commands() {
        #expect(
            Gavel.misspelt(["auction", "craete", "X"])
                == "There is no gavel auction craete: did you mean gavel auction create?")
        #expect(
            Gavel.misspelt(["--json", "aucton"])
                == "There is no gavel aucton: did you mean gavel auction?")
        #expect(Gavel.misspelt(["auction", "list"]) == nil)
        #expect(Gavel.misspelt(["frobnicate"]) == nil)
        #expect(Gavel.misspelt([]) == nil)
    }

    @Test("Completions come from the database that the command line names")
    func completionPlace() {
        #expect(Completions.database(["gavel", "--database", "a.db"], [:]) == "a.db")
        #expect(
            Completions.database(["gavel", "--database=b.db"], ["GAVEL_DATABASE": "c"]) == "b.db")
        #expect(Completions.database(["gavel"], ["GAVEL_DATABASE": "c.db"]) == "c.db")
        #expect(Completions.database(["gavel", "--database"], [:]) == "gavel.db")
    }

    @Test("Work without a measure is a block that goes to and fro")
    func waiting() {
        let lines = (0..<100).map { WaitingSign.line("Working", step: $0, seconds: 3) }
        for line in lines {
            #expect(line.hasPrefix("\rWorking ") && line.hasSuffix(" 3 s"))
            #expect(line.count { $0 == "█" || $0 == "░" } == 30)
        }
        #expect(Set(lines).count == 25)
        #expect(lines[0] == lines[48])
    }
}
