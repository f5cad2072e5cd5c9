import AuctionRules
import Testing

/// What a house may create, and what it is told to mend.
@Suite struct TermsTests {
    private func fault(
        _ format: Format = .english, closes: Instant? = 5000, _ change: (inout Terms) -> Void
    ) -> String? {
        do {
            try Terms.lot(format, closes: closes, change).validate()
            return nil
        } catch {
            return error.term
        }
    }

    @Test func `each term out of bounds is named`() {
        #expect(fault { $0.title = "" } == "title")
        #expect(fault { $0.title = "a\tb" } == "title")
        #expect(fault { $0.title = String(repeating: "x", count: 201) } == "title")
        #expect(fault { $0.buyNow = .init(price: 999) } == "buy_now")
        #expect(fault { $0.opensAt = -1 } == "opens_at")
        #expect(fault { $0.opensAt = Instant(milliseconds: .max) } == "opens_at")
        #expect(fault(closes: 0) { _ in } == "closes_at")
        #expect(fault(closes: Instant(milliseconds: .max)) { _ in } == "closes_at")
        #expect(fault { $0.resumeMin = -1 } == "resume_min")
        #expect(fault { $0.resumeMin = .max } == "resume_min")
        #expect(fault { $0.confirmAboveFactor = 0 } == "confirm_above_factor")
        #expect(
            fault {
                $0.softClose = .single(window: 1, .add, 1, hardEnd: 4999)
            } == "hard_end")
        #expect(
            fault {
                $0.relatedParties = Set((0...1000).map { BidderID(stringLiteral: "p\($0)") })
            } == "related_parties")
    }

    @Test func `the bounds themselves are fine`() {
        #expect(
            fault(closes: .latest) {
                $0.title = String(repeating: "é", count: 200)
                $0.start = .largest
                $0.reserve = .largest
                $0.buyNow = .init(price: .largest)
                $0.resumeMin = Instant.durationMax
                $0.confirmAboveFactor = .max
                $0.softClose = .single(window: 1, .add, 1, hardEnd: .latest)
            } == nil)
    }

    @Test func `a cap is not below the reserve`() {
        #expect(
            fault {
                $0.reserve = 5000
                $0.buyNow = .init(price: 4999)
            } == "buy_now")
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func `a sealed lot needs an end, and has no cap and no ladder`(format: Format) {
        #expect(fault(format) { _ in } == nil)
        #expect(fault(format, closes: nil) { _ in } == "closes_at")
        #expect(fault(format) { $0.buyNow = .init(price: 5000) } == "buy_now")
        #expect(fault(format) { $0.ladderOnly = true } == "ladder_only")
    }

    @Test func `an auction is created once, in a sale that exists`() {
        var room = Saleroom(.lot())
        let before = room.house
        #expect(room.perform(.createAuction("lot", .lot(start: 5))).code == "already_exists")
        let adrift = Terms.lot { $0.sale = "nowhere" }
        #expect(room.perform(.createAuction("other", adrift)).code == "unknown_sale")
        let faulty = Terms.lot { $0.title = "" }
        #expect(room.perform(.createAuction("other", faulty)).code == "invalid_terms")
        #expect(room.house == before)
    }

    @Test func `what is not there can't be administered`() {
        var room = Saleroom()
        #expect(room.order(.close(reason: nil)).code == "unknown_auction")
        #expect(room.perform(.suspendBidder("Z", reason: nil)).code == "unknown_bidder")
        #expect(room.perform(.reinstateBidder("Z")).code == "unknown_bidder")
        let registration = Registration(sale: "nowhere", bidder: "A", isApproved: true)
        #expect(room.perform(.register(registration)).code == "unknown_sale")
        #expect(room.perform(.addBidder(Bidder(id: "A"))).code == "already_exists")
        #expect(room.perform(.addBidder(Bidder(id: "Z", name: ""))).code == "invalid_terms")
        #expect(room.perform(.createSale(Sale(id: "s", title: ""))).code == "invalid_terms")
        let slow = Sale(id: "s", title: "Sale", stagger: -1)
        #expect(room.perform(.createSale(slow)).code == "invalid_terms")
    }

    @Test func `a suspension's reason is bounded as others are`() {
        var room = Saleroom()
        let before = room.house
        for reason in ["", String(repeating: "x", count: 501), "a\u{7}b"] {
            #expect(room.perform(.suspendBidder("A", reason: reason)).code == "reason_required")
        }
        #expect(room.house == before)
        let longest = String(repeating: "x", count: 500)
        #expect(room.perform(.suspendBidder("A", reason: longest)).code == "done")
    }

    @Test func `suspending twice is one suspension`() {
        var room = Saleroom()
        room.perform(.suspendBidder("A", reason: nil))
        let before = room.house
        #expect(room.perform(.suspendBidder("A", reason: "again")).code == "done")
        #expect(room.house == before)
    }

    @Test func `all of several commands are done, or none`() {
        var room = Saleroom()
        let before = room.house
        let lots: [(AuctionID, Terms)] = [
            ("one", .lot()), ("two", .lot { $0.title = "" }), ("one", .lot()), ("three", .lot()),
        ]
        let commands = lots.map { Command.createAuction($0.0, $0.1) }
        guard case .declinedAll(let objections) = room.perform(.all(commands)).answer else {
            Issue.record("Two of them are at fault")
            return
        }
        #expect(objections.mapValues(\.kind) == [1: .invalidTerms, 2: .alreadyExists])
        #expect(room.house == before)
        #expect(room.perform(.all([commands[0], commands[3]])).code == "done")
        #expect(room.house.auctions.count == 2)
    }

    @Test func `an announcement is said and changes nothing`() {
        var room = Saleroom(.lot())
        let before = room.state
        #expect(room.order(.announce(text: "Five minutes to go.")).kinds == ["auction_announced"])
        #expect(room.order(.announce(text: "")).code == "reason_required")
        #expect(room.state == before)
    }
}
