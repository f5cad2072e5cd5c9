import AuctionRules
import Testing

@testable import Ledger

/// Batches, and the rules of appending that hold for every log.
struct LogBatchTests {
    static func batch(after head: LogHead, adding bidder: BidderID) -> LogBatch {
        var house = House()
        var batch = LogBatch(after: head, salts: SaltKey(words: .zero))
        batch.record(
            .house(.bidderAdded(Bidder(id: bidder))), at: Instant(milliseconds: 1), in: &house)
        batch.seal(with: house)
        return batch
    }

    /// Logs to run the same rule on, with the directory that must live as long.
    static func logs() throws -> [(log: any BidLog, directory: TemporaryDirectory)] {
        let directory = try TemporaryDirectory()
        return [
            (MemoryLog(), directory), (try SQLiteLedger(path: directory.file()), directory),
        ]
    }

    @Test("An entry's hash is the SHA-256 of its documented bytes")
    func documentedHash() {
        let batch = Self.batch(after: .empty, adding: "b")
        // Computed by hand; the salt is what `openssl enc -aes-256-ecb -nopad` with a key of zeros makes of 15
        // zeros and a 3: python3 -c 'import hashlib as h,struct as s; t=lambda b:s.pack(">I",
        // len(b))+b; sha=lambda b:h.sha256(b).digest();
        // salt=bytes.fromhex("726003ca37a62a74d1a2f58e7506358e");
        // d=sha(salt+t(b"bidder_added")+t(b"")+t(b"{\"v\":1,\"id\":\"b\"}")); print(sha(bytes(32)
        // +s.pack(">qq",1,1)+t(b"")+t(b"")+t(b"")+d).hex())'
        #expect(
            batch.head.hash.hex
                == "7cdc6dddca312b8ee0bfa204ea5768a71a76649f5d5fae19ec0139146d174450")
        #expect(batch.head.position == 1)
        #expect(EntryHash(bytes: batch.head.hash.bytes) == batch.head.hash)
        #expect(EntryHash(bytes: [1, 2, 3]) == nil)
    }

    @Test("What is public of an entry is in its hash in clear")
    func documentedHashOfPublicEntry() {
        var house = House()
        var batch = LogBatch(after: .empty, salts: SaltKey(words: .zero))
        let sale = Event.house(.saleCreated(Sale(id: "s", title: "S")))
        batch.record(sale, at: Instant(milliseconds: 1), in: &house)
        // As above, with k = b"sale_created" and p = b"{\"v\":1,\"id\":\"s\",\"title\":\"S\",
        // \"stagger\":0,\"requires_approval\":false}", which is the public payload as well.
        #expect(
            batch.head.hash.hex
                == "145d847809d5d6cafc50dc516f04de833e53d4616776390d5842f10e4ad7ab69")
    }

    @Test("Each entry has a salt of its own, the same again for one key")
    func salts() {
        var key = SaltKey(words: .zero)
        var sameKey = key
        let positions = Array(1...600) as [Int64]
        let salts = positions.map { key.salt(at: $0) }
        #expect(Set(salts).count == positions.count)
        #expect(positions.reversed().map { sameKey.salt(at: $0) } == salts.reversed())
        var otherKey = SaltKey(words: SIMD4(0, 0, 0, 1))
        #expect(positions.allSatisfy { !salts.contains(otherKey.salt(at: $0)) })
    }

    @Test("The hash covers the position, the time and the entry before")
    func hashCovers() {
        let first = Self.batch(after: .empty, adding: "b").head.hash
        let moved = LogHead(position: 1, hash: .zero)
        #expect(Self.batch(after: moved, adding: "b").head.hash != first)
        let other = LogHead(position: 0, hash: first)
        #expect(Self.batch(after: other, adding: "b").head.hash != first)
        #expect(Self.batch(after: .empty, adding: "c").head.hash != first)
    }

    @Test("A batch for another head is refused, and nothing is written")
    func headMoved() throws {
        for (log, directory) in try Self.logs() {
            let first = Self.batch(after: .empty, adding: "one")
            try log.append(first)
            let stale = Self.batch(after: .empty, adding: "two")
            let error = #expect(throws: LedgerError.self) { try log.append(stale) }
            #expect(error?.kind == .headMoved(actual: first.head))
            // The log is none the worse for it.
            try log.append(Self.batch(after: first.head, adding: "three"))
            #expect(try log.rebuild().house.bidders.keys.sorted() == ["one", "three"])
            withExtendedLifetime(directory) {}
        }
    }

    @Test("An empty batch is no append")
    func emptyBatch() throws {
        for (log, directory) in try Self.logs() {
            try log.append(LogBatch(after: LogHead(position: 99, hash: .zero)))
            #expect(try log.rebuild().head == .empty)
            withExtendedLifetime(directory) {}
        }
    }

    @Test("The heartbeat is the last one written")
    func heartbeat() throws {
        for (log, directory) in try Self.logs() {
            #expect(try log.lastHeartbeat() == nil)
            try log.beat(at: Instant(milliseconds: 5))
            try log.beat(at: Instant(milliseconds: 9))
            #expect(try log.lastHeartbeat() == Instant(milliseconds: 9))
            withExtendedLifetime(directory) {}
        }
    }

    @Test("A closed log refuses everything, and may be closed twice")
    func closed() throws {
        for (log, directory) in try Self.logs() {
            try log.close()
            try log.close()
            let batch = Self.batch(after: .empty, adding: "b")
            #expect(throws: LedgerError.closed) { try log.append(batch) }
            #expect(throws: LedgerError.closed) { try log.entries(after: 0) { _ in } }
            #expect(throws: LedgerError.closed) { try log.beat(at: .latest) }
            withExtendedLifetime(directory) {}
        }
    }

    @Test("A walk through the log ends where its reader throws")
    func walkStops() throws {
        struct Enough: Error {}
        for (log, directory) in try Self.logs() {
            let first = Self.batch(after: .empty, adding: "one")
            try log.append(first)
            try log.append(Self.batch(after: first.head, adding: "two"))
            var seen = 0
            let error = #expect(throws: LedgerError.self) {
                try log.entries(after: 0) { _ in
                    seen += 1
                    throw Enough()
                }
            }
            #expect(error?.kind == .stopped)
            #expect(seen == 1)
            #expect(try log.rebuild(upTo: 1).head == first.head)
            withExtendedLifetime(directory) {}
        }
    }

    @Test(
        "A failed append poisons the log, whether or not the batch is in it",
        arguments: [false, true])
    func memoryFailure(keepsBatch: Bool) throws {
        let log = MemoryLog()
        let first = Self.batch(after: .empty, adding: "one")
        let second = Self.batch(after: first.head, adding: "two")
        log.failAppend(2, keepsBatch: keepsBatch)
        try log.append(first)
        let error = #expect(throws: LedgerError.self) { try log.append(second) }
        #expect(error?.kind == .ioError)
        #expect(throws: LedgerError.poisoned) { try log.append(second) }
        log.reopen()
        #expect(try log.rebuild().head == (keepsBatch ? second.head : first.head))
    }

    @Test("A lot is written once a batch, however many bids it got")
    func oneStateRowPerLot() {
        let scene = Scene(MemoryLog())
        let lot = Terms.english(start: 100, opensAt: scene.now, lasting: 1000)
        let setup = scene.batch(of: [
            .addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)), .createAuction("lot", lot),
        ]).batch
        #expect(setup.state?.newLots.count == 1)
        #expect(setup.state?.newStandings.count == 1)
        let bids = scene.batch(of: [
            .bid(.anna, "1", on: "lot", 100), .bid(.ben, "2", on: "lot", 200),
            .bid(.anna, "3", on: "lot", 400), .bid(.ben, "4", on: "lot", 1),
        ]).batch
        #expect(bids.count == 4)
        #expect(bids.entries.count { $0.answer != nil } == 4)
        #expect(bids.entries.count { $0.answer?.commitment.ordinal.value != nil } == 3)
        #expect(bids.entries.compactMap { $0.answer?.commitment.alias.value } == [1, 2, 1])
        #expect(bids.state?.biddings.count == 1)
        #expect(bids.state?.standings.isEmpty == true)
        #expect(bids.state?.newLots.isEmpty == true)
        let refused = scene.batch(of: [.bid(.ben, "5", on: "lot", 1)]).batch
        #expect(refused.state?.biddings.isEmpty == true)
        let paused = scene.batch(of: [.administer("lot", .pause(reason: "r"))]).batch
        #expect(paused.state?.standings.count == 1)
    }
}
