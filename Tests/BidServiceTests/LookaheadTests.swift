import AuctionRules
import Testing

@testable import BidService

/// What the writer has fetched is what comes soon, in order, however the commands came together.
struct LookaheadTests {
    private static func submission(_ number: Int) throws -> Submission {
        // Now and then somebody asks what became of a bid: nothing is fetched for that.
        let (bidder, lot) = (try BidderID("anna"), try AuctionID("lot"))
        let id = try BidID("\(number)")
        guard number % 7 != 3 else {
            return Submission(.status(BidKey(bidder: bidder, id: id), on: lot))
        }
        return Submission(.request(BidRequest(bidder: bidder, id: id, action: .buy), on: lot))
    }

    @Test(
        "Each lot is asked for five turns ahead, and what it refers to two turns ahead",
        arguments: [[], [1], [2], [3], [1, 1, 1], [6], [4, 1, 9], [50, 3]])
    func order(sizes: [Int]) throws {
        let all = try (0..<sizes.reduce(0, +)).map(Self.submission)
        var start = 0
        let groups = sizes.map { size in
            defer { start += size }
            return CommandQueue.Group(
                submissions: all[start..<start + size], stamp: Instant(milliseconds: 0),
                arrival: .now)
        }
        let expected = all.map(\.foresight)
        #expect(expected.contains { $0 != nil } == !all.isEmpty)
        var ahead = Lookahead(groups)
        for turn in all.indices {
            let next = ahead.next()
            func isNext(_ foresight: RequestForesight?, after turns: Int) -> Bool {
                foresight == (turn + turns < all.count ? expected[turn + turns] : nil)
            }
            #expect(isNext(next.far, after: 5))
            #expect(isNext(next.near, after: 2))
        }
    }
}
