import AuctionRules
import Foundation
import GRDB
import Testing

@testable import Ledger

/// The writer's own promises.
struct SQLiteLedgerTests {
    static func bidders(_ count: Int, after head: LogHead, from first: Int = 0) -> LogBatch {
        var house = House()
        var batch = LogBatch(after: head)
        for index in first..<first + count {
            let bidder = Bidder(
                id: BidderID(stringLiteral: "b\(index)"), name: String(repeating: "n", count: 200))
            batch.record(.house(.bidderAdded(bidder)), at: Instant(milliseconds: 1), in: &house)
        }
        batch.seal(with: house)
        return batch
    }

    @Test("The settings that durability rests on are in force, and said")
    func description() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        #expect(ledger.description.journalMode == "wal")
        #expect(ledger.description.synchronous == 2)
        #expect(ledger.description.synchronousName == "FULL")
        #expect(ledger.description.pageSize == 4096)
        #expect(ledger.description.head == .empty)
        #expect(ledger.description.description.contains("synchronous=FULL"))
        #expect(ledger.logID.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil)
    }

    @Test("A full disk fails the append, poisons the ledger, and leaves the log whole")
    func diskFull() throws {
        let directory = try TemporaryDirectory()
        var options = SQLiteLedger.Options()
        options.pagesMax = 60
        let ledger = try SQLiteLedger(path: directory.file(), options: options)
        var head = LogHead.empty
        var failure: LedgerError?
        for round in 0..<50 where failure == nil {
            let batch = Self.bidders(20, after: head, from: round * 20)
            do throws(LedgerError) {
                try ledger.append(batch)
                head = batch.head
            } catch {
                failure = error
            }
        }
        #expect(failure?.kind == .diskFull)
        #expect(head.position > 0)
        #expect(throws: LedgerError.poisoned) {
            try ledger.append(Self.bidders(1, after: head, from: 9000))
        }
        #expect(throws: LedgerError.poisoned) { try ledger.beat(at: .latest) }
        try ledger.close()
        let reopened = try SQLiteLedger(path: directory.file())
        #expect(reopened.description.head == head)
        #expect(try reopened.rebuild().head == head)
        #expect(try LedgerReader(path: directory.file()).integrityFaults() == [])
        try reopened.append(Self.bidders(1, after: head, from: 9000))
    }

    @Test("A batch whose rows break the schema is refused as a whole")
    func constraint() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        var house = House()
        var batch = LogBatch(after: .empty)
        batch.record(
            .house(.bidderAdded(Bidder(id: "ok"))), at: Instant(milliseconds: 1), in: &house)
        // The rules would have refused it: there is no such bidder.
        let token = Token(hash: .sample("a"), bearer: .bidder("nobody"), expiresAt: nil)
        batch.record(.house(.tokenIssued(token)), at: Instant(milliseconds: 1), in: &house)
        batch.seal(with: house)
        let error = #expect(throws: LedgerError.self) { try ledger.append(batch) }
        #expect(error?.kind == .constraint)
        try ledger.close()
        #expect(try SQLiteLedger(path: directory.file()).description.head == .empty)
    }

    @Test("A stranger who holds the database's lock makes an append fail, not wait")
    func busy() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let stranger = try DatabaseQueue(path: directory.file())
        let error = try stranger.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            defer { try? database.execute(sql: "ROLLBACK") }
            return #expect(throws: LedgerError.self) {
                try ledger.append(Self.bidders(1, after: .empty))
            }
        }
        #expect(error?.kind == .busy)
    }

    @Test("An entry that a stranger appended is noticed before anything is written")
    func strangersEntry() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let first = Self.bidders(1, after: .empty)
        try ledger.append(first)
        try Stranger.execute(
            directory.file(),
            """
            INSERT INTO event (position, kind, payload, salt, at, previous_hash, hash)
            VALUES (2, 'sale_created', '{"v":1}', zeroblob(16), 5, zeroblob(32), zeroblob(32))
            """)
        let error = #expect(throws: LedgerError.self) {
            try ledger.append(Self.bidders(1, after: first.head, from: 5))
        }
        #expect(error?.kind == .headMoved(actual: LogHead(position: 2, hash: .zero)))
    }

    @Test("The write-ahead log stays bounded without an idle moment")
    func forcedCheckpoint() throws {
        let directory = try TemporaryDirectory()
        var options = SQLiteLedger.Options()
        options.checkpoints.forcedPages = 50
        let ledger = try SQLiteLedger(path: directory.file(), options: options)
        var head = LogHead.empty
        for round in 0..<60 {
            let batch = Self.bidders(10, after: head, from: round * 10)
            try ledger.append(batch)
            try ledger.checkpoint(isIdle: false)
            head = batch.head
        }
        #expect(SystemDisk().size(of: directory.file() + "-wal") < 120 * 4120)
        #expect(SystemDisk().size(of: directory.file()) > 100 * 4096)
        #expect(try ledger.rebuild().head == head)
    }

    @Test("An idle checkpoint moves what there is, and a small log is left alone")
    func idleCheckpoint() throws {
        let directory = try TemporaryDirectory()
        var options = SQLiteLedger.Options()
        options.checkpoints.idlePages = 30
        let ledger = try SQLiteLedger(path: directory.file(), options: options)
        // The schema itself.
        try ledger.checkpoint(isIdle: true)
        let before = SystemDisk().size(of: directory.file())
        let small = Self.bidders(1, after: .empty)
        try ledger.append(small)
        try ledger.checkpoint(isIdle: true)
        #expect(SystemDisk().size(of: directory.file()) == before)
        try ledger.append(Self.bidders(400, after: small.head, from: 1))
        try ledger.checkpoint(isIdle: true)
        #expect(SystemDisk().size(of: directory.file()) > before)
    }

    @Test("A closed database is one file")
    func closedIsOneFile() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        try ledger.append(Self.bidders(5, after: .empty))
        try ledger.close()
        #expect(SystemDisk().size(of: directory.file() + "-wal") == 0)
        #expect(try LedgerReader(path: directory.file()).head().position == 5)
    }

    @Test("What was appended is there after a process that ended without closing")
    func crash() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let batch = Self.bidders(50, after: .empty)
        try ledger.append(batch)
        // The files as a killed process leaves them.
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: directory.file() + suffix, toPath: directory.file("crashed.db") + suffix)
        }
        let reader = try LedgerReader(path: directory.file("crashed.db"))
        #expect(try reader.head() == batch.head)
        try reader.close()
        #expect(try SQLiteLedger(path: directory.file("crashed.db")).rebuild().head == batch.head)
    }

    @Test("Several threads may use the ledger at once")
    func concurrentUse() async throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var head = LogHead.empty
                for round in 0..<40 {
                    let batch = Self.bidders(3, after: head, from: round * 3)
                    try ledger.append(batch)
                    head = batch.head
                }
            }
            group.addTask {
                for beat in 1...40 { try ledger.beat(at: Instant(milliseconds: Int64(beat))) }
            }
            group.addTask { for _ in 0..<20 { _ = try ledger.rebuild() } }
            try await group.waitForAll()
        }
        #expect(try ledger.rebuild().head.position == 120)
        #expect(try ledger.lastHeartbeat() == Instant(milliseconds: 40))
    }
}
