import AuctionRules
import Ledger
import Synchronization
import Testing

@testable import BidService

/// What of webhooks is on its way to the disk.
struct WebhookNotesTests {
    private static func rows(_ endpoint: String, at position: Int64) -> WebhookRows {
        var rows = WebhookRows()
        rows.cursors = [endpoint: position]
        return rows
    }

    @Test("What was in a commit that failed is stored with a later one, under what is newer")
    func failure() throws {
        let notes = WebhookNotes()
        let answers = Mutex<[Bool]>([])
        let answer: WebhookNotes.Responder = { isStored in answers.withLock { $0.append(isStored) }
        }
        #expect(!notes.add(Self.rows("a", at: 1), isUrgent: false, respond: answer))
        #expect(!notes.isUrgent)
        #expect(notes.add(Self.rows("b", at: 1), isUrgent: true, respond: answer))
        #expect(notes.isUrgent)
        let first = try #require(notes.take())
        #expect(first.rows.cursors == ["a": 1, "b": 1])
        #expect(!notes.isUrgent && notes.take() == nil)
        _ = notes.add(Self.rows("a", at: 2), isUrgent: false, respond: answer)
        notes.takeBack()
        let second = try #require(notes.take())
        #expect(second.rows.cursors == ["a": 2, "b": 1])
        #expect(answers.withLock { $0 } == [])
        notes.confirm(first.number)
        #expect(answers.withLock { $0 } == [])
        notes.confirm(second.number)
        #expect(answers.withLock { $0 } == [true, true, true])
        _ = notes.add(Self.rows("a", at: 3), isUrgent: false, respond: answer)
        notes.close()
        #expect(!notes.add(Self.rows("a", at: 4), isUrgent: true, respond: answer))
        #expect(answers.withLock { $0 } == [true, true, true, false, false])
    }

    @Test("The service stores what is urgent at once, and everything before it ends")
    func service() async throws {
        let fixture = try Fixture()
        let isStored = await withCheckedContinuation { continuation in
            fixture.service.store(Self.rows("a", at: 1), isUrgent: true) {
                continuation.resume(returning: $0)
            }
        }
        #expect(isStored)
        // It goes along with what comes. Given here and not by a task of its own: behind all that comes it
        // would wait for a heartbeat, and this clock stands still.
        let late = Mutex<Bool?>(nil)
        fixture.service.store(Self.rows("a", at: 2), isUrgent: false) { isStored in
            late.withLock { $0 = isStored }
        }
        _ = await fixture.service.perform(.addBidder(Bidder(id: try BidderID("x"))))
        _ = await withCheckedContinuation { continuation in
            fixture.service.store(WebhookRows(), isUrgent: true) {
                continuation.resume(returning: $0)
            }
        }
        #expect(late.withLock { $0 } == true)
        fixture.service.stop()
        let isTaken = await withCheckedContinuation { continuation in
            fixture.service.store(Self.rows("a", at: 3), isUrgent: true) {
                continuation.resume(returning: $0)
            }
        }
        #expect(!isTaken)
    }
}
