import AuctionRules
import BidService
import Testing
import WireProtocol

@testable import Gateway

@Suite("What the connections of an event loop want to hear of")
struct InterestTests {
    private let floor = Floor()

    private func covers(_ lot: String, in sale: String? = nil) throws -> Bool {
        floor.hub.interest.covers(
            .announcement(
                try AuctionID(lot), sale: try sale.map { try SaleID($0) }, text: "Last call",
                at: Saleroom.noon))
    }

    @Test("Nothing of a lot comes to a loop where nobody watches it, nor its sale")
    func lots() throws {
        let seat = try floor.connect()
        #expect(try !covers("lot"))
        try floor.watch("lot", by: seat)
        try floor.watch(sale: "sale", by: seat)
        #expect(try covers("lot"))
        #expect(try covers("other", in: "sale"))
        #expect(try !covers("other"))
        #expect(try !covers("other", in: "another"))
    }

    @Test("Whoever is about to watch is thought of, and forgotten when nobody has come of it")
    func expected() throws {
        floor.hub.expect(.auction(try AuctionID("lot")))
        floor.hub.expect(.sale(try SaleID("sale")))
        #expect(try covers("lot"))
        #expect(try covers("other", in: "sale"))
        floor.hub.second()
        #expect(try !covers("lot"))
        #expect(try !covers("other", in: "sale"))
    }

    @Test("The last who watches is forgotten within a second, in every way to end it")
    func last() throws {
        let seats = try [floor.connect(), floor.connect()]
        for seat in seats {
            try floor.watch("lot", by: seat)
            try floor.watch(sale: "sale", by: seat)
        }
        floor.hub.unwatch(try AuctionID("lot"), by: seats[0].watcher)
        floor.hub.unwatch(sale: try SaleID("sale"), by: seats[0].watcher)
        floor.hub.second()
        #expect(try covers("lot"))
        #expect(try covers("other", in: "sale"))
        floor.hub.remove(seats[1].watcher)
        floor.hub.second()
        #expect(try !covers("lot"))
        #expect(try !covers("other", in: "sale"))
    }

    @Test("Who watches again after the last has gone is not forgotten with him")
    func again() throws {
        let seat = try floor.connect()
        try floor.watch("lot", by: seat)
        floor.hub.unwatch(try AuctionID("lot"), by: seat.watcher)
        try floor.watch("lot", by: seat)
        floor.hub.second()
        floor.hub.second()
        #expect(try covers("lot"))
    }

    @Test("A bidder's notices come to the loops of his connections")
    func notices() throws {
        let ann = try BidderID("ann")
        #expect(!floor.hub.interest.covers(ann))
        let seats = try [floor.connect("ann"), floor.connect("ann"), floor.connect("ben")]
        #expect(floor.hub.interest.covers(ann))
        floor.hub.remove(seats[0].watcher)
        #expect(floor.hub.interest.covers(ann))
        floor.hub.identify(seats[1].watcher, as: nil)
        #expect(!floor.hub.interest.covers(ann))
    }

    @Test(
        "A bidder is answered though nobody watches the lot, and a watcher hears of his own lot only"
    )
    func answers() async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot", "other"])
        let (ann, ben) = (
            try await gallery.connect(token: gallery.bidder("ann")),
            try await gallery.connect(token: gallery.bidder("ben"))
        )
        for caller in [ann, ben] { #expect(try await caller.next().name == "welcome") }
        _ = try await ben.ask(#"{"type":"watch","auction":"lot","feed":"full"}"#)
        // Nobody watches the one, and the answer comes all the same.
        for lot in ["other", "lot"] {
            try await ann.say(#"{"type":"bid","auction":"\#(lot)","id":"1","amount":5000}"#)
            #expect(try await ann.next().name == "bid_accepted")
        }
        #expect(try await ben.next().name == "price")
    }
}
