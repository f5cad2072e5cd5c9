import AuctionRules
import Testing

/// The order of the checks (rulebook, section 2): the first one that applies is the answer.
@Suite struct AdmissionOrderTests {
    /// A bid on its way through the checks, and the house that it meets.
    struct Attempt {
        var room: Saleroom
        var bidder: BidderID = "S"
        var id: BidID = "taken"
        var currency = "EUR"
        var amount: Amount = 700
        var isConfirmed = false
        var lot: AuctionID = "lot"

        mutating func make() -> String {
            let action = BidAction.bid(.max, amount: amount, currency: currency)
            let outcome = room.request(
                bidder, action, id: id, confirm: isConfirmed, on: lot)
            // A refusal that is stored would answer the next line: every line has an id of its own.
            if id != "taken" { id = BidID(stringLiteral: "line-\(room.log.count)") }
            return outcome.code
        }
    }

    struct Line: Sendable {
        let code: String
        let fix: @Sendable (inout Attempt) -> Void
    }

    /// By descending precedence: what each line mends lets the next check speak.
    static let lines: [Line] = [
        Line(code: "wrong_currency") { _ in },
        Line(code: "idempotency_conflict") { $0.currency = "USD" },
        Line(code: "not_open") { $0.id = "fresh" },
        Line(code: "paused") {
            $0.room.order(.open)
            $0.room.order(.pause(reason: nil))
        },
        Line(code: "not_registered") { $0.room.order(.resume) },
        Line(code: "not_approved") { $0.register("S", isApproved: false) },
        Line(code: "suspended") { $0.register("S", isApproved: true) },
        Line(code: "self_bidding") { $0.room.perform(.reinstateBidder("S")) },
        Line(code: "limit_exceeded") { $0.bidder = "limited" },
        Line(code: "too_low") { $0.bidder = "B" },
        Line(code: "off_ladder") { $0.amount = 2_000_001 },
        Line(code: "confirm_required") { $0.amount = 2_000_000 },
        Line(code: "accepted") { $0.isConfirmed = true },
    ]

    @Test func `a bid that violates everything is told one thing at a time`() {
        var attempt = Attempt(room: Self.strictRoom)
        for line in Self.lines {
            line.fix(&attempt)
            #expect(attempt.make() == line.code)
        }
    }

    /// A scheduled lot of the seller S, in a sale that needs approval; S is suspended and limited.
    static var strictRoom: Saleroom {
        var room = Saleroom(bidders: ["B"])
        let limit = Limit(amount: 500, currency: .usd)
        room.perform(.addBidder(Bidder(id: "S", bidLimit: limit)))
        room.perform(.addBidder(Bidder(id: "limited", bidLimit: limit)))
        room.perform(.createSale(Sale(id: "sale", title: "Sale", requiresApproval: true)))
        for bidder: BidderID in ["B", "limited"] {
            room.perform(
                .register(Registration(sale: "sale", bidder: bidder, isApproved: true)))
        }
        let terms = Terms.lot {
            $0.sale = "sale"
            $0.seller = "S"
            $0.opensAt = 1000
            $0.ladderOnly = true
            $0.confirmAboveFactor = 3
        }
        room.perform(.createAuction("lot", terms))
        room.bid("S", 1, id: "taken")
        room.perform(.suspendBidder("S", reason: "unpaid"))
        return room
    }

    @Test func `a lot that is not there is unknown, whatever else is wrong`() {
        var attempt = Attempt(room: Self.strictRoom)
        attempt.lot = "elsewhere"
        #expect(attempt.make() == "unknown_auction")
    }

    @Test func `the phase is asked before the bidder`() {
        let phases: [(AuctionCommand, String)] = [
            (.pause(reason: nil), "paused"),
            (.close(reason: nil), "closed"),
            (.cancel(reason: "withdrawn"), "cancelled"),
        ]
        for (command, code) in phases {
            var room = Saleroom(.lot())
            room.order(command)
            #expect(room.bid("nobody", 1).code == code)
        }
    }

