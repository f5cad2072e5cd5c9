import AuctionRules
import NIOCore
import Synchronization
import Testing
import WireProtocol

@testable import Gateway

@Suite("A message to many is encoded once")
struct SharedMessageTests {
    /// How often each form has been made.
    private final class Count: Sendable {
        private let made = Mutex<[WireForm: Int]>([:])

        var byForm: [WireForm: Int] { made.withLock { $0 } }

        func message() -> SharedMessage {
            SharedMessage { form, _ in
                self.made.withLock { $0[form, default: 0] += 1 }
                return ByteBuffer(string: "a/1")
            }
        }
    }

    @Test("A thousand watchers of one form cause one encoding, on the lot and on its sale")
    func thousandWatchers() throws {
        let floor = Floor()
        let seats = try (0..<1000).map { _ in try floor.connect() }
        for (number, seat) in seats.enumerated() {
            if number.isMultiple(of: 2) {
                try floor.watch("a", by: seat)
            } else {
                try floor.watch(sale: "s", by: seat)
            }
        }
        let count = Count()
        floor.hub.deliver([.broadcast(try broadcast(count.message()))])
        #expect(count.byForm == [WireForm(): 1])
        for seat in seats { #expect(try seat.heard() == ["a/1"]) }
    }

    @Test("Each form is encoded once, and each watcher gets its own")
    func twoForms() throws {
        let floor = Floor()
        let forms = [WireForm(.json), WireForm(.protobuf)]
        let seats = try (0..<1000).map { try floor.connect(in: forms[$0 % 2]) }
        for seat in seats { try floor.watch("a", by: seat) }
        let count = Count()
        floor.hub.deliver([.broadcast(try broadcast(count.message()))])
        #expect(count.byForm == [forms[0]: 1, forms[1]: 1])
        for seat in seats { #expect(try seat.heard() == ["a/1"]) }
        floor.hub.deliver([
            .broadcast(try broadcast(SharedMessage(.watching(.init(try SaleID("s"))))))
        ])
        for seat in seats { #expect(try seat.heard() == ["watching"]) }
    }

    @Test("Heartbeats come in the watcher's form")
    func heartbeats() throws {
        let floor = Floor()
        let seats = try WireEncoding.allCases.map { try floor.connect(in: WireForm($0)) }
        for seat in seats { try floor.watch("a", by: seat, seq: 3, version: 3) }
        floor.seconds(15)
        for seat in seats { #expect(try seat.heads() == [["a": 3]]) }
    }

    @Test("Nobody watches, nothing is encoded")
    func nobody() throws {
        let floor = Floor()
        let count = Count()
        floor.hub.deliver([
            .broadcast(try broadcast(count.message())),
            .notice(try BidderID("ann"), count.message()),
        ])
        #expect(count.byForm == [:])
    }

    @Test("All of a bidder's connections get the bytes of one encoding")
    func notices() throws {
        let floor = Floor()
        let seats = try (0..<5).map { _ in try floor.connect("ann") }
        let count = Count()
        floor.hub.deliver([.notice(try BidderID("ann"), count.message())])
        #expect(count.byForm == [WireForm(): 1])
        for seat in seats { #expect(try seat.heard() == ["a/1"]) }
    }

    @Test("A price that was kept back is encoded when it goes out, with all others of its form")
    func keptBack() throws {
        let floor = Floor()
        let seats = try (0..<3).map { _ in try floor.connect() }
        for seat in seats {
            try floor.watch("a", by: seat, feed: .latest)
            seat.isWritable(false)
        }
        let count = Count()
        floor.hub.deliver([.broadcast(try broadcast(count.message(), .price))])
        #expect(count.byForm == [:])
        for seat in seats {
            seat.isWritable(true)
            #expect(try seat.heard() == ["a/1"])
        }
        #expect(count.byForm == [WireForm(): 1])
    }

    @Test("Event loops that come at the same time share one encoding")
    func manyLoops() async {
        let count = Count()
        let message = count.message()
        await withTaskGroup { group in
            for _ in 0..<64 {
                group.addTask { _ = message.frame(in: WireForm(), with: Deflater(bytesMin: 512)) }
            }
        }
        #expect(count.byForm == [WireForm(): 1])
    }

    private func broadcast(
        _ message: SharedMessage, _ kind: Broadcast.Kind = .important
    ) throws -> Broadcast {
        Broadcast(
            kind: kind, auction: try AuctionID("a"), sale: try SaleID("s"),
            head: LotHead(seq: 1, endsAt: nil), version: 1, message: message)
    }
}
