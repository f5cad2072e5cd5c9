import AuctionRules
import Testing

/// Beside the bidding: what a public change is called, tokens, and asking for a reply again.
@Suite struct HousekeepingTests {
    private func change(_ outcome: Saleroom.Outcome) -> PublicChange.Kind? {
        outcome.steps.last.flatMap { $0.after.publicChange(after: $0.event, at: 0)?.kind }
    }

    @Test func `the bidding moves the price, the house the status`() {
        var room = Saleroom(
            .lot(closes: 5000) {
                $0.reserve = 2000
                $0.softClose = .single(window: 1000, .add, 1000)
            })
        #expect(change(room.bid("A", 1500, id: "a", at: 10)) == .price)
        #expect(change(room.bid("B", 1200, id: "b", at: 4500)) == .price)
        #expect(change(room.order(.lowerReserve(to: 1250))) == .price)
        #expect(change(room.void("b")) == .price)
        #expect(change(room.order(.pause(reason: "a question"))) == .status(reason: "a question"))
        #expect(change(room.order(.resume)) == .status(reason: nil))
        let longer = AuctionCommand.extend(.by(1), reason: "phones")
        #expect(change(room.order(longer)) == .status(reason: "phones"))
        let outage = room.recover(heartbeat: 5000, boot: 200_000, reopenMin: 1000)
        #expect(change(outage) == .status(reason: "outage"))
        #expect(change(room.order(.close(reason: "enough"))) == .status(reason: "enough"))
        #expect(change(room.void("a")) == .status(reason: "bid voided"))
    }

    @Test func `what is private is no public change`() {
        var room = Saleroom(.lot())
        room.bid("A", 3000)
        #expect(change(room.bid("A", 4000)) == nil)
        #expect(change(room.bid("B", 1)) == nil)
        #expect(change(room.order(.announce(text: "Welcome."))) == nil)
        #expect(change(room.order(.cancel(reason: "x"))) == .status(reason: "x"))
    }

    @Test func `a public change shows the lot after it, under its seq`() throws {
        var room = Saleroom(.lot(closes: 5000))
        let step = try #require(room.bid("A", 3000).steps.first)
        let change = try #require(step.after.publicChange(after: step.event, at: 7))
        #expect(change == PublicChange(kind: .price, state: room.state, at: 7))
        #expect(change.state.seq == 2)
    }

    @Test func `asking for a reply gives the stored one, or says that there is none`() {
        var room = Saleroom(.lot())
        let reply = room.bid("A", 3000, id: "k").reply
        let before = room.house
        let known = Command.status(BidKey(bidder: "A", id: "k"), on: "lot")
        #expect(room.perform(known).answer == reply.map { .repeated($0) })
        for (bidder, id, lot) in [("B", "k", "lot"), ("A", "j", "lot"), ("A", "k", "no")]
            as [(BidderID, BidID, AuctionID)]
        {
            let unknown = Command.status(BidKey(bidder: bidder, id: id), on: lot)
            #expect(room.perform(unknown).answer == .notSeen)
        }
        #expect(room.house == before)
    }

    @Test func `tokens are issued to those who are there, and revoked one by one or all`() throws {
        var room = Saleroom()
        let hashes = try ["0", "1", "2"].map {
            try #require(TokenHash(hex: String(repeating: $0, count: 64)))
        }
        func token(_ index: Int, _ bearer: Token.Bearer) -> Command {
            .issueToken(Token(hash: hashes[index], bearer: bearer, expiresAt: nil))
        }
        #expect(room.perform(token(0, .bidder("Z"))).code == "unknown_bidder")
        room.perform(token(0, .bidder("A")))
        room.perform(token(1, .administrator(name: "Ann")))
        room.perform(token(2, .bidder("A")))
        #expect(room.house.tokens.count == 3)
        #expect(room.perform(.revokeTokens(of: "Z")).code == "unknown_bidder")
        #expect(room.perform(.revokeTokens(of: "A")).code == "done")
        #expect(Array(room.house.tokens.keys) == [hashes[1]])
        #expect(room.perform(.revokeToken(hashes[1])).code == "done")
        #expect(room.perform(.revokeToken(hashes[1])).code == "unknown_token")
    }

    @Test func `a new signing key takes the old one's place, which never comes back`() throws {
        var room = Saleroom()
        let keys = try ["0", "1"].map {
            try #require(PublicKey(hex: String(repeating: $0, count: 64)))
        }
        #expect(room.perform(.addSigningKey(keys[0])).code == "done")
        #expect(room.perform(.addSigningKey(keys[0])).code == "done", "it is in use already")
        let start = room.house.lastInstant
        #expect(room.house.signingKeys == [PublishedKey(key: keys[0], from: start)])
        room.perform(.addSigningKey(keys[1]))
        #expect(room.house.signingKeys.map(\.key) == keys)
        #expect(room.house.signingKeys[0].until == room.house.signingKeys[1].from)
        #expect(room.house.signingKeys[1].until == nil)
        #expect(room.perform(.addSigningKey(keys[0])).code == "already_exists")
        for wrong in ["", String(repeating: "0", count: 63), String(repeating: "G", count: 64)] {
            #expect(PublicKey(hex: wrong) == nil)
        }
    }

    @Test func `an entry's hash is written and read as 64 hexadecimal digits`() throws {
        let hash = EntryHash(words: SIMD4(0x0123_4567_89ab_cdef, 0, .max, 1))
        #expect(hash.hex.hasPrefix("0123456789abcdef0000000000000000ffff"))
        #expect(hash.hex.hasSuffix("0001"))
        #expect(EntryHash(hex: hash.hex) == hash)
        let digits = EntryHash.zero.hex
        #expect(EntryHash(hex: digits) == .zero)
        for wrong in ["", String(digits.dropLast()), digits + "0", "g" + digits.dropLast()] {
            #expect(EntryHash(hex: wrong) == nil)
        }
    }
}
