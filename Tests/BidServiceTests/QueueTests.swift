import AuctionRules
import Testing

@testable import BidService

/// The queue against a plain list of what was put in.
@Suite struct QueueTests {
    /// How many come together, how many the queue holds, and how many are taken at once.
    static let loads: [(together: [Int], limit: Int, max: Int)] = [
        ([1], 100, 1), ([1, 1, 1], 100, 2), ([5], 100, 2), ([3, 4, 5], 100, 4),
        ([3, 4, 5], 100, 12), ([3, 4, 5], 100, 11), ([4, 4], 6, 3), ([9], 6, 6), ([2, 0, 2], 3, 7),
    ]

    @Test("What comes out is what went in, in order and with its stamp", arguments: loads)
    func order(load: (together: [Int], limit: Int, max: Int)) throws {
        let clock = ManualClock(Instant(milliseconds: 1000))
        let queue = CommandQueue(clock: clock, limit: load.limit)
        var expected: [(id: BidID, stamp: Instant)] = []
        for (number, count) in load.together.enumerated() {
            let stamp = Instant(milliseconds: 1000 + Int64(number))
            clock.set(stamp)
            let ids = try (0..<count).map { try BidID("b\(number)-\($0)") }
            let taken = queue.submit(try ids.map(submission))
            #expect(taken == min(count, load.limit - expected.count))
            expected += ids.prefix(taken).map { ($0, stamp) }
        }
        #expect(queue.count == expected.count)
        clock.set(Instant(milliseconds: 2000))
        while !expected.isEmpty {
            let taken = queue.take(max: load.max, until: .latest)
            let found = taken.groups.flatMap { group in
                group.submissions.map { (id: Self.id(of: $0), stamp: group.stamp) }
            }
            #expect(found.count == min(load.max, expected.count))
            #expect(found.map(\.id) == expected.prefix(found.count).map(\.id))
            #expect(found.map(\.stamp) == expected.prefix(found.count).map(\.stamp))
            expected.removeFirst(found.count)
            // Nothing that is left behind is overtaken by the clock.
            #expect(taken.watermark == expected.first?.stamp ?? clock.now())
            #expect(queue.count == expected.count)
        }
    }

    @Test("A queue that is closed gives what it has, and takes nothing")
    func closed() throws {
        let queue = CommandQueue(clock: ManualClock(Instant(milliseconds: 0)), limit: 10)
        let bids = try (0..<3).map { try submission(try BidID("b\($0)")) }
        #expect(queue.submit(bids) == 3)
        queue.close()
        #expect(queue.submit(bids) == 0)
        #expect(!queue.take(max: 2, until: .latest).isClosed)
        let last = queue.take(max: 2, until: .latest)
        #expect(last.groups.map(\.submissions.count) == [1])
        #expect(last.isClosed)
    }

    private func submission(_ id: BidID) throws -> Submission {
        let request = BidRequest(bidder: try BidderID("bidder"), id: id, action: .buy)
        return Submission(.request(request, on: try AuctionID("lot"))) { _ in }
    }

    private static func id(of submission: Submission) -> BidID? {
        if case .request(let request, _) = submission.command { request.id } else { nil }
    }
}
