import AuctionRules
import Ledger
import SeededRandom
import Testing

@testable import Webhooks

/// What is sent when, and what is kept of it: without clock, network and database.
struct DeliveryBookTests {
    private static let schedule = RetrySchedule(delays: [1000, 10_000])
    private static let start = Instant(milliseconds: 1_000_000)

    private static func book(
        after cursor: Int64? = 0, head: Int64 = 0, known: [Int64] = [], dead: Int = 0
    ) -> DeliveryBook {
        DeliveryBook(
            "office", schedule: schedule, cursor: cursor, head: head, known: known,
            deadLetters: dead)
    }

    private func begun(_ item: DeliveryBook.Item?) throws -> DeliveryBook.Item {
        try #require(item)
    }

    private static func log(_ lots: String...) throws -> [LotNews] {
        try zip(lots, 1...).map { try .opened($0, at: $1) }
    }

    @Test("Of a lot one event at a time is under way, and lots do not wait for each other")
    func order() throws {
        var book = Self.book()
        let now = Self.start
        book.read(try Self.log("a", "b", "a", "c"), to: 4, at: now)
        let first = try begun(book.next(at: now))
        let second = try begun(book.next(at: now))
        let third = try begun(book.next(at: now))
        #expect([first, second, third].map(\.position) == [1, 2, 4])
        let found1 = book.next(at: now)
        #expect(found1?.position == nil)
        let verdict9 = book.finish(second, .delivered, at: now, chance: 0)
        #expect(verdict9 == .delivered)
        let found2 = book.next(at: now)
        #expect(found2?.position == nil)
        let verdict10 = book.finish(first, .delivered, at: now, chance: 0)
        #expect(verdict10 == .delivered)
        let found3 = book.next(at: now)
        #expect(found3?.position == 3)
    }

    @Test("What a receiver is not told of is passed over, and holds nothing back")
    func types() throws {
        var book = DeliveryBook(
            "office", schedule: Self.schedule, types: ["lot.closed"], cursor: 0, head: 0,
            known: [], deadLetters: 0)
        book.read(try Self.log("a", "b"), to: 2, at: Self.start)
        #expect(book.count == 0)
        #expect(book.scanned == 2)
        #expect(book.cursor == 2)
        var other = DeliveryBook(
            "office", schedule: Self.schedule, types: ["lot.opened"], cursor: 0, head: 0,
            known: [], deadLetters: 0)
        other.read(try Self.log("a", "b"), to: 2, at: Self.start)
        #expect(other.count == 2)
    }

    @Test("What fails is tried again after its delay, and holds its lot back but no other")
    func backOff() throws {
        var book = Self.book()
        let log = try Self.log("a", "b", "a")
        book.read(log, to: 2, at: Self.start)
        let a = try begun(book.next(at: Self.start))
        // 1000 ms ± 20 %.
        let due = Self.start.advanced(by: 800)
        let verdict11 = book.finish(a, .failed(.unavailable), at: Self.start, chance: 0)
        #expect(verdict11 == .retried(at: due))
        let b = try begun(book.next(at: Self.start))
        _ = book.finish(b, .delivered, at: Self.start, chance: 0)
        book.read(log, to: 3, at: Self.start)
        let found4 = book.next(at: due.advanced(by: -1))
        #expect(found4 == nil)
        #expect(book.nextDue == due)
        let again = try begun(book.next(at: due))
        #expect(again.position == 1)
        #expect(again.message == a.message)
        let last = due.advanced(by: 12_000)
        let verdict12 = book.finish(again, .failed(.unavailable), at: due, chance: 1)
        #expect(verdict12 == .retried(at: last))
        let third = try begun(book.next(at: last))
        let verdict13 = book.finish(third, .failed(.unavailable), at: last, chance: 0)
        #expect(verdict13 == .dead)
        #expect(book.deadLetters == 1)
        // A lot is not held up for ever.
        let found5 = book.next(at: last)
        #expect(found5?.position == 3)
    }

