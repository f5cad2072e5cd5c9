import AuctionRules
import Testing

/// What the live room says of itself, and what it keeps to itself.
@Suite("Explanations of the live room")
struct RoomExplanationTests {
    /// The lot's public changes, explained.
    private static func explanations(
        absentee: Amount, reveal: Bool = false
    ) throws -> [Explanation] {
        var room = Saleroom(
            .lot(.live, start: 50_000) { $0.increments = IncrementTable(flat: 5000) })
        room.bid("A", absentee)
        room.bid("B", 65_000)
        var changes: [LotChange] = []
        func note(_ outcome: Saleroom.Outcome) {
            guard let before = outcome.steps.first?.before else { return }
            changes.append(LotChange(before: before, events: outcome.events, at: room.now))
        }
        note(room.order(.ask(nil)))
        note(room.request("C", .room(amount: 75_000)))
        note(room.order(.warn))
        note(room.order(.warn))
        note(room.order(.hammer))
        note(room.order(.reopen(reason: "overlooked")))
        note(room.order(.pass(reason: nil)))
        return changes.map { $0.explanation(reveal: reveal) }
    }

    private static func text(_ explanation: Explanation) -> String {
        explanation.steps.map(\.text).joined(separator: " ")
    }

    @Test("Each step on the block is told, with the next ask")
    func steps() throws {
        let told = try Self.explanations(absentee: 100_000)
        #expect(
            told.map { $0.steps.map(\.rule) } == [
                [.opened, .ask], [.minimum, .leadHeld, .ask], [.fairWarning], [.fairWarning],
                [.closed],
                [.reopened], [.closed],
            ])
        #expect(Self.text(told[0]).contains("Bidder 1 leads at 700.00 USD"))
        #expect(Self.text(told[1]).contains("leads at 800.00 USD"))
        #expect(Self.text(told[1]).contains("asks for 850.00 USD"))
        #expect(Self.text(told[4]).contains("sold to Bidder 1 at 800.00 USD"))
        #expect(Self.text(told[6]).contains("passed"))
    }

    @Test("An absentee's maximum is told to the house alone")
    func secrecy() throws {
        let one = try Self.explanations(absentee: 100_000)
        #expect(try one == Self.explanations(absentee: 123_456))
        let revealed = try Self.explanations(absentee: 123_456, reveal: true)
        #expect(Self.text(revealed[0]).contains("A 1234.56 USD"))
        #expect(Self.text(revealed[1]).contains("C offered 750.00 USD"))
    }
}
