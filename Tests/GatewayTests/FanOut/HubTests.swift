import AuctionRules
import BidService
import NIOCore
import NIOEmbedded
import Testing
import WireProtocol

@testable import Gateway

@Suite("One event loop's watchers")
struct HubTests {
    let floor = Floor()

    // MARK: - Who gets what

    @Test("A change goes to those who watch its lot or its sale, once each, and to nobody else")
    func audience() throws {
        let (lot, sale, both, other) = (
            try floor.connect(), try floor.connect(), try floor.connect(), try floor.connect()
        )
        try floor.watch("a", by: lot)
        try floor.watch(sale: "s", by: sale)
        try floor.watch("a", by: both)
        try floor.watch(sale: "s", by: both)
        try floor.watch("b", by: other)
        try floor.price("a", 1, sale: "s")
        #expect(try lot.heard() == ["a/1"])
        #expect(try sale.heard() == ["a/1"])
        #expect(try both.heard() == ["a/1"])
        #expect(try other.heard() == [])
    }

    @Test("Who leaves a lot hears no more of it, whichever of its watchers leaves")
    func unwatching() throws {
        let seats = try (0..<5).map { _ in try floor.connect() }
        for seat in seats { try floor.watch("a", by: seat) }
        for (turn, gone) in [1, 4, 0, 3, 2].enumerated() {
            floor.hub.unwatch(try AuctionID("a"), by: seats[gone].watcher)
            try floor.price("a", Int64(turn + 1))
            let left = try seats.filter { try !$0.heard().isEmpty }.count
            #expect(left == 4 - turn)
        }
    }

    @Test(
        "What a snapshot has told is not told again, nor after the lot was left and its sale stays")
    func toldOnce() throws {
        let seat = try floor.connect()
        try floor.watch(sale: "s", by: seat)
        try floor.watch("a", by: seat, seq: 5, version: 5)
        floor.hub.unwatch(try AuctionID("a"), by: seat.watcher)
        for seq: Int64 in 4...7 { try floor.price("a", seq, sale: "s") }
        #expect(try seat.heard() == ["a/6", "a/7"])
    }

    @Test("A sale's snapshot counts for whoever watches the lot by itself, too")
    func toldBySale() throws {
        let seat = try floor.connect()
        try floor.watch("a", by: seat, seq: 1, version: 1)
        try floor.watch(sale: "s", by: seat, lots: ["a", "b"])
        // Of the lot that it watches by itself it hears on; of the other one not before its snapshot.
        try floor.price("a", 2, sale: "s")
        try floor.price("b", 3, sale: "s")
        #expect(try seat.heard() == ["a/2"])
        for id in ["a", "b"] {
            floor.hub.tell(
                of: try AuctionID(id), in: try SaleID("s"), to: seat.watcher,
                head: LotHead(seq: 5, endsAt: nil), version: 5)
        }
        floor.hub.unwatch(sale: try SaleID("s"), by: seat.watcher)
        for seq: Int64 in 4...6 { try floor.price("a", seq, sale: "s") }
        #expect(try seat.heard() == ["a/6"])
    }

    @Test("Private words go to every connection of the bidder and to no other")
    func notices() throws {
        let (ann, annToo, ben) = (
            try floor.connect("ann"), try floor.connect("ann"), try floor.connect("ben")
        )
        floor.hub.deliver([.notice(try BidderID("ann"), .plain("x/1"))])
        #expect(try ann.heard() == ["x/1"])
        #expect(try annToo.heard() == ["x/1"])
        #expect(try ben.heard() == [])
        floor.hub.identify(ann.watcher, as: try BidderID("ben"))
        floor.hub.deliver([.notice(try BidderID("ann"), .plain("x/2"))])
        #expect(try ann.heard() == [])
    }

    @Test("An answer to a connection that is gone goes nowhere")
    func answerToNobody() throws {
        let (gone, here) = (try floor.connect(), try floor.connect())
        floor.hub.remove(gone.watcher)
        let question = Question(
            kind: .status, auction: try AuctionID("a"), id: try BidID("x"), ref: nil)
        floor.hub.deliver([
            floor.answer(.notSeen, to: question, of: gone.watcher),
            floor.answer(.notSeen, to: question, of: here.watcher),
        ])
        #expect(try gone.heard() == [])
        #expect(try here.heard() == ["error"])
    }

    @Test("A connection that has gone is let go of, with all that it watched")
    func letsGo() throws {
        weak var watcher: Watcher?
        do {
            let seat = try floor.connect("ann")
            watcher = seat.watcher
            try floor.watch("a", by: seat)
            try floor.watch(sale: "s", by: seat, lots: ["b"])
            try floor.price("a", 1, sale: "s")
            floor.hub.remove(seat.watcher)
        }
        #expect(watcher == nil)
        #expect(floor.hub.connectionCount == 0)
        #expect(floor.hub.topicCount == 0)
    }

