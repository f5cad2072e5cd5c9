import AuctionRules
import Testing

@testable import Gateway

@Suite("Rates")
struct TokenBucketTests {
    private static let second: Int64 = 1_000_000_000

    @Test("After a pause the burst passes at once, and then one at a time, evenly")
    func burstThenRate() {
        var bucket = TokenBucket(RateLimit(perSecond: 5, burst: 3))
        for _ in 0..<3 { #expect(bucket.spend(at: 0) == nil) }
        #expect(bucket.spend(at: 0) == 200_000_000)
        #expect(bucket.spend(at: 199_999_999) == 1)
        #expect(bucket.spend(at: 200_000_000) == nil)
        #expect(bucket.spend(at: 200_000_000) == 200_000_000)
        // A pause of any length brings back the burst, and no more.
        for _ in 0..<3 { #expect(bucket.spend(at: 100 * Self.second) == nil) }
        #expect(bucket.spend(at: 100 * Self.second) != nil)
    }

    @Test("Who asks too early waits no longer for it")
    func refusalsCostNothing() {
        var bucket = TokenBucket(RateLimit(perSecond: 1, burst: 1))
        #expect(bucket.spend(at: 0) == nil)
        for tenth: Int64 in 1..<10 { #expect(bucket.spend(at: tenth * Self.second / 10) != nil) }
        #expect(bucket.spend(at: Self.second) == nil)
    }

    @Test(
        "In no stretch of time does more pass than the rate and the burst allow",
        arguments: [(1, 1), (2, 10), (5, 5), (20, 120), (1_000_000, 1)])
    func neverMore(perSecond: Int, burst: Int) {
        var bucket = TokenBucket(RateLimit(perSecond: perSecond, burst: burst))
        var passed: Int64 = 0
        let step = Self.second / Int64(perSecond) / 7 + 1
        var now: Int64 = 0
        for _ in 0..<5000 {
            if bucket.spend(at: now) == nil { passed += 1 }
            let allowed = Int64(burst) + now / (Self.second / Int64(perSecond))
            #expect(passed <= allowed)
            now += step
        }
        #expect(passed >= now / Self.second * Int64(perSecond))
    }

    @Test(
        "No number and no time traps",
        arguments: [Int.min, -1, 0, 1, 1_000_000_000, Int.max])
    func extremes(number: Int) {
        for other in [Int.min, 0, 1, Int.max] {
            var bucket = TokenBucket(RateLimit(perSecond: number, burst: other))
            for now in [Int64.min, -1, 0, 1, .max, .max, .min] { _ = bucket.spend(at: now) }
        }
    }

    @Test("Keys don't share, and one that has paused is forgotten")
    func keys() {
        var buckets = KeyedBuckets<Int>(RateLimit(perSecond: 1, burst: 2))
        for key in 0..<1000 {
            buckets.spend(for: key, at: 0)
            #expect(buckets.wait(for: key, at: 0) == nil)
            buckets.spend(for: key, at: 0)
            #expect(buckets.wait(for: key, at: 0) == Self.second)
            #expect(buckets.wait(for: key + 1, at: 0) == nil)
        }
        #expect(buckets.count == 1000)
        // A flood of ever new keys, each of which is full again after a second.
        for number in 0..<100_000 {
            buckets.spend(for: 1000 + number, at: Int64(number) * Self.second / 100)
            #expect(buckets.count <= 2048)
        }
        #expect(buckets.count <= 256)
    }

    @Test(
        "A bidder's bids count together, and those on one lot beside; refused ones count for none")
    func bids() throws {
        var limits = GatewayLimits()
        (limits.bidsPerSecond, limits.bidBurst) = (5, 5)
        (limits.bidsOnLotPerSecond, limits.bidOnLotBurst) = (2, 2)
        let rates = BidRates(limits: limits)
        let (ann, ben) = (try BidderID("ann"), try BidderID("ben"))
        let lots = try (0..<4).map { try AuctionID("lot-\($0)") }
        for _ in 0..<2 { #expect(rates.admit(ann, on: lots[0], at: 0) == nil) }
        for _ in 0..<50 { #expect(rates.admit(ann, on: lots[0], at: 0) == Self.second / 2) }
        for lot in lots[1...3] { #expect(rates.admit(ann, on: lot, at: 0) == nil) }
        #expect(rates.admit(ann, on: lots[1], at: 0) == Self.second / 5)
        // Both apply: the longer wait is the answer.
        #expect(rates.admit(ann, on: lots[0], at: 0) == Self.second / 2)
        #expect(rates.admit(ben, on: lots[0], at: 0) == nil)
        #expect(rates.admit(ann, on: lots[0], at: Self.second / 2) == nil)
    }

    @Test("Who waits as long as it was told is not refused again")
    func waitsAreEnough() {
        for nanoseconds: Int64 in [1, 999_999, 1_000_000, 1_000_001, 500_000_000, .max] {
            let refusal = RateRefusal(nanoseconds: nanoseconds, what: "bids")
            let (told, overflow) = refusal.retryAfter.multipliedReportingOverflow(by: 1_000_000)
            #expect(overflow || told >= nanoseconds)
        }
    }
}
