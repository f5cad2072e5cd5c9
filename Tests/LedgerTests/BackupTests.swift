import AuctionRules
import Foundation
import Synchronization
import Testing

@testable import Ledger

struct BackupTests {
    @Test("A backup has everything, and a log id of its own")
    func backup() throws {
        let directory = try IntegrityTests.sample()
        let reader = try LedgerReader(path: directory.file())
        try reader.backup(to: directory.file("copy.db"))
        let copy = try LedgerReader(path: directory.file("copy.db"))
        let original = try reader.rebuild()
        #expect(try copy.rebuild().head == original.head)
        #expect(try Projection.check(house: original.house, reader: copy) == [])
        #expect(try copy.status().logID != reader.status().logID)
        #expect(SystemDisk().status(of: directory.file("copy.db.partial")) == nil)
        try copy.close()
        try SQLiteLedger(path: directory.file("copy.db")).close()
    }

    @Test("A backup says how far it is: first every page of the database, then every entry")
    func progress() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        _ = try ReplayTests.play(seed: 7, commands: 2000, into: ledger)
        try ledger.close()
        let reader = try LedgerReader(path: directory.file())
        let told = Mutex<[BackupProgress]>([])
        try reader.backup(to: directory.file("copy.db")) { step in told.withLock { $0.append(step) }
        }
        let all = told.withLock { $0 }
        let copying = all.prefix { $0.step == .copying }
        #expect(copying.count > 1, "all of it in one step: the database is too small for this test")
        #expect(copying.map(\.done) == copying.map(\.done).sorted())
        #expect(copying.last?.done == copying.last?.total)
        let verifying = all.dropFirst(copying.count)
        #expect(verifying.allSatisfy { $0.step == .verifying && $0.done <= $0.total })
        #expect(verifying.map(\.done).max() == (try reader.status().head.position))
    }

    @Test("A backup never overwrites, and leaves nothing behind when it fails")
    func refuses() throws {
        let directory = try IntegrityTests.sample()
        let reader = try LedgerReader(path: directory.file())
        let error = #expect(throws: LedgerError.self) { try reader.backup(to: directory.file()) }
        #expect(error?.message.contains("never overwrites") == true)
        let missing = #expect(throws: LedgerError.self) {
            try reader.backup(to: directory.file("none/copy.db"))
        }
        #expect(missing?.kind == .directoryMissing)
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(!left.contains { $0.contains("partial") })
    }

    @Test("A backup taken while bids are written is one moment of the log")
    func whileWriting() async throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let reader = try LedgerReader(path: directory.file())
        let backups = 6
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try ReplayTests.play(seed: 5, commands: 600, into: ledger) }
            group.addTask {
                for index in 0..<backups {
                    try reader.backup(to: directory.file("copy\(index).db"))
                }
            }
            try await group.waitForAll()
        }
        for index in 0..<backups {
            let copy = try LedgerReader(path: directory.file("copy\(index).db"))
            let house = try copy.rebuild().house
            #expect(try Projection.check(house: house, reader: copy) == [])
            #expect(try copy.integrityFaults() == [])
        }
        #expect(try ledger.rebuild().head.position > 400)
    }
}
