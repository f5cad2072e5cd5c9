import AuctionRules
import DiskSimulation
import Foundation
import Synchronization
import Testing

@testable import Ledger

/// The simulated disk itself: what it promises to those who test with it.
@Suite("The simulated disk")
struct SimulatedDiskTests {
    static func play(on disk: SimulatedDisk) throws {
        let ledger = try disk.ledger()
        try Scene(ledger).playSample()
        try ledger.close()
    }

    @Test("Real SQLite does all of its work on it, and the same work is the same operations")
    func deterministic() throws {
        let first = SimulatedDisk(seed: 7)
        let second = SimulatedDisk(seed: 7)
        try Self.play(on: first)
        try Self.play(on: second)
        #expect(first.count(.write, of: .writeAheadLog) > 50)
        #expect(first.count(.sync, of: .writeAheadLog) >= 5)
        #expect(first.trace == second.trace)
        #expect(first.count() == second.count())
        // What closing in order leaves: a database without a write-ahead log.
        #expect(first.contents(of: "gavel.db")?.count ?? 0 > 100_000)
        #expect(first.contents(of: "gavel.db-wal") == nil)
    }

    @Test("Several disks know nothing of each other")
    func apart() throws {
        let first = SimulatedDisk()
        let second = SimulatedDisk()
        first.inject(.fail, times: nil)
        try Self.play(on: second)
        #expect(throws: LedgerError.self) { try Self.play(on: first) }
        #expect(second.injected() == 0)
    }

    @Test("The lock keeps a second writer out, and ends with the process")
    func lock() throws {
        let disk = SimulatedDisk()
        let first = try disk.ledger()
        let error = #expect(throws: LedgerError.self) {
            try disk.ledger()
        }
        #expect(error?.kind == .locked(by: nil))
        disk.crash()
        #expect(throws: LedgerError.self) { try first.beat(at: .latest) }
        disk.reboot()
        let second = try disk.ledger()
        // The dead one's end is not the living one's.
        try? first.close()
        #expect(throws: LedgerError.self) { try disk.ledger() }
        try second.close()
    }

    @Test("A capacity is a full disk, and room made is room")
    func capacity() throws {
        let disk = SimulatedDisk()
        var ledger = try disk.ledger()
        disk.capacity = disk.used + 20_000
        #expect(disk.freeSpace(beside: "gavel.db") == 20_000)
        let batch = SQLiteLedgerTests.bidders(3000, after: .empty)
        let error = #expect(throws: LedgerError.self) { try ledger.append(batch) }
        #expect(error?.kind == .diskFull)
        try ledger.close()
        disk.capacity = nil
        ledger = try disk.ledger()
        try ledger.append(batch)
        try ledger.close()
    }

    @Test("Whoever wants to know of every operation is called before it")
    func hook() throws {
        let disk = SimulatedDisk()
        let calls = Mutex(0)
        disk.onOperation { _, _ in calls.withLock { $0 += 1 } }
        try Self.play(on: disk)
        #expect(calls.withLock { $0 } == disk.count())
    }

    /// It would copy pages that a failed sync has lost, and what a loss of power brings back of the log would be
    /// played over them.
    @Test("Who opens it to read moves and deletes nothing, on this disk as on the system's own")
    func reading() throws {
        let disk = SimulatedDisk()
        let ledger = try disk.ledger()
        let batch = SQLiteLedgerTests.bidders(50, after: .empty)
        try ledger.append(batch)
        disk.crash()
        disk.reboot()
        let database = try #require(disk.contents(of: Trial.path))
        let log = try #require(disk.contents(of: Trial.path + "-wal"))
        #expect(log.count > 50_000)

        let directory = try TemporaryDirectory()
        let path = directory.file()
        try Data(database).write(to: URL(filePath: path))
        try Data(log).write(to: URL(filePath: path + "-wal"))
        for reader in [
            try LedgerReader(path: Trial.path, on: disk), try LedgerReader(path: path),
        ] {
            #expect(try reader.head() == batch.head)
            try reader.close()
        }
        #expect(disk.contents(of: Trial.path) == database)
        #expect(disk.contents(of: Trial.path + "-wal") == log)
        #expect(try Array(Data(contentsOf: URL(filePath: path))) == database)
        #expect(try Array(Data(contentsOf: URL(filePath: path + "-wal"))) == log)
    }
}