    @Test("A connection that breaks in the middle of a broadcast leaves the others alone")
    func breaksMeanwhile() throws {
        var limits = GatewayLimits.generous
        limits.outboundBytesMax = 10
        let floor = Floor(limits: limits)
        let seats = try (0..<3).map { _ in try floor.connect() }
        for seat in seats {
            try floor.watch("a", by: seat)
            try floor.watch(sale: "s", by: seat)
            seat.onInactive { floor.hub.remove(seat.watcher) }
        }
        seats[1].channel.isWritable = false
        try floor.price("a", 1, 2, 3, 4, 5, 6, sale: "s")
        #expect(!seats[1].channel.isActive)
        #expect(floor.hub.connectionCount == 2)
        for seat in [seats[0], seats[2]] { #expect(try seat.heard().count == 6) }
    }

    // MARK: - Slow connections

    @Test("A slow watcher of the latest feed gets the newest price of each lot, and no older one")
    func conflation() throws {
        let seat = try floor.connect()
        try floor.watch("a", by: seat, feed: .latest)
        try floor.watch("b", by: seat, feed: .latest)
        seat.isWritable(false)
        for seq: Int64 in 1...3 {
            try floor.price("a", seq)
            try floor.price("b", seq)
        }
        #expect(try seat.heard() == [])
        seat.isWritable(true)
        #expect(try seat.heard() == ["a/3", "b/3"])
        #expect(seat.watcher.skipped == 4)
        try floor.price("a", 4)
        #expect(try seat.heard() == ["a/4"])
    }

    @Test("A status is never skipped, and takes the place of the price that was kept back")
    func statusReplacesPrice() throws {
        let seat = try floor.connect()
        try floor.watch("a", by: seat, feed: .latest)
        seat.isWritable(false)
        try floor.price("a", 1)
        try floor.words("a", "words", version: 1)
        try floor.price("a", 2)
        try floor.status("a", 3)
        try floor.status("a", 4)
        seat.isWritable(true)
        #expect(try seat.heard() == ["words", "a/3", "a/4"])
    }

    @Test("A slow watcher of the full feed gets every change")
    func fullFeed() throws {
        let seat = try floor.connect()
        try floor.watch("a", by: seat, feed: .full)
        seat.isWritable(false)
        for seq: Int64 in 1...5 { try floor.price("a", seq) }
        seat.isWritable(true)
        #expect(try seat.heard() == (1...5).map { "a/\($0)" })
    }

    @Test("Of a lot that is watched by itself and with its sale the fuller feed counts")
    func fullerFeed() throws {
        let seat = try floor.connect()
        try floor.watch(sale: "s", by: seat, feed: .full)
        try floor.watch("a", by: seat, feed: .latest)
        seat.isWritable(false)
        for seq: Int64 in 1...3 { try floor.price("a", seq, sale: "s") }
        seat.isWritable(true)
        #expect(try seat.heard() == ["a/1", "a/2", "a/3"])
    }

    @Test("A price that was kept back does not come after its lot was left, or was told anew")
    func keptBackTooLong() throws {
        let (leaving, renewing, sale) = (
            try floor.connect(), try floor.connect(), try floor.connect()
        )
        try floor.watch("a", by: leaving, feed: .latest)
        try floor.watch("a", by: renewing, feed: .latest)
        try floor.watch(sale: "s", by: sale, feed: .latest)
        for seat in [leaving, renewing, sale] { seat.isWritable(false) }
        try floor.price("a", 1, sale: "s")
        floor.hub.unwatch(try AuctionID("a"), by: leaving.watcher)
        try floor.watch("a", by: renewing, feed: .full, seq: 1, version: 1)
        floor.hub.unwatch(sale: try SaleID("s"), by: sale.watcher)
        for seat in [leaving, renewing, sale] {
            seat.isWritable(true)
            #expect(try seat.heard() == [])
        }
    }

    @Test("A connection that takes nothing for ten seconds is closed, one that recovers is not")
    func stalls() throws {
        let (stuck, slow) = (try floor.connect(), try floor.connect())
        stuck.isWritable(false)
        slow.isWritable(false)
        floor.seconds(10)
        #expect(stuck.closeCode == nil)
        slow.isWritable(true)
        slow.isWritable(false)
        floor.seconds(1)
        #expect(stuck.closeCode == .tooSlow)
        #expect(try stuck.heard() == ["bye"])
        #expect(slow.closeCode == nil)
        #expect(floor.statistics.slowClosed.value == 1)
    }

    // MARK: - Once a second

    @Test("A heartbeat every 15 seconds says what has changed since the last one")
    func heartbeats() throws {
        let seat = try floor.connect()
        try floor.watch("a", by: seat, seq: 3, version: 3)
        try floor.watch("b", by: seat, seq: 7, version: 3)
        floor.seconds(14)
        #expect(try seat.heard() == [])
        floor.seconds(1)
        #expect(try seat.heads() == [["a": 3, "b": 7]])
        try floor.price("b", 8)
        _ = try seat.heard()
        floor.seconds(15)
        // "a" was there in the last one.
        #expect(try seat.heads() == [["b": 8]])
        floor.hub.heard(from: seat.watcher)
        floor.seconds(15)
        #expect(try seat.heads() == [[:]])
    }

    @Test("In a lot's last minute there is a heartbeat every second")
    func lastMinute() throws {
        let (lot, sale, other) = (try floor.connect(), try floor.connect(), try floor.connect())
        try floor.watch("a", by: lot, seq: 1, version: 1, endsIn: 63_000)
        try floor.watch(sale: "s", by: sale)
        try floor.watch("b", by: other)
        try floor.price("a", 2, sale: "s", endsIn: 63_000)
        for seat in [lot, sale, other] { _ = try seat.heard() }
        floor.seconds(2)
        for seat in [lot, sale, other] { #expect(try seat.heard() == []) }
        floor.seconds(3)
        #expect(try lot.heads().count == 3)
        #expect(try sale.heads().count == 3)
        #expect(try other.heard() == [])
        // Closed: no end, and no more hurry.
        try floor.status("a", 3, sale: "s")
        _ = try lot.heard()
        floor.seconds(3)
        #expect(try lot.heard() == [])
    }

    @Test("A quiet connection is pinged after 25 seconds and closed 10 seconds later")
    func pings() throws {
        let (quiet, alive) = (try floor.connect(), try floor.connect())
        floor.seconds(24)
        #expect(try !quiet.heard().contains("ping"))
        floor.hub.heard(from: alive.watcher)
        floor.seconds(1)
        #expect(try quiet.heard() == ["ping"])
        #expect(try !alive.heard().contains("ping"))
        floor.seconds(9)
        #expect(quiet.closeCode == nil)
        floor.seconds(1)
        #expect(quiet.closeCode == .noPong)
        #expect(try quiet.heard().last == "bye")
        #expect(alive.closeCode == nil)
    }

    @Test("A pong keeps a connection open")
    func pong() throws {
        let seat = try floor.connect()
        for _ in 0..<5 {
            floor.seconds(25)
            #expect(try seat.heard().contains("ping"))
            floor.hub.heard(from: seat.watcher)
        }
        #expect(seat.closeCode == nil)
    }

    @Test("A connection whose token expires is told so and closed; others go on")
    func expiry() throws {
        let (brief, lasting) = (try floor.connect(), try floor.connect())
        let ann = try BidderID("ann")
        floor.hub.identify(
            brief.watcher, as: ann, expiresAt: floor.clock.now().advanced(by: 3000))
        floor.hub.identify(lasting.watcher, as: ann)
        floor.seconds(2)
        #expect(brief.closeCode == nil)
        floor.seconds(1)
        #expect(brief.closeCode == .tokenExpired)
        #expect(try brief.heard() == ["bye"])
        #expect(lasting.closeCode == nil)
    }

    // MARK: - The end

    @Test("A revoked token and a suspended bidder lose their connections, with their codes")
    func revocations() throws {
        let hash = try #require(TokenHash(hex: String(repeating: "ab", count: 32)))
        let (revoked, suspended, other) = (
            try floor.connect(), try floor.connect("ben"), try floor.connect("carl")
        )
        floor.hub.identify(revoked.watcher, as: try BidderID("ann"), by: .token(hash))
        floor.hub.deliver([.revoked(.token(hash)), .revoked(.bidder(try BidderID("ben")))])
        #expect(revoked.closeCode == .revoked)
        #expect(suspended.closeCode == .suspended)
        #expect(other.closeCode == nil)
    }

    @Test("A server that stops answers first what was asked, and takes no new question")
    func dismissal() throws {
        let (asking, silent, hanging) = (
            try floor.connect(), try floor.connect(), try floor.connect()
        )
        #expect(asking.watcher.mayAsk())
        #expect(asking.watcher.mayAsk())
        #expect(hanging.watcher.mayAsk())
        for seat in [asking, silent, hanging] { floor.hub.dismiss(seat.watcher) }
        #expect(silent.closeCode == .goingAway)
        #expect(try silent.heard() == ["bye"])
        #expect(!asking.watcher.mayAsk())
        let question = Question(
            kind: .status, auction: try AuctionID("a"), id: try BidID("x"), ref: nil)
        let answer = floor.answer(.notSeen, to: question, of: asking.watcher)
        floor.hub.deliver([answer])
        #expect(asking.closeCode == nil)
        floor.hub.deliver([answer])
        #expect(asking.closeCode == .goingAway)
        #expect(try asking.heard() == ["error", "error", "bye"])
        // An answer that does not come holds nothing up.
        #expect(hanging.closeCode == nil)
        floor.seconds(2)
        #expect(hanging.closeCode == .goingAway)
    }
}

extension Seat {
    /// The heads of the heartbeats that came.
    func heads() throws -> [[String: Int64]] {
        try messages().compactMap { message in
            guard case .heartbeat(let beat) = message else { return nil }
            return Dictionary(uniqueKeysWithValues: beat.heads.map { ($0.auction.text, $0.seq) })
        }
    }
}
