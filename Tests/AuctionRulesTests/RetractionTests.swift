import AuctionRules
import Testing

/// Taking one's own bids back: `never`, or as on eBay (rulebook, section 4).
@Suite struct RetractionTests {
    static let hour: Milliseconds = 3_600_000
    /// The lots here end after 24 hours; times are in hours from the beginning.
    private func room(_ policy: Terms.RetractionPolicy = .ebay) -> Saleroom {
        Saleroom(.lot(closes: at(24)) { $0.retraction = policy })
    }

    private func at(_ hours: Double, plus milliseconds: Int64 = 0) -> Instant {
        Instant(milliseconds: Int64(hours * Double(Self.hour)) + milliseconds)
    }

    @Test func `never is the default, and refuses`() {
        #expect(Terms.lot().retraction == .never)
        var room = room(.never)
        room.bid("A", 3000, id: "a")
        #expect(room.request("A", .retract("a")).code == "unsupported")
        #expect(room.board == "1000 A 1050")
    }

    @Test func `more than 12 hours before the end all of one's own bids go`() {
        var room = room()
        room.bid("A", 3000, id: "a1", at: at(1))
        room.bid("B", 2000, at: at(2))
        room.bid("A", 9000, id: "a2", at: at(3))
        #expect(room.request("A", .retract("a1"), at: at(12, plus: -1)).code == "retracted")
        #expect(room.lot.commitments.map(\.isVoided) == [true, false, true])
        #expect(room.board == "1000 B 1050")
    }

    @Test func `at 12 hours and less only the last one goes, within an hour of placing it`() {
        var room = room()
        room.bid("A", 3000, id: "a1", at: at(1))
        room.bid("B", 5000, at: at(2))
        room.bid("A", 9000, id: "a2", at: at(11.5))
        #expect(room.request("A", .retract("a1"), at: at(12)).code == "unsupported")
        #expect(room.request("A", .retract("a2"), at: at(12)).code == "retracted")
        #expect(room.board == "3100 B 3200")
        #expect(room.lot.commitments.map(\.isVoided) == [false, false, true])
    }

    @Test func `an hour after placing is in time, a millisecond later is not`() {
        for (late, code) in [(0, "retracted"), (1, "unsupported")] as [(Int64, String)] {
            var room = room()
            room.bid("A", 3000, id: "a", at: at(20))
            #expect(room.request("A", .retract("a"), at: at(21, plus: late)).code == code)
        }
    }

    @Test func `the last one is the last that still stands`() {
        var room = room()
        room.bid("A", 3000, id: "a1", at: at(20))
        room.bid("A", 4000, id: "a2", at: at(20))
        #expect(room.request("A", .retract("a2"), at: at(20)).code == "retracted")
        #expect(room.request("A", .retract("a1"), at: at(20)).code == "retracted")
        #expect(room.board == "- - 1000")
    }

    @Test func `a lot without an end always has more than 12 hours left`() {
        var room = Saleroom(.lot { $0.retraction = .ebay })
        room.bid("A", 3000, id: "a1", at: at(1))
        room.bid("A", 4000, id: "a2", at: at(500))
        room.request("A", .retract("a1"), at: at(1000))
        #expect(room.lot.commitments.allSatisfy { $0.isVoided })
    }

    @Test func `an extension counts: what is left is what is left now`() {
        var room = room()
        room.bid("A", 3000, id: "a1", at: at(1))
        room.bid("A", 4000, id: "a2", at: at(1))
        room.order(.extend(.by(10 * Self.hour), reason: nil), at: at(2))
        #expect(room.request("A", .retract("a1"), at: at(21)).code == "retracted")
        #expect(room.lot.commitments.allSatisfy { $0.isVoided })
    }

    @Test func `somebody else's bid and a refused one can't be taken back`() {
        var room = room()
        room.bid("A", 3000, id: "a")
        room.bid("B", 1, id: "low")
        #expect(room.request("B", .retract("a")).code == "unsupported")
        #expect(room.request("B", .retract("low")).code == "unsupported")
        #expect(room.request("B", .retract("nothing")).code == "unsupported")
    }

    @Test func `a retraction needs an open lot and a bidder in good standing`() {
        var room = room()
        room.bid("A", 3000, id: "a")
        room.perform(.suspendBidder("A", reason: nil))
        #expect(room.request("A", .retract("a")).code == "suspended")
        room.perform(.reinstateBidder("A"))
        room.order(.pause(reason: nil))
        #expect(room.request("A", .retract("a")).code == "paused")
        room.order(.resume)
        #expect(room.request("A", .retract("a"), at: at(24)).code == "closed")
    }

    @Test func `the price follows the closed form, the end stays`() {
        var room = Saleroom(
            .lot(closes: at(24)) {
                $0.retraction = .ebay
                $0.softClose = .single(window: 2 * Self.hour, .add, Self.hour)
            })
        room.bid("A", 9000, at: at(1))
        room.bid("B", 5000, id: "b", at: at(23))
        #expect(room.state.endsAt == at(25))
        let outcome = room.request("B", .retract("b"), at: at(23))
        #expect(room.board == "1000 A 1050")
        #expect(room.state.endsAt == at(25))
        #expect(outcome.reply?.verdict == .retracted(seq: room.state.seq))
    }

    @Test func `taking back what is void already changes nothing`() {
        var room = room()
        room.bid("A", 3000, id: "a", at: at(1))
        room.bid("B", 2000, at: at(1))
        room.void("a")
        let before = room.state
        let outcome = room.request("A", .retract("a"), at: at(2))
        #expect(outcome.code == "retracted")
        #expect(room.state == before)
        #expect(outcome.notices.isEmpty)
    }

    @Test func `a retracted raise was never public, and is taken back in silence`() {
        var room = room()
        room.bid("A", 3000, id: "a1", at: at(20))
        room.bid("A", 9000, id: "a2", at: at(20))
        let before = room.state
        #expect(room.request("A", .retract("a2"), at: at(20)).code == "retracted")
        #expect(room.state == before)
        #expect(room.lot.leaderMax == 3000)
    }
}
