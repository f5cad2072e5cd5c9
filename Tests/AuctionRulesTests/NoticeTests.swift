import AuctionRules
import Testing

/// What one bidder is told, and nobody else.
@Suite struct NoticeTests {
    private func room(_ change: (inout Terms) -> Void = { _ in }) -> Saleroom {
        Saleroom(.lot(closes: 10_000) { change(&$0) })
    }

    /// Who is told what, in order.
    private func told(_ outcome: Saleroom.Outcome) -> [String] {
        outcome.notices.map { notice in
            let what =
                switch notice.content {
                case .outbid(let ownMax): "outbid \(ownMax?.description ?? "-")"
                case .won(let due): "won \(due)"
                case .lost: "lost"
                case .voided(let reason): "voided: \(reason)"
                case .belowRefusedOffer: "below refused offer"
                }
            return "\(notice.bidder) \(what)"
        }
    }

    @Test func `the displaced leader is told, with his own max`() {
        var room = room()
        #expect(told(room.bid("A", 3000)) == [])
        #expect(told(room.bid("B", 5000)) == ["A outbid 3000"])
        #expect(told(room.bid("C", 9000)) == ["B outbid 5000"])
    }

    @Test func `a bidder whom the leader's max outbids at once is told`() {
        var room = room()
        room.bid("A", 5000)
        let outcome = room.bid("B", 3000)
        #expect(told(outcome) == ["B outbid 3000"])
        #expect(outcome.acceptance?.isLeading == false)
        #expect(outcome.notices.first?.shows(room.state) == true)
        #expect(told(room.bid("B", 5000)) == ["B outbid 5000"])
    }

    @Test func `leading and outbid at once have one shape of reply`() throws {
        var room = room()
        let leading = try #require(room.bid("A", 5000).acceptance)
        let outbid = try #require(room.bid("B", 3000).acceptance)
        #expect(leading.isLeading == true && outbid.isLeading == false)
        #expect(leading.ownMax == 5000 && outbid.ownMax == 3000)
        #expect(outbid.price == 3100 && outbid.minimum == 3200)
        #expect(outbid.seq == leading.seq + 1)
    }

    @Test func `a raise, a refusal and a repeat are told to nobody else`() {
        var room = room()
        room.bid("A", 5000, id: "k")
        #expect(told(room.bid("A", 9000)) == [])
        #expect(told(room.bid("B", 1)) == [])
        #expect(told(room.bid("A", 5000, id: "k")) == [])
    }

    @Test func `at the close everybody with a standing bid has won or lost`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("B", 9000)
        room.bid("C", 4000, id: "c")
        room.bid("D", 1)
        room.void("c")
        let close = room.order(.advanceClock, at: 10_000)
        #expect(told(close) == ["A lost", "B won 3100"])
    }

    @Test func `an unsold lot was won by nobody`() {
        var room = room { $0.reserve = 9000 }
        room.bid("A", 3000)
        room.bid("B", 5000)
        #expect(told(room.order(.close(reason: nil))) == ["A lost", "B lost"])
    }

    @Test func `a buy tells the leader that he is outbid, and then that he lost`() {
        var room = room { $0.buyNow = .init(price: 9000, availability: .always) }
        room.bid("A", 3000)
        #expect(told(room.request("B", .buy)) == ["A outbid 3000", "A lost", "B won 9000"])
    }

    @Test func `Vickrey's winner is told what is due, not what was bid`() {
        var room = Saleroom(.lot(.vickrey, closes: 10_000))
        room.bid("A", 3000)
        room.bid("B", 9000)
        let close = room.order(.advanceClock, at: 10_000)
        #expect(told(close) == ["A lost", "B won 3000"])
    }

    @Test func `a voided bid's bidder is told why; one's own retraction is no news`() {
        var room = room { $0.retraction = .ebay }
        room.bid("A", 3000, id: "a")
        room.bid("B", 2000, id: "b")
        #expect(told(room.void("b")) == ["B voided: a test"])
        #expect(told(room.request("A", .retract("a"))) == [])
    }

    @Test func `after a void a refused bidder hears that the lot is below his offer again`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("B", 9000, id: "b")
        #expect(room.board == "3100 B 3200")
        room.bid("C", 2000)
        room.bid("C", 3150)
        room.bid("D", 1049)
        room.bid("E", 1050)
        #expect(
            told(room.void("b"))
                == ["B voided: a test", "C below refused offer", "E below refused offer"])
        // Never revived: it is for the bidder to bid again.
        #expect(room.board == "1000 A 1050")
        #expect(room.lot.commitments.count == 2)
    }

    @Test func `so does one who was too late at an ask that an undo brings back`() {
        var room = Saleroom(.lot(.live, start: 1000))
        room.order(.ask(nil))
        func bid(_ bidder: BidderID, _ amount: Amount, seen: Int64) -> String {
            room.request(bidder, .bidAtAsk(.max, amount: amount, askSeq: seen)).code
        }
        #expect(bid("A", 1000, seen: 1) == "accepted")
        // First in wins; the one who came second is told the new ask.
        #expect(bid("B", 1000, seen: 1) == "ask_moved")
        #expect(bid("C", 999, seen: 2) == "too_low")
        #expect(
            told(room.order(.undo(reason: nil)))
                == ["A voided: The auctioneer took the bid back.", "B below refused offer"])
    }

    @Test func `not if an accepted bid of his has followed`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("B", 9000, id: "b")
        room.bid("C", 3150)
        #expect(told(room.void("b")).contains("C below refused offer"))
        room.bid("C", 1500)
        room.bid("D", 9000, id: "d")
        #expect(told(room.void("d")) == ["D voided: a test"])
        #expect(room.board == "1550 A 1600")
    }

    @Test func `and not if he leads anyway`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("B", 9000, id: "b")
        #expect(room.bid("A", 3150).code == "too_low")
        #expect(told(room.void("b")) == ["B voided: a test"])
        #expect(room.board == "1000 A 1050")
    }

    @Test func `a void that changes nothing public is told to its bidder alone`() {
        var room = room()
        room.bid("A", 3000, id: "a")
        room.bid("C", 1049)
        room.bid("A", 9000, id: "raise")
        room.bid("B", 2000, id: "b")
        room.void("b")
        #expect(told(room.void("raise")) == ["A voided: a test"])
    }

    @Test func `after the close a void tells everybody the new result`() {
        var room = room()
        room.bid("A", 3000)
        room.bid("B", 9000, id: "b")
        room.order(.advanceClock, at: 10_000)
        #expect(told(room.void("b")) == ["B voided: a test", "A won 1000"])
    }

    @Test func `who is who: aliases by the order of the first accepted bid`() {
        var room = room()
        room.bid("C", 1)
        room.bid("B", 3000)
        room.bid("A", 5000)
        room.bid("B", 9000)
        #expect(room.lot.alias(of: "B") == "Bidder 1")
        #expect(room.lot.alias(of: "A") == "Bidder 2")
        #expect(room.lot.alias(of: "C") == nil)
        #expect(room.state.leader == "Bidder 1")
    }
}
