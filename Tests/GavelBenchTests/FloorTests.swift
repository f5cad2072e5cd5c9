import Testing

@testable import GavelBench

/// A floor that hears a server of our choice: every lie has to end the run.
@Suite("A load's floor")
struct FloorTests {
    /// Two bidders with a lot each, and a watcher of each lot; both lots begin at change 4.
    private static func plan(isRace: Bool = false) -> FloorPlan {
        FloorPlan(
            prefix: "bench-x-", lots: 2, isEnglish: true, bidderLots: [[0], [1]], watchers: 2,
            watchedSale: nil, isRace: isRace, lowEvery: 3, ending: 0,
            hasServersClock: true)
    }

    private let floor = Floor(plan(), bases: [4, 4], upgrades: [[], [], []])

    private func hear(_ text: String, from line: Int) throws {
        let bytes = Array(text.utf8)
        let line = PollLine(number: line, descriptor: -1, slot: 0, upgrade: [])
        try bytes.withUnsafeBytes { try floor.received($0, on: line, at: 1_000_000) }
    }

    private func accepted(_ lot: Int, _ id: String, _ seq: Int, _ price: Int) -> String {
        #"{"type":"bid_accepted","auction":"bench-x-\#(lot)","id":"\#(id)","seq":\#(seq),"#
            + #""leading":false,"your_max":200,"price":\#(price),"minimum":400}"#
    }

    private func price(_ lot: Int, _ seq: Int, _ price: Int) -> String {
        #"{"type":"price","auction":"bench-x-\#(lot)","seq":\#(seq),"price":\#(price)}"#
    }

    private func begin() throws {
        for lot in 0..<2 {
            try hear(
                #"{"type":"snapshot","auction":"bench-x-\#(lot)","seq":4,"price":100,"ends_at":9}"#,
                from: 2 + lot)
        }
        // The third one is too low on purpose.
        for bidder in [0, 1, 0] { floor.bid(by: bidder, due: 1) }
    }

    private static let low = #"""
        {"type":"bid_rejected","auction":"bench-x-0","id":"r0","code":"too_low","message":"m"}
        """#

    @Test("A server that is right settles the floor")
    func right() throws {
        try begin()
        #expect(!floor.isSettled)
        try hear(accepted(0, "b0", 5, 300), from: 0)
        try hear(accepted(1, "b0", 5, 300), from: 1)
        try hear(Self.low, from: 0)
        try hear(#"{"type":"outbid","auction":"bench-x-0","seq":5}"#, from: 0)
        #expect(!floor.isSettled, "The watchers have not been told")
        try hear(price(0, 5, 300), from: 2)
        try hear(price(1, 5, 300), from: 3)
        try hear(#"{"type":"heartbeat","server_time":1,"heads":{}}"#, from: 3)
        #expect(floor.isSettled)
        #expect(floor.counts.accepted == 2)
        #expect(floor.counts.refused == 1)
        #expect(floor.counts.delivered == 2)
    }

    @Test(
        "A server that is not ends the run",
        arguments: [
            // An answer twice, to nothing, on another lot, with another change, and a refusal.
            (0, ["A0b0-5-300", "A0b0-5-300"]), (0, ["A0b1-5-300"]), (0, ["A1b0-5-300"]),
            (0, ["A0b0-6-300"]), (0, ["A0r0-5-300"]),
            (0, [#"{"type":"bid_rejected","auction":"bench-x-0","id":"b0","code":"too_low"}"#]),
            (0, [#"{"type":"bid_rejected","auction":"bench-x-0","id":"r0","code":"closed"}"#]),
            (0, [#"{"type":"error","code":"bad_message","message":"m"}"#]),
            (0, [#"{"type":"bye","code":1001}"#]), (0, [#"{"type":"price","seq":5}"#]),
            // A change lost, doubled, of a lot that is not watched, a price that falls, an early end.
            (2, ["P0-6-300"]), (2, ["P0-5-300", "P0-5-300"]), (2, ["P1-5-300"]), (2, ["P9-5-300"]),
            (2, ["P0-5-300", "P0-6-200"]),
            (
                2,
                [
                    #"{"type":"status","auction":"bench-x-0","seq":5,"status":"closed","at":8}"#
                ]
            ),
            (2, [#"{"type":"won","auction":"bench-x-0","seq":5}"#]), (2, ["garbage"]),
        ])
    func wrong(line: Int, messages: [String]) throws {
        try begin()
        #expect(throws: BenchError.self) {
            for message in messages {
                // A0b0-5-300: lot 0, id b0, change 5, price 300. P0-5-300 likewise.
                let parts = message.dropFirst(2).split(separator: "-").map(String.init)
                let lot = message.dropFirst().first?.wholeNumberValue ?? 0
                switch message.first {
                case "A":
                    try hear(accepted(lot, parts[0], Int(parts[1])!, Int(parts[2])!), from: line)
                case "P": try hear(price(lot, Int(parts[0])!, Int(parts[1])!), from: line)
                default: try hear(message, from: line)
                }
            }
        }
    }

    @Test("A limit that is reached is no fault of the server's, and says which")
    func limited() throws {
        try begin()
        let error = #expect(throws: BenchError.self) {
            try hear(#"{"type":"error","code":"rate_limited","message":"m"}"#, from: 0)
        }
        guard case .limited(let words) = error else {
            throw BenchFault.unexpected("\(error as Any)")
        }
        #expect(words.contains("bids-on-lot-per-second"))
    }

    @Test("Lots are shared among bidders so that as many as can be have some of their own")
    func shares() {
        #expect(FloorPlan.share(lots: 5, among: 2) == [[0, 2, 4], [1, 3]])
        #expect(FloorPlan.share(lots: 2, among: 2) == [[0], [1]])
        #expect(FloorPlan.share(lots: 2, among: 3) == [[0], [1], [0]])
    }
}