    @Test func `a leader's faults are asked before the ladder and the fat finger`() {
        var room = Saleroom(
            .lot {
                $0.ladderOnly = true
                $0.confirmAboveFactor = 1
            })
        room.bid("A", 1000)
        #expect(room.bid("A", 9_999_999, .exact).code == "already_leading")
        #expect(room.bid("A", 1000).code == "max_not_higher")
        #expect(room.bid("A", 999).code == "max_not_higher")
        #expect(room.bid("A", 9_999_999).code == "off_ladder")
    }

    @Test func `too_low tells the minimum and nothing else`() {
        var room = Saleroom(.lot())
        room.bid("A", 5000)
        let outcome = room.bid("B", 1049)
        #expect(outcome.refusal == .tooLow(minimum: 1050))
        #expect(outcome.refusal?.minimum == 1050)
        #expect(outcome.refusal?.lateBy == nil)
    }

    @Test func `closed tells by how much the bid was late`() {
        var room = Saleroom(.lot(closes: 5000))
        #expect(room.bid("A", 1000, at: 5250).refusal == .closed(lateBy: 250))
        #expect(room.bid("B", 1000, at: 5300).refusal == .closed(lateBy: 300))
    }

    @Test func `off_ladder takes the start and its rungs only`() {
        var room = Saleroom(.lot { $0.ladderOnly = true })
        #expect(room.bid("A", 1010).code == "off_ladder")
        #expect(room.bid("A", 1100).code == "accepted")
        #expect(room.bid("B", 1075, .exact).code == "off_ladder")
        #expect(room.bid("B", 2500, .exact).code == "accepted")
        #expect(room.bid("C", 2650).code == "off_ladder")
        #expect(room.bid("C", 2700).code == "accepted")
    }

    @Test func `more than k times the minimum asks for confirmation, k times does not`() {
        var room = Saleroom(.lot { $0.confirmAboveFactor = 4 })
        #expect(room.bid("A", 4001).refusal == .confirmRequired(minimum: 1000))
        #expect(room.bid("A", 4000).code == "accepted")
        #expect(room.bid("A", 4201).refusal == .confirmRequired(minimum: 1050))
    }

    @Test func `a question for confirmation is not stored: the same id passes with it`() {
        var room = Saleroom(.lot { $0.confirmAboveFactor = 2 })
        let before = room.house
        #expect(room.bid("A", 9000, id: "k").code == "confirm_required")
        #expect(room.house == before)
        #expect(room.bid("A", 9000, id: "k", confirm: true).code == "accepted")
        #expect(room.bid("A", 9000, id: "k").code == "accepted")
    }

    @Test func `seller, consignor and related parties may not bid, nor buy`() {
        var room = Saleroom(
            .lot {
                $0.seller = "A"
                $0.relatedParties = ["B", "C"]
                $0.buyNow = .init(price: 5000)
            })
        for party: BidderID in ["A", "B", "C"] {
            #expect(room.bid(party, 1000).code == "self_bidding")
            #expect(room.request(party, .buy).code == "self_bidding")
        }
        #expect(room.bid("D", 1000).code == "accepted")
    }

    @Test func `a refusal changes nothing public`() {
        var attempt = Attempt(room: Self.strictRoom)
        attempt.room.order(.open)
        let before = attempt.room.state
        attempt.currency = "USD"
        attempt.id = "fresh"
        for bidder: BidderID in ["S", "limited", "B", "nobody"] {
            attempt.bidder = bidder
            #expect(attempt.make() != "accepted")
            #expect(attempt.room.state == before)
        }
    }
}

extension AdmissionOrderTests.Attempt {
    mutating func register(_ bidder: BidderID, isApproved: Bool) {
        room.perform(
            .register(Registration(sale: "sale", bidder: bidder, isApproved: isApproved)))
    }
}
