import AuctionRules
import Testing

/// A bid's id makes it safe to repeat: same content, same reply, word for word.
@Suite struct IdempotencyTests {
    private func isRepeated(_ outcome: Saleroom.Outcome, as reply: Reply?) -> Bool {
        guard case .repeated(let again) = outcome.answer else { return false }
        return outcome.events.isEmpty && again == reply
    }

    @Test func `the same bid again gets the stored reply and changes nothing`() {
        var room = Saleroom(.lot())
        let first = room.bid("A", 3000, id: "k1", at: 100)
        room.bid("B", 5000, at: 200)
        let before = room.house
        #expect(isRepeated(room.bid("A", 3000, id: "k1", at: 300), as: first.reply))
        #expect(room.house == before)
    }

    @Test(arguments: [
        BidAction.bid(.max, amount: 4000), .bid(.exact, amount: 3000), .buy, .retract("k0"),
    ])
    func `other content under the same id is a conflict, and is not stored`(action: BidAction) {
        var room = Saleroom(.lot { $0.buyNow = .init(price: 9000, availability: .always) })
        let first = room.bid("A", 3000, id: "k1")
        let before = room.house
        #expect(room.request("A", action, id: "k1").refusal == .idempotencyConflict)
        #expect(room.house == before)
        #expect(isRepeated(room.bid("A", 3000, id: "k1"), as: first.reply))
    }

    @Test func `ids are each bidder's and each lot's own`() {
        var room = Saleroom(.lot())
        room.perform(.createAuction("other", .lot()))
        #expect(room.bid("A", 3000, id: "k1").acceptance != nil)
        #expect(room.bid("B", 4000, id: "k1").acceptance != nil)
        #expect(room.bid("A", 5000, id: "k1", on: "other").acceptance != nil)
    }

    @Test func `a final refusal is repeated too, even where the bid would pass now`() {
        var room = Saleroom(.lot())
        room.bid("A", 3000, id: "a")
        let first = room.bid("B", 1000, id: "k1")
        #expect(first.refusal == .tooLow(minimum: 1050))
        room.void("a")
        #expect(isRepeated(room.bid("B", 1000, id: "k1"), as: first.reply))
        #expect(room.bid("B", 1000, id: "k2").code == "accepted")
    }

    @Test func `the reply is given again after the close, and logs no close`() {
        var room = Saleroom(.lot(closes: 5000))
        let first = room.bid("A", 3000, id: "k1", at: 4000)
        #expect(isRepeated(room.bid("A", 3000, id: "k1", at: 9000), as: first.reply))
        #expect(room.bid("A", 4000, id: "k1", at: 9000).refusal == .idempotencyConflict)
        #expect(room.state.status == .open)
        #expect(room.bid("A", 4000, id: "k2", at: 9000).refusal == .closed(lateBy: 4000))
        #expect(isRepeated(room.bid("A", 3000, id: "k1", at: 9000), as: first.reply))
    }

    @Test func `confirming is not part of the content`() {
        var room = Saleroom(.lot())
        let first = room.bid("A", 3000, id: "k1", confirm: true)
        #expect(isRepeated(room.bid("A", 3000, id: "k1", confirm: false), as: first.reply))
    }

    @Test func `a retraction is repeated like a bid`() {
        var room = Saleroom(.lot { $0.retraction = .ebay })
        room.bid("A", 3000, id: "k1")
        let first = room.request("A", .retract("k1"), id: "r1")
        #expect(first.code == "retracted")
        #expect(isRepeated(room.request("A", .retract("k1"), id: "r1"), as: first.reply))
        #expect(room.request("A", .retract("k2"), id: "r1").refusal == .idempotencyConflict)
    }

    @Test func `what is no verdict leaves the id free`() {
        var room = Saleroom(.lot())
        #expect(room.bid("A", 3000, id: "k1", currency: "EUR").code == "wrong_currency")
        #expect(room.bid("A", 4000, id: "k1", currency: "USD").acceptance != nil)
    }

    @Test func `the reply holds the request, the engine's time and the entry's hash`() throws {
        var room = Saleroom(.lot())
        room.bid("A", 3000, at: 500)
        let reply = try #require(room.bid("B", 2000, id: "k1", at: 400).reply)
        #expect(reply.request.id == "k1")
        #expect(reply.at == 500)
        #expect(reply.entryHash.words.x == UInt64(room.log.count))
    }

    @Test func `refusals that are verdicts are kept, the others are not`() {
        let passing: [Refusal] = [
            .malformed("x"), .wrongCurrency(expected: "USD"), .invalidAmount,
            .idempotencyConflict, .unknownAuction, .confirmRequired(minimum: 1), .unavailable,
        ]
        let final: [Refusal] = [
            .notOpen, .paused, .closed(lateBy: 0), .cancelled, .notRegistered, .notApproved,
            .suspended, .selfBidding, .limitExceeded, .alreadyLeading, .maxNotHigher,
            .tooLow(minimum: 1), .offLadder, .unsupported("x"),
        ]
        #expect(passing.allSatisfy { !$0.isFinal })
        #expect(final.allSatisfy { $0.isFinal })
        let codes = Set((passing + final).map(\.code))
        #expect(codes.count == passing.count + final.count)
        #expect((passing + final).allSatisfy { !$0.message.isEmpty })
    }
}
