import AuctionRules
import Testing
import WireProtocol

@testable import GavelCommand

@Suite("Catalogue files")
struct CatalogueTests {
    static let now = Instant(milliseconds: 1_795_404_400_000)

    static func parse(
        _ text: String, as kind: CatalogueFile.Kind
    ) throws(CatalogueFaults) -> Catalogue {
        try CatalogueFile.parse(Array(text.utf8), as: kind, now: now)
    }

    @Test("A CSV catalogue has a lot per row, whatever stands in a cell")
    func csv() throws {
        let catalogue = try Self.parse(
            #"""
            id,title,start,closes,currency,reserve,increments,soft-close,related_parties

            L1,"Vase, ""Ming""",120.00,+2h,EUR,500,"0:5, 100:10",catawiki,"anna, ben"
            ,Bowl,1200,2026-12-01T20:00:00Z,JPY,,"0:10,
            5000:100",,
              ,  Plain  ,10,none,,,,,
            """#, as: .csv)
        #expect(catalogue.lines == [3, 4, 6])
        let vase = catalogue.lots[0]
        #expect(vase.id?.text == "L1")
        #expect(vase.terms.title == "Vase, \"Ming\"")
        #expect(vase.terms.start.minorUnits == 12_000)
        #expect(vase.terms.reserve?.minorUnits == 50_000)
        #expect(vase.terms.closesAt == Self.now.advanced(by: 7_200_000))
        #expect(vase.terms.increments.bands.map(\.from) == [0, 10_000])
        #expect(vase.terms.softClose?.stages.first == SoftClosePreset.catawiki.stage)
        #expect(vase.terms.relatedParties.map(\.text).sorted() == ["anna", "ben"])
        #expect(catalogue.lots[1].id == nil)
        #expect(catalogue.lots[1].terms.start.minorUnits == 1200)
        #expect(catalogue.lots[1].terms.increments.bands.map(\.step.minorUnits) == [10, 100])
        #expect(catalogue.lots[2].terms.closesAt == nil)
        #expect(catalogue.lots[2].terms.title == "Plain")
    }

    @Test("A YAML catalogue takes shared fields from its defaults")
    func yaml() throws {
        let catalogue = try Self.parse(
            """
            defaults:
              sale: spring
              currency: EUR
              closes: +2h
              soft-close-stages: [5m:reset:5m, 2m:add:1m]
            auctions:
              - title: Vase
                start: 12.50
                reserve: 100
              - {id: L2, title: "Chair: oak", start: 8, currency: JPY, closes: none,
                 related_parties: [anna, ben], ladder_only: yes, reserve: null}
            """, as: .yaml)
        #expect(catalogue.lines == [7, 10])
        let vase = catalogue.lots[0].terms
        #expect(vase.start.minorUnits == 1250)
        #expect(vase.sale?.text == "spring")
        #expect(vase.softClose?.stages.count == 2)
        let chair = catalogue.lots[1].terms
        #expect(chair.title == "Chair: oak")
        #expect(chair.start.minorUnits == 8)
        #expect(chair.closesAt == nil)
        #expect(chair.ladderOnly)
        #expect(chair.relatedParties.count == 2)
        #expect(chair.reserve == nil)
    }

    @Test("A plain YAML list is a catalogue, too, and a byte order mark is no fault")
    func yamlList() throws {
        let catalogue = try Self.parse(
            "\u{FEFF}- title: Vase\n  start: 10\n  closes: +1h\n", as: .yaml)
        #expect(catalogue.lots.map(\.terms.title) == ["Vase"])
    }

    @Test("Windows line ends count as one")
    func windowsLines() throws {
        let catalogue = try Self.parse(
            "title,start,closes\r\nA,1,\"+1h\r\n\"\r\nC,2,+1h\r\n", as: .csv)
        #expect(catalogue.lines == [2, 4])
    }

    @Test("Every fault of a file is named, each with its line")
    func allFaults() throws {
        let faults = try #require(
            throws: CatalogueFaults.self,
            performing: {
                try Self.parse(
                    """
                    title,start,closes,currency
                    Vase,ten,+2h,EUR
                    Chair,5,later,EUR
                    ,0,+1h,Euro
                    """, as: .csv)
            })
        #expect(
            faults.list.map { "\($0.line) \($0.field?.rawValue ?? "")" } == [
                "2 start", "3 closes", "4 title", "4 currency",
            ])
    }

    @Test(
        "A malformed CSV file is refused with the line and the fault",
        arguments: [
            ("", 1, "no lots|empty"), ("\n\n  \n", 1, "empty"),
            ("title,start,closes\n", 1, "no lots"),
            ("start,closes\n1,+1h\n", 1, "lacks"), ("title,closes\nA,+1h", 1, "lacks"),
            ("title,start,close\nA,1,+1h", 1, "no field \"close\""),
            ("title,start,start\nA,1,1", 1, "twice"),
            ("title;start;closes\nA;1;+1h", 1, "no field"),
            ("title,start,closes\nA,1\n", 2, "2 cells, the heading 3"),
            ("title,start,closes\nA,1,+1h,x\n", 2, "4 cells, the heading 3"),
            ("title,start,closes\n\nA,1,+1h\n\"B,2,+1h\n", 4, "never closed"),
            ("title,start,closes\n\"A\"x,1,+1h\n", 2, "out of place"),
            ("title,start,closes\nA\"x,1,+1h\n", 2, "out of place"),
            ("title,start,closes\nA,-1,+1h\n", 2, "more than zero"),
            ("title,start,closes\nA,1.001,+1h\n", 2, "finer"),
            ("title,start,closes\nA,\"1,50\",+1h\n", 2, "not an amount"),
            ("title,start,closes\nA,99999999999999999999,+1h\n", 2, "too large"),
            ("title,start,closes\nA,1,\n", 2, "is missing"),
            ("title,start,closes,opens\nA,1,+1h,+2h\n", 2, "after opens and"),
            ("title,start,closes\nA,1,2020-01-01T00:00:00Z\n", 2, "after now"),
            ("id,title,start,closes\na b,A,1,+1h\n", 2, "not an id"),
            ("id,title,start,closes\nx,A,1,+1h\nx,B,1,+1h", 3, "line 2 already"),
            ("title,start,closes,format\nA,1,+1h,dutch\n", 2, "use one of english"),
            ("title,start,closes,buy_now\nA,10,+1h,5\n", 2, "below the start"),
            ("title,start,closes,soft_close,soft_close_window\nA,1,+1h,mws,5m", 2, "combined"),
            ("title,start,closes,soft_close_window\nA,1,+1h,5m", 2, "by how much"),
            ("title,start,closes,soft_close,soft_close_group\nA,1,+1h,mws,g", 2, "which sale"),
            ("title,start,closes,sale,soft_close_group\nA,1,+1h,s,g", 2, "needs a soft close"),
            ("title,start,closes,max_extensions\nA,1,+1h,5", 2, "needs a soft close"),
            ("title,start,closes,increments\nA,1,+1h,\"5:1\"", 2, "must start at 0"),
            ("title,start,closes\nA\u{0},1,+1h", 2, "zero byte"),
        ])
    func malformedCSV(text: String, line: Int, complaint: String) {
        expectFault(text, as: .csv, line: line, complaint: complaint)
    }

    @Test(
        "A malformed YAML file is refused with the line and the fault",
        arguments: [
            ("", 1, "no lots"), ("# nothing\n", 1, "no lots"), ("42", 1, "list of lots"),
            ("- 42", 1, "fields with values"), ("auctions: 42", 1, "list of lots"),
            ("defaults: {currency: EUR}", 1, "\"auctions\" is missing"),
            ("auctions: []\nlots: []", 2, "no \"lots\""),
            (
                "auctions:\n- title: A\n  start: 1\n  closes: +1h\n  titel: B", 5,
                "no field \"titel\""
            ),
            ("- title: A\n  start: 1\n  start: 2\n  closes: +1h", 2, "given twice"),
            ("- title: A\n  buy-now: 5\n  buy_now: 6\n  start: 1\n  closes: +1h", 3, "given twice"),
            ("- title: A\n  start: {a: 1}\n  closes: +1h", 2, "one value"),
            ("- title: A\n  start: 1\n  closes: [", 3, "not YAML"),
            ("- title: A\n start: 1\n", 2, "not YAML"), ("- title: \"A\n", 1, "not YAML"),
            ("- title: *nobody\n", 1, "not YAML"), ("a: 1\n---\nb: 2", 2, "not YAML"),
            ("- title: A\n  start: 1\n  closes: 2026-12-01\n", 3, "no time of day"),
            ("defaults: {id: x}\nauctions: []", 1, "can't be a default"),
            ("\tauctions: []", 1, "not YAML"), ("- title: A\n  ? [a]\n  : b", 2, "no field"),
            ("- title: \"a\u{7}\"", 1, "not YAML"),
        ])
    func malformedYAML(text: String, line: Int, complaint: String) {
        expectFault(text, as: .yaml, line: line, complaint: complaint)
    }

    @Test("A file that is not UTF-8 is refused with the line")
    func notUTF8() throws {
        let bytes = Array("title,start,closes\nA,1,+1h\n".utf8) + [0x42, 0xFC, 0x62]
        let faults = try #require(
            throws: CatalogueFaults.self,
            performing: { try CatalogueFile.parse(bytes, as: .csv, now: Self.now) })
        #expect(faults.list.map(\.line) == [3])
        #expect(faults.list[0].message.contains("UTF-8"))
    }

    @Test("A file that is too large, or has too many lots, is refused unread")
    func tooLarge() {
        let large = [UInt8](repeating: UInt8(ascii: "a"), count: CatalogueFile.bytesMax + 1)
        #expect(throws: CatalogueFaults.self) {
            try CatalogueFile.parse(large, as: .csv, now: Self.now)
        }
        let many =
            "title,start,closes\n"
            + String(repeating: "A,1,+1h\n", count: CatalogueFile.lotsMax + 1)
        expectFault(
            many, as: .csv, line: CatalogueFile.lotsMax + 2, complaint: "at most 10000 lots")
    }

    @Test("Deeply nested YAML is refused, not followed")
    func nestedYAML() {
        let deep = String(repeating: "[", count: 100_000)
        expectFault(deep, as: .yaml, line: 1, complaint: "nesting")
    }

    /// - Parameter complaint: what the message must contain; alternatives are parted by bars.
    private func expectFault(
        _ text: String, as kind: CatalogueFile.Kind, line: Int, complaint: String
    ) {
        do {
            _ = try Self.parse(text, as: kind)
            Issue.record("The file was taken")
        } catch {
            let words = error.list.map(\.description).joined(separator: "\n")
            #expect(error.list[0].line == line, "\(words)")
            let isNamed = complaint.split(separator: "|").contains { words.contains($0) }
            #expect(isNamed, "\(words)")
        }
    }
}