    @Test("A receiver may ask for more patience, but not for any")
    func retryAfter() {
        let schedule = Self.schedule
        #expect(schedule.delay(afterFailures: 1, retryAfter: 60_000, chance: 0.5) == 60_000)
        #expect(schedule.delay(afterFailures: 1, retryAfter: 1, chance: 0.5) == 1000)
        #expect(schedule.delay(afterFailures: 2, retryAfter: .max, chance: 0) == 86_400_000)
        #expect(schedule.delay(afterFailures: 3, retryAfter: 1, chance: 0) == nil)
        #expect(
            RetrySchedule(delays: []).delay(afterFailures: 1, retryAfter: nil, chance: 0) == nil)
    }

    @Test("Who says that he is gone gets no second attempt")
    func gone() throws {
        var book = Self.book()
        book.read(try Self.log("a"), to: 1, at: Self.start)
        let item = try begun(book.next(at: Self.start))
        let gone = AttemptFault(status: 410, retryAfter: 5)
        let verdict14 = book.finish(item, .failed(gone), at: Self.start, chance: 0)
        #expect(verdict14 == .dead)
        let taken = book.takeChanges()
        let changes = try #require(taken)
        #expect(changes.cursors == ["office": 1])
        #expect(changes.deliveries.values.map { $0?.state } == [.dead])
    }

    @Test("The cursor stands before the first event that is neither delivered nor has a row")
    func cursor() throws {
        var book = Self.book()
        let now = Self.start
        let log = try Self.log("a", "b", "a", "c", "b")
        book.read(log, to: 5, at: now)
        let a = try begun(book.next(at: now))
        let b = try begun(book.next(at: now))
        let c = try begun(book.next(at: now))
        _ = book.finish(b, .delivered, at: now, chance: 0)
        #expect(book.cursor == 0)
        // Its row lets the cursor go on, up to where another lot's second event waits.
        _ = book.finish(a, .failed(.unavailable), at: now, chance: 0)
        #expect(book.cursor == 3)
        let taken = book.takeChanges()
        let changes = try #require(taken)
        #expect(changes.deliveries.keys.map(\.position).sorted() == [1, 3])
        _ = book.finish(c, .delivered, at: now, chance: 0)
        #expect(book.cursor == 4)
        let changes15 = book.takeChanges()
        #expect(changes15?.cursors == ["office": 4])
        let changes16 = book.takeChanges()
        #expect(changes16 == nil)
        book.storeAll()
        let changes17 = book.takeChanges()
        #expect(changes17?.cursors == ["office": 5])
    }

    @Test("A new endpoint is told what happens from now on, one that was away what it has missed")
    func beginning() throws {
        let log = try Self.log("a", "b", "c")
        var new = Self.book(after: nil, head: 2)
        let changes18 = new.takeChanges()
        #expect(changes18?.cursors == ["office": 2])
        new.read(log, to: 3, at: Self.start)
        let found6 = new.next(at: Self.start)
        #expect(found6?.position == 3)
        var old = Self.book(after: 1, head: 3)
        old.read(log, to: 3, at: Self.start)
        let found7 = old.next(at: Self.start)
        #expect(found7?.position == 2)
    }

    @Test("A dead letter that is tried again starts anew, before what waits of its lot")
    func revive() throws {
        let log = try Self.log("a", "a")
        var book = Self.book(after: 1, head: 2, dead: 1)
        book.read(log, to: 2, at: Self.start)
        book.revive(log[0], at: Self.start)
        book.revive(log[0], at: Self.start)
        #expect(book.count == 2)
        #expect(book.deadLetters == 0)
        let item = try begun(book.next(at: Self.start))
        #expect(item.position == 1)
        _ = book.finish(item, .delivered, at: Self.start, chance: 0)
        let taken = book.takeChanges()
        let changes = try #require(taken)
        #expect(changes.deliveries.values.allSatisfy { $0 == nil })
        let found8 = book.next(at: Self.start)
        #expect(found8?.position == 2)
    }

    @Test(
        "Whatever fails and crashes: nothing is lost, and each lot is told in order",
        arguments: 0..<60)
    func anything(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let names = ["a", "b", "c", "d"]
        let log = try (1...40).map { try LotNews.opened(random.pick(names), at: $0 * 2) }
        let end: Int64 = 81
        // What is on disk, and what was on its way there.
        var disk = WebhookRows()
        disk.cursors["office"] = 0
        var waiting = WebhookRows()
        var now = Self.start
        var book = Self.book()
        var underWay: [DeliveryBook.Item] = []
        var told: [Int64] = []
        // Also for a moment: a crash may take the news of it along.
        var givenUp: Set<Int64> = []
        func commit() {
            disk.merge(waiting)
            disk.deliveries = disk.deliveries.filter { $0.value != nil }
            waiting = WebhookRows()
        }
        func restart() throws {
            let rows = disk.deliveries
            book = Self.book(
                after: disk.cursors["office"], head: end, known: rows.keys.map(\.position),
                dead: rows.values.count { $0?.state == .dead })
            for (key, row) in rows.sorted(by: { $0.key.position < $1.key.position }) {
                guard let row, row.state != .dead else { continue }
                book.take(
                    up: try #require(log.first { $0.position == key.position }), as: row, at: now)
            }
            underWay = []
            waiting = WebhookRows()
        }
        for step in 0..<4000 {
            if step >= 3000, book.count == 0, book.scanned == end { break }
            switch random.below(step < 3000 ? 12 : 10) {
            case 0, 1: book.read(log, to: min(end, book.scanned + random.within(1...9)), at: now)
            case 2, 3, 4: if let item = book.next(at: now) { underWay.append(item) }
            case 5, 6, 7:
                guard !underWay.isEmpty else { continue }
                let item = underWay.remove(at: random.below(underWay.count))
                let isTaken = random.chance(60)
                if isTaken { told.append(item.position) }
                // Also when it was taken, the answer may be lost.
                let result: AttemptResult =
                    isTaken && random.chance(90) ? .delivered : .failed(.unavailable)
                let verdict = book.finish(item, result, at: now, chance: 0.5)
                if verdict == .dead { givenUp.insert(item.position) }
            case 8: now = now.advanced(by: random.within(1...15_000))
            case 9:
                if let changes = book.takeChanges() { waiting.merge(changes) }
                commit()
            // A crash; before it, some of what was on its way came to disk, or none.
            case 10: if random.chance(20) { try restart() }
            default:
                guard random.chance(10) else { continue }
                book.storeAll()
                if let changes = book.takeChanges() { waiting.merge(changes) }
                commit()
                try restart()
            }
        }
        if let changes = book.takeChanges() { waiting.merge(changes) }
        commit()
        #expect(book.count == 0 && book.scanned == end && disk.cursors["office"] == end)
        let dead = Set(disk.deliveries.filter { $0.value?.state == .dead }.keys.map(\.position))
        #expect(dead.count == disk.deliveries.count)
        for news in log { #expect(told.contains(news.position) || dead.contains(news.position)) }
        #expect(givenUp.isSuperset(of: dead))
        // Each lot's events came first in the order of the log; what was given up is out of it.
        for name in names {
            let own = log.filter { $0.auction.text == name && !givenUp.contains($0.position) }
            let firsts = own.compactMap { news in told.firstIndex(of: news.position) }
            #expect(firsts == firsts.sorted())
        }
    }
}
