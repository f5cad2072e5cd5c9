import AuctionRules
import DiskSimulation
import GRDB
import Testing

@testable import Ledger

/// Writes that are gathered leave what they would have left one by one.
struct GatheredWritesTests {
    /// A page as the write-ahead log has it. Its salt and checksums are other ones in every log.
    private struct Frame: Equatable {
        let page: [UInt8]
        let bytes: [UInt8]
    }

    private struct Outcome {
        let frames: [Frame]
        let entries: [[SQLValue]]
        let writes: Int
        let syncs: Int
    }

    private static let commits = 6

    /// - Parameter cachePages: few, and SQLite writes pages before the commit, and reads them back.
    private func outcome(gathering: Bool, cachePages: Int) throws -> Outcome {
        let disk = SimulatedDisk()
        let ledger = try disk.ledger { options in
            options.gathersWrites = gathering
            options.newSaltKey = { SaltKey(words: .zero) }
        }
        try ledger.queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = \(cachePages)")
        }
        let scene = Scene(ledger)
        let writes = disk.count(.write, of: .writeAheadLog)
        let syncs = disk.count(.sync, of: .writeAheadLog)
        for commit in 0..<Self.commits {
            try scene.commit(
                (0..<80 * (commit + 1)).map { number in
                    let id = BidderID(stringLiteral: "b\(commit)-\(number * 7919 % 1000)")
                    return .addBidder(Bidder(id: id, name: String(repeating: "n", count: 150)))
                })
        }
        let log = try #require(disk.contents(of: Trial.path + "-wal"))
        let frames = stride(from: 32, to: log.count, by: 4120).map { start in
            Frame(
                page: Array(log[start..<start + 8]), bytes: Array(log[start + 24..<start + 4120]))
        }
        let made = Outcome(
            frames: frames,
            entries: try LedgerReader(path: Trial.path, on: disk)
                .table("SELECT position, payload FROM event ORDER BY position").rows,
            writes: disk.count(.write, of: .writeAheadLog) - writes,
            syncs: disk.count(.sync, of: .writeAheadLog) - syncs)
        try ledger.close()
        return made
    }

    @Test("The write-ahead log has the same pages in the same order", arguments: [2000, 10])
    func samePages(cachePages: Int) throws {
        let plain = try outcome(gathering: false, cachePages: cachePages)
        let gathered = try outcome(gathering: true, cachePages: cachePages)
        #expect(gathered.frames == plain.frames)
        #expect(gathered.entries == plain.entries)
        #expect(gathered.frames.count > 200)
        #expect(plain.writes >= 2 * plain.frames.count)
        // With few pages in memory most are read back before the next one is written.
        #expect(gathered.writes < (cachePages > 1000 ? plain.writes / 20 : plain.writes))
        #expect(gathered.syncs == plain.syncs)
    }

    @Test(
        "A small commit is one write and one sync, on the system's disk a large one is whole, too")
    func oneWrite() throws {
        let disk = SimulatedDisk()
        let ledger = try disk.ledger()
        let scene = Scene(ledger)
        try scene.commit([.addBidder(Bidder(id: .anna))])
        let writes = disk.count(.write, of: .writeAheadLog)
        let syncs = disk.count(.sync, of: .writeAheadLog)
        try scene.commit([.addBidder(Bidder(id: .ben))])
        #expect(disk.count(.write, of: .writeAheadLog) == writes + 1)
        #expect(disk.count(.sync, of: .writeAheadLog) == syncs + 1)
        try ledger.close()
        let directory = try TemporaryDirectory()
        let real = try SQLiteLedger(path: directory.file())
        let batch = SQLiteLedgerTests.bidders(2000, after: .empty)
        try real.append(batch)
        // More than SQLite's VFS can write at once.
        #expect(SystemDisk().size(of: directory.file() + "-wal") > 1 << 19)
        try real.close()
        let reopened = try SQLiteLedger(path: directory.file())
        #expect(try reopened.rebuild().head == batch.head)
        try reopened.close()
    }

    @Test(
        "A write that fails at the commit's sync fails the commit, and nothing of it is there",
        // Torn: of a page's header, between it and the page, in the page, between two pages, and so on.
        arguments: [(SimulatedDisk.Effect.fail, 0), (.full, 0)]
            + [0, 1, 24, 25, 4119, 4120, 4143, 4144, 4145].map { (.tear, $0) })
    func failure(_ effect: SimulatedDisk.Effect, bytes: Int) throws {
        let disk = SimulatedDisk()
        let ledger = try disk.ledger()
        let scene = Scene(ledger)
        try scene.commit([.addBidder(Bidder(id: .anna))])
        let head = scene.head
        let syncs = disk.count(.sync, of: .writeAheadLog)
        disk.inject(effect, at: .write, of: .writeAheadLog, bytes: bytes)
        #expect(throws: LedgerError.self) { try scene.commit([.addBidder(Bidder(id: .ben))]) }
        #expect(disk.count(.sync, of: .writeAheadLog) == syncs)
        #expect(try LedgerReader(path: Trial.path, on: disk).head() == head)
        try? ledger.close()
        let reopened = try disk.ledger()
        #expect(reopened.description.head == head)
        try reopened.close()
    }
}
