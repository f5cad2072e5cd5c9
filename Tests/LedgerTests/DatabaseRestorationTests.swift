import AuctionRules
import Foundation
import Testing

@testable import Ledger

/// A backup comes back whole, or not at all.
struct DatabaseRestorationTests {
    /// A database with a backup of it, and three more bidders since.
    static func backedUp() throws -> (directory: TemporaryDirectory, backup: String) {
        let directory = try IntegrityTests.sample()
        try LedgerReader(path: directory.file()).backup(to: directory.file("backup.db"))
        let ledger = try SQLiteLedger(path: directory.file())
        try ledger.append(SQLiteLedgerTests.bidders(3, after: ledger.description.head))
        try ledger.close()
        return (directory, directory.file("backup.db"))
    }

    @Test("A restored database is the backup, sound, under a log id of its own")
    func restores() throws {
        let (directory, backup) = try Self.backedUp()
        let old = try LedgerReader(path: directory.file()).status()
        let result = try DatabaseRestoration(to: directory.file())
            .restore(from: backup, movingAsideTo: directory.file("old.db"))
        let source = try LedgerReader(path: backup).status()
        let restored = try LedgerReader(path: directory.file()).status()
        #expect(restored.head == source.head)
        #expect(Set([old.logID, source.logID, restored.logID]).count == 3)
        #expect(result.report.logID == restored.logID)
        #expect(result.movedAside == directory.file("old.db"))
        #expect(try VerificationTests.report(directory.file()).fault == nil)
        // The old one is whole, too.
        let moved = try LedgerReader(path: directory.file("old.db"))
        #expect(try moved.status().head == old.head)
        // A server can go on with it.
        let ledger = try SQLiteLedger(path: directory.file())
        try ledger.append(SQLiteLedgerTests.bidders(1, after: ledger.description.head, from: 9))
    }

    @Test("Where there is no database, nothing needs to be moved aside")
    func fresh() throws {
        let (directory, backup) = try Self.backedUp()
        let result = try DatabaseRestoration(to: directory.file("new.db"))
            .restore(from: backup, movingAsideTo: nil)
        #expect(result.movedAside == nil)
        #expect(try VerificationTests.report(directory.file("new.db")).fault == nil)
    }

    @Test("What was written last, and is in the write-ahead log only, goes aside with the rest")
    func unfolded() throws {
        let (directory, backup) = try Self.backedUp()
        // As a killed server leaves it.
        let ledger = try SQLiteLedger(path: directory.file())
        let batch = SQLiteLedgerTests.bidders(2, after: ledger.description.head, from: 20)
        try ledger.append(batch)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: directory.file() + suffix, toPath: directory.file("killed.db") + suffix)
        }
        #expect(SystemDisk().size(of: directory.file("killed.db-wal")) > 0)
        _ = try DatabaseRestoration(to: directory.file("killed.db"))
            .restore(from: backup, movingAsideTo: directory.file("aside.db"))
        #expect(try LedgerReader(path: directory.file("aside.db")).head() == batch.head)
        #expect(SystemDisk().status(of: directory.file("killed.db-wal")) == nil)
        #expect(try VerificationTests.report(directory.file("killed.db")).fault == nil)
    }

    @Test("Nothing is touched without being told to, while somebody has it, or for a bad backup")
    func refuses() throws {
        let (directory, backup) = try Self.backedUp()
        func contents() throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: directory.file()))
        }
        let before = try contents()
        let restoration = DatabaseRestoration(to: directory.file())
        let exists = #expect(throws: LedgerError.self) {
            try restoration.restore(from: backup, movingAsideTo: nil)
        }
        #expect(exists?.message.contains("never overwrites") == true)
        let ledger = try SQLiteLedger(path: directory.file())
        let locked = #expect(throws: LedgerError.self) {
            try restoration.restore(from: backup, movingAsideTo: directory.file("old.db"))
        }
        #expect(locked?.kind == .locked(by: getpid()))
        try ledger.close()
        try Stranger.tamper(backup, "UPDATE event SET at = at + 1 WHERE position = 9")
        let damaged = #expect(throws: LedgerError.self) {
            try restoration.restore(from: backup, movingAsideTo: directory.file("old.db"))
        }
        #expect(damaged?.kind == .corrupt(position: 9))
        let missing = #expect(throws: LedgerError.self) {
            try restoration.restore(
                from: directory.file("none.db"), movingAsideTo: directory.file("old.db"))
        }
        #expect(missing?.kind == .fileMissing)
        #expect(try contents() == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(!left.contains { $0.contains("restored") || $0.contains("partial") })
    }

    @Test("A damaged database is not backed up")
    func damagedSource() throws {
        let directory = try IntegrityTests.sample()
        try Stranger.tamper(directory.file(), "UPDATE event SET told_max = told_max + 1")
        let error = #expect(throws: LedgerError.self) {
            try LedgerReader(path: directory.file()).backup(to: directory.file("copy.db"))
        }
        guard case .corrupt = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(SystemDisk().status(of: directory.file("copy.db")) == nil)
    }
}
