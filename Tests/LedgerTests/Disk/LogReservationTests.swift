import AuctionRules
import DiskSimulation
import Foundation
import Testing

@testable import Ledger

/// A write-ahead log that has its length from the start on: what is committed is written over zeroes, and
/// what was there before is not touched.
@Suite("Room for the write-ahead log")
struct LogReservationTests {
    private static let log = Trial.path + "-wal"
    private static let pages = 200
    /// In bytes: a header, and each page with its own.
    private static let length = 32 + pages * 4120

    private static func options(
        on disk: some Disk, pages: Int = pages, forced: Int = 4096
    ) -> SQLiteLedger.Options {
        var options = SQLiteLedger.Options()
        options.disk = disk
        options.reservedPages = pages
        options.checkpoints.forcedPages = forced
        return options
    }

    /// Appends batches one after the other.
    private static func append(
        _ batches: Int, of count: Int = 5, to ledger: SQLiteLedger, after head: LogHead
    ) throws -> LogHead {
        var head = head
        for _ in 0..<batches {
            let batch = SQLiteLedgerTests.bidders(count, after: head, from: Int(head.position))
            try ledger.append(batch)
            try ledger.checkpoint(isIdle: false)
            head = batch.head
        }
        return head
    }

    /// Where the log stands for a server that opens it now and follows all of it.
    private static func headFound(on disk: SimulatedDisk) throws -> LogHead {
        try SQLiteLedger(path: Trial.path, options: options(on: disk)).rebuild().head
    }

    @Test("To move the log is due from so many pages on, until that is done")
    func due() throws {
        let directory = try TemporaryDirectory()
        let options = Self.options(on: SystemDisk(), forced: 20)
        let ledger = try SQLiteLedger(path: directory.file(), options: options)
        #expect(!ledger.isCheckpointDue)
        try ledger.append(SQLiteLedgerTests.bidders(500, after: .empty))
        #expect(ledger.isCheckpointDue)
        try ledger.checkpoint(isIdle: false)
        #expect(!ledger.isCheckpointDue)
        try ledger.close()
        #expect(!ledger.isCheckpointDue)
    }

    @Test("Commits don't change the file's length, and neither does its new beginning")
    func overwritten() throws {
        let directory = try TemporaryDirectory()
        let disk = SystemDisk()
        let path = directory.file()
        let ledger = try SQLiteLedger(path: path, options: Self.options(on: disk, forced: 100))
        #expect(ledger.description.reservation == .made)
        #expect(disk.size(of: path + "-wal") == Int64(Self.length))
        let database = disk.size(of: path)
        var head = LogHead.empty
        for _ in 0..<12 {
            head = try Self.append(1, of: 100, to: ledger, after: head)
            #expect(disk.size(of: path + "-wal") == Int64(Self.length))
        }
        // How often it has begun anew is in its header.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        #expect(bytes[15] >= 2)
        #expect(disk.size(of: path) > database)
        let reader = try LedgerReader(path: path)
        #expect(try reader.head() == head)
        try reader.backup(to: directory.file("copy.db"))
        try reader.close()
        #expect(try LedgerReader(path: directory.file("copy.db")).head() == head)
        try ledger.close()
        // What is stopped leaves one file.
        #expect(disk.size(of: path + "-wal") == 0)
        #expect(try SQLiteLedger(path: path).rebuild().head == head)
    }

