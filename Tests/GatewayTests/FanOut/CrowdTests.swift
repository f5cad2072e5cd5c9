import AuctionRules
import BidService
import NIOCore
import NIOEmbedded
import Testing
import WireProtocol

@testable import Gateway

/// A crowd is told in slices of two here, so that something can happen in between.
@Suite("While a crowd is being told")
struct CrowdTests {
    let floor = Floor(slice: 2)

    @Test("Two are told at a time, and the loop may do something else in between")
    func slices() throws {
        let seats = try crowd(of: 5)
        try floor.price("a", 1)
        #expect(try seats.map { try $0.heard() } == [["a/1"], ["a/1"], [], [], []])
        #expect(floor.hub.isTelling)
        floor.hub.deliver([])
        #expect(try seats.map { try $0.heard() } == [[], [], ["a/1"], ["a/1"], []])
        floor.hub.deliver([])
        #expect(try seats.map { try $0.heard() } == [[], [], [], [], ["a/1"]])
        #expect(!floor.hub.isTelling)
    }

    @Test("Who has asked is answered before the crowd is told")
    func answersFirst() throws {
        let crowd = try crowd(of: 3)
        let asker = try floor.connect()
        var atTheAnswer: [Bool] = []
        asker.onFlush { atTheAnswer = crowd.map { $0.watcher.needsFlush || $0.hasOutbound } }
        floor.hub.deliver([
            floor.answer(.notSeen, to: try question(), of: asker.watcher),
            .broadcast(try floor.broadcast("a", 1, sale: nil, .price)),
        ])
        #expect(atTheAnswer == [false, false, false])
        #expect(try asker.heard() == ["error"])
    }

    @Test("Who is answered gets first what came before, and that only once")
    func answersInOrder() throws {
        let seats = try crowd(of: 6)
        try floor.price("a", 1)
        for index in [0, 5] {
            floor.hub.deliver([
                .broadcast(try floor.broadcast("a", 2 + Int64(index), sale: nil, .price)),
                floor.answer(.notSeen, to: try question(), of: seats[index].watcher),
            ])
        }
        floor.tellEverybody()
        #expect(try seats[0].heard() == ["a/1", "a/2", "error", "a/7"])
        #expect(try seats[5].heard() == ["a/1", "a/2", "a/7", "error"])
        for seat in seats[1..<5] { #expect(try seat.heard() == ["a/1", "a/2", "a/7"]) }
    }

    @Test(
        "Whoever leaves meanwhile, of those who know and of those who don't, the others hear it once",
        arguments: 0..<6)
    func leaving(gone: Int) throws {
        let seats = try crowd(of: 6)
        try floor.price("a", 1)
        floor.hub.deliver([])
        floor.hub.remove(seats[gone].watcher)
        floor.tellEverybody()
        for (index, seat) in seats.enumerated() {
            #expect(try seat.heard() == (index == gone && gone >= 4 ? [] : ["a/1"]))
        }
    }

    @Test("Who comes meanwhile hears nothing that his snapshot has told")
    func coming() throws {
        let seats = try crowd(of: 3)
        try floor.price("a", 1)
        let late = try floor.connect()
        try floor.watch("a", by: late, seq: 1, version: 1)
        try floor.price("a", 2)
        floor.tellEverybody()
        #expect(try late.heard() == ["a/2"])
        for seat in seats { #expect(try seat.heard() == ["a/1", "a/2"]) }
    }

    @Test("A heartbeat does not come before the change that it speaks of")
    func heartbeat() throws {
        let seats = try crowd(of: 3)
        try floor.price("a", 1)
        floor.seconds(GatewayLimits.generous.heartbeatSeconds)
        while floor.hub.isInRound { floor.hub.lookAfterMore() }
        for seat in seats { #expect(try seat.heard().prefix(2) == ["a/1", "heartbeat"]) }
        floor.tellEverybody()
        for seat in seats { #expect(try seat.heard() == []) }
    }

    @Test("Heartbeats come in slices, too, once each, and each says what time it is then")
    func heartbeatsInSlices() throws {
        let seats = try crowd(of: 5)
        let start = floor.clock.now()
        floor.seconds(GatewayLimits.generous.heartbeatSeconds)
        var times = try seats.map { try heartbeats($0, since: start) }
        floor.clock.set(floor.clock.now().advanced(by: 10))
        // One of those who have not heard is gone.
        floor.hub.remove(seats[try #require(times.firstIndex(of: []))].watcher)
        for _ in 0..<2 {
            #expect(floor.hub.isInRound)
            floor.hub.lookAfterMore()
            for (index, seat) in seats.enumerated() {
                times[index] += try heartbeats(seat, since: start)
            }
        }
        #expect(!floor.hub.isInRound)
        let due = Int64(GatewayLimits.generous.heartbeatSeconds) * 1000
        #expect(times.allSatisfy { $0.count <= 1 })
        #expect(times.flatMap(\.self).sorted() == [due, due, due + 10, due + 10])
    }

    private func heartbeats(_ seat: Seat, since start: Instant) throws -> [Milliseconds] {
        try seat.messages().compactMap { message in
            guard case .heartbeat(let beat) = message else { return nil }
            return beat.serverTime.milliseconds(since: start)
        }
    }

    @Test("Who has not been looked after within a second is so at its end")
    func late() throws {
        let seats = try crowd(of: 5)
        floor.seconds(GatewayLimits.generous.heartbeatSeconds + 1)
        for seat in seats { #expect(try seat.heard() == ["heartbeat"]) }
    }

    @Test("Who is sent away as the server stops hears of it first")
    func dismissed() throws {
        let seats = try crowd(of: 3)
        try floor.price("a", 1)
        floor.hub.dismiss(seats[2].watcher)
        #expect(try seats[2].heard() == ["a/1", "bye"])
    }

    @Test("More than a turn holds is told at once")
    func full() throws {
        let seats = try crowd(of: 5)
        try floor.price("a", 1)
        for seq: Int64 in 2...130 { try floor.price("a", seq) }
        #expect(try seats[4].heard().first == "a/1")
        floor.tellEverybody()
        #expect(try seats[0].heard() == (1...130).map { "a/\($0)" })
    }

    private func crowd(of count: Int) throws -> [Seat] {
        let seats = try (0..<count).map { _ in try floor.connect() }
        for seat in seats { try floor.watch("a", by: seat) }
        return seats
    }

    private func question() throws -> Question {
        Question(kind: .status, auction: try AuctionID("a"), id: try BidID("x"), ref: nil)
    }
}
