import AuctionRules
import Foundation
import Testing
import WireProtocol

@testable import GavelCommand

@Suite("A sale's results")
struct SaleResultsTests {
    private static let opening = Instant(milliseconds: 1_795_404_400_000)
    private static let closing = opening.advanced(by: 3_600_000)
    private static let spring = try? SaleID("spring")

    /// A sale with a lot of each result: sold twice in dollars and once in yen, without a bid, below
    /// the reserve, withdrawn, and one that goes on.
    private static func results(reveal: Bool = false) throws -> SaleResults {
        var house = House()
        let sale = try #require(spring)
        func run(_ command: Command, at t: Instant = opening) throws {
            let decision = house.decide(command, at: t)
            try #require(
                decision.answer == .done, "\(command) was not done: \(decision.answer)")
            for event in decision.events { house.apply(event, at: t, recordedAs: .zero) }
        }
        func lot(_ id: String, _ title: String, _ fields: [LotField: String] = [:]) throws {
            var text = LotText()
            (text[.id], text[.title], text[.sale]) = (id, title, sale.text)
            (text[.start], text[.closes]) = ("10", "+1h")
            for (field, word) in fields { text[field] = word }
            try run(.createAuction(AuctionID(id), try text.read(now: opening).get().terms))
        }
        func bid(_ bidder: String, _ amount: Int64, on id: String) throws {
            let request = BidRequest(
                bidder: try BidderID(bidder), id: try BidID("\(bidder)-\(amount)"),
                action: .bid(
                    .max, amount: try #require(Amount(minorUnits: amount)), currency: nil))
            try run(.request(request, on: try AuctionID(id)))
        }
        try run(.createSale(Sale(id: sale, title: "Spring sale")))
        try run(.addBidder(Bidder(id: try BidderID("anna"), name: "=HYPERLINK(\"x\"), Anna")))
        try run(.addBidder(Bidder(id: try BidderID("ben"))))
        try lot("vase", "Vase, Ming")
        try lot("rug", "Rug \"Heriz\"")
        try lot("bowl", "茶碗", [.currency: "JPY", .start: "1200"])
        try lot("chair", "Chair")
        try lot("lamp", "Lamp", [.reserve: "500"])
        try lot("desk", "Desk")
        try lot("clock", "Clock", [.closes: "none"])
        try bid("anna", 5000, on: "vase")
        try bid("ben", 9000, on: "vase")
        try bid("ben", 2000, on: "rug")
        try bid("anna", 5000, on: "bowl")
        try bid("ben", 4000, on: "lamp")
        try run(.administer(try AuctionID("desk"), .cancel(reason: "broken")))
        for id in ["vase", "rug", "bowl", "chair", "lamp"] {
            try run(.administer(try AuctionID(id), .advanceClock), at: closing)
        }
        return SaleResults(try #require(house.sales[sale]), in: house, reveal: reveal)
    }

    @Test("Each lot has its result, and each currency its total")
    func totals() throws {
        let results = try Self.results()
        #expect(
            results.lots.map(\.result) == [
                "sold", "sold", "sold", "no bids", "reserve not met", "withdrawn", "open",
            ])
        #expect(
            results.lots.map(\.hammerPrice?.minorUnits) == [5100, 1000, 1200, nil, nil, nil, nil])
        #expect(results.lots.map(\.winner?.text) == ["ben", "ben", "anna", nil, nil, nil, nil])
        #expect(results.lots.allSatisfy { $0.winnerName == nil })
        #expect(results.totals.map(\.currency) == ["JPY", "USD"])
        let (yen, dollars) = (results.totals[0], results.totals[1])
        #expect((yen.lots, yen.sold, yen.hammerTotal, yen.soldPermille) == (1, 1, 1200, 1000))
        #expect((dollars.lots, dollars.sold, dollars.unsold) == (6, 2, 2))
        #expect((dollars.withdrawn, dollars.pending) == (1, 1))
        // Withdrawn lots and those that go on are not counted for the rate.
        #expect((dollars.hammerTotal, dollars.soldPermille) == (6100, 500))
        #expect(dollars.hammerText == "61.00")
        #expect(dollars.soldRateText == "50.0 %")
    }

    @Test("Names are there only when secrets were asked for")
    func reveal() throws {
        let names = try Self.results(reveal: true).lots.map(\.winnerName)
        #expect(names == [nil, nil, "=HYPERLINK(\"x\"), Anna", nil, nil, nil, nil])
    }

    @Test("CSV has a row for each lot, and no text that a spreadsheet would run")
    func csv() throws {
        let lines = ResultsCSV.lines(of: try Self.results(reveal: true), reveal: true)
        #expect(
            lines == [
                "id,title,result,currency,hammer_price,price,bids,winner,winner_alias,winner_name,"
                    + "ended_at",
                "vase,\"Vase, Ming\",sold,USD,51.00,51.00,2,ben,Bidder 2,,2026-11-23T04:26:40Z",
                "rug,\"Rug \"\"Heriz\"\"\",sold,USD,10.00,10.00,1,ben,Bidder 1,,"
                    + "2026-11-23T04:26:40Z",
                "bowl,茶碗,sold,JPY,1200,1200,1,anna,Bidder 1,\"'=HYPERLINK(\"\"x\"\"), Anna\","
                    + "2026-11-23T04:26:40Z",
                "chair,Chair,no_bids,USD,,,0,,,,2026-11-23T04:26:40Z",
                "lamp,Lamp,reserve_not_met,USD,,10.00,1,,,,2026-11-23T04:26:40Z",
                "desk,Desk,withdrawn,USD,,,0,,,,2026-11-23T03:26:40Z",
                "clock,Clock,open,USD,,,0,,,,",
            ])
        let plain = ResultsCSV.lines(of: try Self.results(), reveal: false)
        #expect(!plain[0].contains("name"))
    }

    @Test("The table fits the terminal", arguments: [40, 80, 200])
    func table(width: Int) throws {
        let results = try Self.results()
        let lines = try Printed.lines(width: width) { console in
            AnswerPrinter(console: console, isJSON: false, now: Self.closing).print(
                .saleResults(results))
        }
        for line in lines { #expect(TextWidth.columns(line) <= width, "\(line)") }
        // What a sale is about is there at any width.
        for word in ["sold", "51.00", "1200"] {
            #expect(lines.contains { $0.contains(word) }, "\(word) at \(width):\n\(lines)")
        }
        #expect(lines.contains { $0.contains("ben (Bidder 2)") } == (width >= 80))
    }

    @Test("--csv and --json exclude each other")
    func exclusive() async {
        var words = ""
        let status = await Gavel.run(
            arguments: ["sale", "results", "spring", "--csv", "--json"],
            complain: { words += $0 })
        #expect(status == 2)
        #expect(words.contains("exclude each other"))
    }
}

/// What is printed on a terminal of that width.
enum Printed {
    static func lines(width: Int?, _ body: (Console) throws -> Void) throws -> [String] {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-test-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try body(
            Console(
                isTerminal: width != nil, hasColour: false, width: width,
                descriptor: file.fileDescriptor))
        try file.close()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