    @Test("A server's has room for all that it may hold before it begins anew")
    func server() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file(), options: .server)
        #expect(ledger.description.reservation == .made)
        #expect(SystemDisk().size(of: directory.file() + "-wal") >= 4096 * 4120)
        try ledger.close()
        // Whoever only opens a database does not need it.
        let plain = try SQLiteLedger(path: directory.file())
        #expect(plain.description.reservation == .unwanted)
        #expect(SystemDisk().size(of: directory.file() + "-wal") == 0)
        try plain.close()
    }

    @Test("SQLite takes the zeroes for an empty log, and deletes it when the last one closes")
    func strangers() throws {
        let disk = SimulatedDisk()
        let ledger = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        let head = try Self.append(1, to: ledger, after: .empty)
        try ledger.checkpoint(isIdle: true)
        try ledger.close()
        let killed = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        #expect(killed.description.head == head)
        #expect(disk.contents(of: Self.log) == [UInt8](repeating: 0, count: Self.length))
        disk.crash()
        disk.reboot()
        // With nothing of ours: a reader of SQLite's own.
        let reader = try LedgerReader(path: Trial.path, on: disk)
        #expect(try reader.head() == head)
        #expect(try reader.table("PRAGMA integrity_check").rows == [[.text("ok")]])
        try reader.close()
        #expect(try Self.headFound(on: disk) == head)
    }

    @Test("What a crash has left in the file stays where it is")
    func leftByACrash() throws {
        let disk = SimulatedDisk()
        let saved = SavedSale.sample
        saved.restore(to: disk)
        let pages = saved.writeAheadLog.count / 4120 + 50
        let ledger = try SQLiteLedger(
            path: Trial.path, options: Self.options(on: disk, pages: pages))
        let contents = try #require(disk.contents(of: Self.log))
        #expect(contents.starts(with: saved.writeAheadLog))
        #expect(contents.count == 32 + pages * 4120)
        #expect(contents.dropFirst(saved.writeAheadLog.count).allSatisfy { $0 == 0 })
        #expect(ledger.description.head == saved.head)
        // As if it had not been moved into the database: the log alone has it, and it is found.
        disk.crash()
        disk.reboot()
        disk.replace(Trial.path, with: saved.database)
        let reopened = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        #expect(try reopened.rebuild().head == saved.head)
        try reopened.append(saved.batch)
        disk.losePower()
        disk.reboot()
        #expect(
            try SQLiteLedger(path: Trial.path, options: Self.options(on: disk)).rebuild().head
                == saved.batch.head)
    }

    @Test(
        "A crash or a power loss at each of its operations leaves the log as it was",
        arguments: [SimulatedDisk.Effect.crash, .powerLoss], UInt64(1)...4)
    func interrupted(_ effect: SimulatedDisk.Effect, seed: UInt64) throws {
        var points = 0
        for operation in [SimulatedDisk.Operation.write, .sync] {
            // From the end: the first operations are those of the recovery before.
            for successes in 0... {
                let disk = SimulatedDisk(seed: seed)
                SavedSale.sample.restore(to: disk)
                disk.inject(effect, at: operation, of: .writeAheadLog, after: successes)
                let isOpen =
                    (try? SQLiteLedger(path: Trial.path, options: Self.options(on: disk))) != nil
                guard disk.injected(effect) > 0 else {
                    #expect(isOpen)
                    break
                }
                points += 1
                disk.reboot()
                let reopened = try SQLiteLedger(
                    path: Trial.path, options: Self.options(on: disk))
                #expect(try reopened.rebuild().head == SavedSale.sample.head)
                try reopened.append(SavedSale.sample.batch)
                disk.losePower()
                disk.reboot()
                let again = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
                #expect(try again.rebuild().head == SavedSale.sample.batch.head)
            }
        }
        #expect(points > 5)
    }

    @Test("Without much room it is left out, and the file is as it was")
    func littleRoom() throws {
        let disk = SimulatedDisk()
        try SQLiteLedger(path: Trial.path, options: Self.options(on: disk, pages: 0)).close()
        disk.capacity = disk.used + Int64(7 * Self.length)
        let ledger = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        guard case .leftOut(let reason) = ledger.description.reservation else {
            Issue.record("\(ledger.description.reservation)")
            return
        }
        #expect(reason.contains("\(Self.length) bytes are wanted"))
        #expect(disk.size(of: Self.log) == 0)
        let head = try Self.append(3, to: ledger, after: .empty)
        try ledger.close()
        disk.capacity = disk.used + Int64(9 * Self.length)
        let again = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        #expect(again.description.reservation == .made)
        #expect(again.description.head == head)
        try again.close()
    }

    @Test(
        "A write that fails leaves it out, and bids go on",
        arguments: [SimulatedDisk.Effect.fail, .tear, .full], 0..<3)
    func failedWrite(_ effect: SimulatedDisk.Effect, successes: Int) throws {
        let disk = SimulatedDisk()
        try SQLiteLedger(path: Trial.path, options: Self.options(on: disk, pages: 0)).close()
        disk.inject(effect, at: .write, of: .writeAheadLog, after: successes)
        let ledger = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        guard case .leftOut(let reason) = ledger.description.reservation else {
            Issue.record("\(ledger.description.reservation)")
            return
        }
        #expect(reason.contains("write the write-ahead log"))
        #expect(disk.size(of: Self.log) == 0)
        let head = try Self.append(3, to: ledger, after: .empty)
        disk.losePower()
        disk.reboot()
        #expect(try Self.headFound(on: disk) == head)
    }

    @Test("A sync that fails is a fault of the disk, and the next opening finds everything")
    func failedSync() throws {
        let disk = SimulatedDisk()
        let ledger = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk, pages: 0))
        let head = try Self.append(3, to: ledger, after: .empty)
        try ledger.close()
        disk.inject(.fail, at: .sync, of: .writeAheadLog)
        let error = #expect(throws: LedgerError.self) {
            try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        }
        #expect(error?.kind == .ioError)
        #expect(disk.openFiles == 0)
        let again = try SQLiteLedger(path: Trial.path, options: Self.options(on: disk))
        #expect(again.description.reservation == .made)
        #expect(try again.rebuild().head == head)
        try again.close()
    }
}
