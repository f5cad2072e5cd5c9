import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

@testable import GavelCommand

@Suite("What commands print")
struct PrintingTests {
    private static let now = Instant(milliseconds: 1_795_404_400_000)

    /// What `body` prints, off a terminal.
    private func printed(_ body: (Console) -> Void) throws -> [String] {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-test-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: path))
        body(
            Console(
                isTerminal: false, hasColour: false, width: nil,
                descriptor: file.fileDescriptor))
        try file.close()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }

    private func printed(_ answer: AdminAnswer, isJSON: Bool) throws -> [String] {
        try printed { console in
            AnswerPrinter(console: console, isJSON: isJSON, now: Self.now).print(answer)
        }
    }

    private func lot(
        _ id: String, _ fields: [LotField: String] = [:], _ commands: [AuctionCommand] = []
    ) throws -> AuctionRow {
        var text = LotText()
        text[.id] = id
        text[.title] = "Vase"
        text[.start] = "10"
        text[.closes] = "+1h"
        for (field, word) in fields { text[field] = word }
        let new = try text.read(now: Self.now).get()
        let name = try AuctionID(id)
        var house = House()
        let orders = commands.map { Command.administer(name, $0) }
        for command in [.createAuction(name, new.terms)] + orders {
            let decision = house.decide(command, at: Self.now)
            for event in decision.events { house.apply(event, at: Self.now, recordedAs: .zero) }
        }
        return AuctionRow(try #require(house.auctions[name]), reveal: false)
    }

    @Test("A lot in the room has the last warning where others have their end")
    func liveRoom() throws {
        let live: [LotField: String] = [.format: "live", .closes: "none"]
        let answer = AdminAnswer.auctions([
            try lot("L1", live), try lot("L2", live, [.ask(nil), .warn]),
            try lot("L3", live, [.ask(nil), .warn, .warn]),
        ])
        let lines = try printed(answer, isJSON: false)
        #expect(lines[1].hasSuffix("  –"))
        #expect(lines[2].contains("fair_warning") && lines[2].hasSuffix("  fair warning"))
        #expect(lines[3].hasSuffix("  last warning"))
    }

    @Test("A list is a table for people, and an object a line for programs")
    func lists() throws {
        let answer = AdminAnswer.auctions([
            try lot("L1"), try lot("L2", [.currency: "JPY", .start: "1200", .reserve: "5000"]),
        ])
        #expect(
            try printed(answer, isJSON: false) == [
                "ID  TITLE  STATUS  PRICE  MINIMUM       BIDS  LEADER  RESERVE  ENDS",
                "L1  Vase   open        –    10.00  USD     0  –       none     2026-11-23T04:26:40Z",
                "L2  Vase   open        –     1200  JPY     0  –       unmet    2026-11-23T04:26:40Z",
            ])
        let lines = try printed(answer, isJSON: true)
        #expect(lines.count == 2)
        #expect(lines[1].contains(#""auction":"L2""#))
        #expect(lines[1].contains(#""minimum":1200"#))
    }

    @Test("Created things are named by their id alone, so that a script can take it")
    func ids() throws {
        let answer = AdminAnswer.auctionsCreated([try AuctionID("L1"), try AuctionID("L2")])
        #expect(try printed(answer, isJSON: false) == ["L1", "L2"])
        #expect(try printed(answer, isJSON: true) == [#"{"auction":"L1"}"#, #"{"auction":"L2"}"#])
    }

    @Test("A token goes alone to standard output")
    func tokens() throws {
        let hash = try #require(TokenHash(hex: String(repeating: "ab", count: 32)))
        let token = IssuedToken(token: "gvl_x", hash: hash, expiresAt: nil)
        #expect(try printed(.token(token), isJSON: false) == ["gvl_x"])
    }

    @Test("A watcher's lines say what changed, in the lot's currency")
    func watching() throws {
        let row = try lot("L1")
        let opened = try printed { console in
            let printer = WatchPrinter(console: console, isJSON: false)
            printer.print(.notice(.init(.auction(row.lot.auction), text: "Hi\u{7}", at: Self.now)))
        }
        #expect(opened == ["2026-11-23T03:26:40Z  L1  “Hi\u{FFFD}”"])
    }

    @Test(
        "Amounts are written with the places of their currency",
        arguments: [(1, 0, "1"), (1, 2, "0.01"), (12_345, 2, "123.45"), (45_500, 3, "45.500")])
    func amounts(minorUnits: Int64, exponent: Int, expected: String) {
        #expect(AmountText.format(Amount(minorUnits: minorUnits), exponent: exponent) == expected)
    }

    @Test(
        "Each fault has its exit code",
        arguments: [
            ("unknown_auction", 3), ("unknown_bid", 3), ("wrong_status", 1), ("invalid_terms", 1),
            ("already_exists", 1), ("unavailable", 4),
        ] as [(String, Int32)])
    func exitCodes(code: String, status: Int32) throws {
        let kind = try #require(Objection.Kind(rawValue: code))
        let failure = CommandFailure(AdminFault(Objection(kind, "why")))
        #expect(failure.status.rawValue == status)
        #expect(failure.description == "\(code): why")
        #expect(CommandFailure(AdminFault(.badRequest, "why")).status == .usage)
        #expect(CommandFailure(AdminFault(.forbidden, "why")).status == .refused)
        #expect(CommandFailure(AdminFault(.internalError, "why")).status == .internalError)
        #expect(CommandFailure(AdminFault(.unknownOutcome, "why")).status == .unreachable)
    }
}
