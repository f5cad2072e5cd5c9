import AuctionRules
import Testing

@testable import Ledger

/// What is read back is what was decided.
struct ReplayTests {
    /// Plays random commands into a database, in batches of random sizes.
    static func play(seed: UInt64, commands: Int, into log: any BidLog) throws -> Scene {
        let scene = Scene(log)
        var sale = RandomSale(seed: seed)
        var sizes = SeededGenerator(seed: seed &+ 1)
        try scene.commit(try sale.opening(at: scene.now))
        var left = commands
        while left > 0 {
            let size = min(left, Int.random(in: 1...12, using: &sizes))
            var batch: [Command] = []
            for _ in 0..<size {
                scene.now = scene.now.advanced(by: sale.step())
                batch.append(sale.next(in: scene.house))
            }
            try scene.commit(batch)
            left -= size
        }
        return scene
    }

    @Test(
        "Replaying the log gives the same house, and the same rows in every table",
        arguments: 1...30)
    func replayEqualsHouseAndTables(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = try Self.play(seed: seed, commands: 300, into: ledger)
        let rebuilt = try ledger.rebuild()
        #expect(rebuilt.head == scene.head)
        #expect(rebuilt.house == scene.house, "seed \(seed)")
        let reader = try LedgerReader(path: directory.file())
        #expect(try Projection.check(house: scene.house, reader: reader) == [], "seed \(seed)")
        #expect(try reader.integrityFaults() == [], "seed \(seed)")
        #expect(try reader.rebuild().house == scene.house)
    }

    @Test("The random sales see every kind of event, and every kind of verdict")
    func randomSalesAreRich() throws {
        var kinds: Set<String> = []
        var codes: Set<String> = []
        var retractions = 0
        for seed: UInt64 in 1...12 {
            let log = MemoryLog()
            _ = try Self.play(seed: seed, commands: 300, into: log)
            try log.entries(after: 0) { entry in
                kinds.insert(entry.event.kind)
                switch entry.event {
                case .auction(_, .bidRefused(let event)): codes.insert(event.refusal.code)
                case .auction(_, .bidsVoided(let event)):
                    if case .retraction = event.cause { retractions += 1 }
                default: break
                }
            }
        }
        #expect(kinds.count == 23)
        #expect(codes.count >= 12, "\(codes.sorted())")
        #expect(codes.contains("ask_moved"))
        #expect(retractions > 0)
    }

    @Test("A reopened log goes on where it stood")
    func reopen() throws {
        let directory = try TemporaryDirectory()
        let first = try SQLiteLedger(path: directory.file())
        let scene = Scene(first)
        try scene.playSample()
        try first.close()
        let second = try SQLiteLedger(path: directory.file())
        #expect(second.description.head == scene.head)
        #expect(second.logID == first.logID)
        let rebuilt = try second.rebuild()
        #expect(rebuilt.house == scene.house)
        var house = rebuilt.house
        var batch = LogBatch(after: rebuilt.head)
        batch.record(.house(.bidderAdded(Bidder(id: "new"))), at: scene.now, in: &house)
        batch.seal(with: house)
        try second.append(batch)
        #expect(try second.rebuild().head == batch.head)
    }

    @Test("A log in memory reads like one on disk")
    func memoryAndDiskAgree() throws {
        let directory = try TemporaryDirectory()
        var options = SQLiteLedger.Options()
        options.newSaltKey = { MemoryLog().newSaltKey() }
        let ledger = try SQLiteLedger(path: directory.file(), options: options)
        let memory = MemoryLog()
        _ = try Self.play(seed: 7, commands: 200, into: ledger)
        _ = try Self.play(seed: 7, commands: 200, into: memory)
        var onDisk: [LogEntry] = []
        var inMemory: [LogEntry] = []
        try ledger.entries(after: 5) { onDisk.append($0) }
        try memory.entries(after: 5) { inMemory.append($0) }
        #expect(onDisk.count > 100)
        #expect(onDisk == inMemory)
    }

    @Test("Every stored reply is found again, word for word, and no other")
    func replies() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = try Self.play(seed: 11, commands: 150, into: ledger)
        var found = 0
        try ledger.entries(after: 0) { entry in
            guard case .auction(let id, .bidAccepted(let event)) = entry.event else { return }
            found += 1
            #expect(
                scene.house.auctions[id]?.reply(to: event.request.key)?.entryHash == entry.hash)
        }
        #expect(found > 10)
        for (id, auction) in scene.house.auctions {
            for commitment in auction.commitments {
                let key = auction.key(of: commitment)
                let reply = try ledger.reply(to: key, on: id)
                #expect(reply == auction.reply(to: key) && reply == auction.reply(to: commitment))
            }
            #expect(try ledger.reply(to: BidKey(bidder: "p0", id: "never"), on: id) == nil)
        }
    }

    @Test("A lot can be seen as it was at any of its public changes")
    func auctionAtSeq() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = Scene(ledger)
        try scene.playSample()
        let reader = try LedgerReader(path: directory.file())
        let now = try #require(scene.house.auctions["vase"])
        #expect(try reader.auction("vase")?.publicState == now.publicState)
        let atTwo = try #require(try reader.auction("vase", atSeq: 2))
        #expect(atTwo.seq == 2)
        #expect(atTwo.standing.price == 1000)
        #expect(try reader.auction("nothing") == nil)
    }
}
