import AuctionRules
import DiskSimulation
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Ledger

/// Commits whose sync is held back, until somebody makes it up.
@Suite("Syncs that are held back")
struct LogSyncTests {
    /// A ledger whose log has been synced before, as the first sync is never held back.
    private static func ledger(
        on disk: SimulatedDisk, _ change: (inout SQLiteLedger.Options) -> Void = { _ in }
    ) throws -> (ledger: SQLiteLedger, head: LogHead) {
        let ledger = try disk.ledger(change)
        let batch = SQLiteLedgerTests.bidders(5, after: .empty)
        try ledger.append(batch)
        return (ledger, batch.head)
    }

    private static func next(after head: LogHead, count: Int = 5) -> LogBatch {
        SQLiteLedgerTests.bidders(count, after: head, from: Int(head.position))
    }

    private static func headAfterPowerLoss(on disk: SimulatedDisk) throws -> LogHead {
        disk.losePower()
        disk.reboot()
        let ledger = try disk.ledger()
        defer { try? ledger.close() }
        return try ledger.rebuild().head
    }

    @Test("What is written is seen at once, and not synced; one sync makes several commits durable")
    func shared() throws {
        let disk = SimulatedDisk()
        var (ledger, head) = try Self.ledger(on: disk)
        let syncs = disk.count(.sync)
        let reader = try LedgerReader(path: Trial.path, on: disk)
        for _ in 0..<3 {
            let batch = Self.next(after: head)
            try ledger.write(batch)
            head = batch.head
            #expect(try reader.head() == head)
        }
        #expect(disk.count(.sync) == syncs)
        try ledger.sync()
        #expect(disk.count(.sync) == syncs + 1)
        try reader.close()
        #expect(try Self.headAfterPowerLoss(on: disk) == head)
    }

    @Test("A loss of power before the sync leaves the first ones, and none with a hole before it")
    func lostBefore() throws {
        var found: Set<Int64> = []
        for seed in UInt64(1)...24 {
            let disk = SimulatedDisk(seed: seed)
            let (ledger, first) = try Self.ledger(on: disk)
            var heads = [first]
            for _ in 0..<4 {
                let batch = Self.next(after: heads[heads.count - 1])
                try ledger.write(batch)
                heads.append(batch.head)
            }
            let head = try Self.headAfterPowerLoss(on: disk)
            #expect(heads.contains(head))
            found.insert(head.position)
        }
        // It bites: what is not synced can be lost.
        #expect(found.count > 1)
    }

    @Test("An append, a heartbeat and a checkpoint make all durable that was written before")
    func others() throws {
        typealias Act = (SQLiteLedger, LogHead) throws -> LogHead
        let acts: [Act] = [
            { ledger, head in
                let batch = Self.next(after: head)
                try ledger.append(batch)
                return batch.head
            },
            { ledger, head in
                try ledger.beat(at: Trial.heartbeat)
                return head
            },
            { ledger, head in
                try ledger.checkpoint(isIdle: true)
                return head
            },
        ]
        for act in acts {
            for seed in UInt64(1)...8 {
                let disk = SimulatedDisk(seed: seed)
                let (ledger, first) = try Self.ledger(on: disk) { $0.checkpoints.idlePages = 1 }
                let batch = Self.next(after: first)
                try ledger.write(batch)
                let head = try act(ledger, batch.head)
                #expect(try Self.headAfterPowerLoss(on: disk) == head)
            }
        }
    }

    @Test("The log is synced before pages of it go into the database, and when it begins anew")
    func order() throws {
        let disk = SimulatedDisk()
        let operations = Mutex<[String]>([])
        disk.onOperation { operation, file in
            guard operation == .write || operation == .sync else { return }
            operations.withLock { $0.append("\(operation) \(file)") }
        }
        let (ledger, first) = try Self.ledger(on: disk) { $0.checkpoints.idlePages = 1 }
        let second = Self.next(after: first)
        operations.withLock { $0 = [] }
        try ledger.write(second)
        try ledger.checkpoint(isIdle: true)
        let moved = operations.withLock { $0 }
        #expect(moved.prefix(3) == ["write writeAheadLog", "sync writeAheadLog", "write database"])
        #expect(moved.last == "sync database")
        operations.withLock { $0 = [] }
        let third = Self.next(after: second.head)
        try ledger.write(third)
        // The header, and only then the pages; their sync is held back.
        #expect(
            operations.withLock { $0 } == [
                "write writeAheadLog", "sync writeAheadLog", "write writeAheadLog",
            ])
        try ledger.sync()
        #expect(try Self.headAfterPowerLoss(on: disk) == third.head)
    }

    @Test("After a sync that has failed none succeeds, and the ledger is used no more")
    func failure() throws {
        let disk = SimulatedDisk()
        let (ledger, first) = try Self.ledger(on: disk)
        let batch = Self.next(after: first)
        try ledger.write(batch)
        disk.inject(.fail, at: .sync, of: .writeAheadLog)
        let error = #expect(throws: LedgerError.self) { try ledger.sync() }
        #expect(error?.kind == .ioError)
        // The disk works again, and would say that all is well.
        #expect(throws: LedgerError.self) { try ledger.sync() }
        let next = Self.next(after: batch.head)
        #expect(throws: LedgerError.poisoned) { try ledger.write(next) }
        #expect(throws: LedgerError.poisoned) { try ledger.append(next) }
        #expect(throws: LedgerError.poisoned) { try ledger.beat(at: Trial.heartbeat) }
        try? ledger.close()
        let reopened = try disk.ledger()
        let head = reopened.description.head
        #expect(head == batch.head)
        #expect(try Self.headAfterPowerLoss(on: disk) == head)
    }

    @Test("A closed log is not synced any more")
    func closed() throws {
        let (ledger, _) = try Self.ledger(on: SimulatedDisk())
        try ledger.close()
        #expect(throws: LedgerError.self) { try ledger.sync() }
    }

    @Test("On the system's disk one thread syncs while another writes, and the log begins anew")
    func beside() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file()
        var options = SQLiteLedger.Options()
        options.checkpoints.forcedPages = 60
        options.reservedPages = 100
        let ledger = try SQLiteLedger(path: path, options: options)
        let isDone = Mutex(false)
        let fault = Mutex<(any Error)?>(nil)
        let (begun, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // A thread of its own: it is to run beside this one, however busy the threads are that tests share.
        Thread.detachNewThread {
            defer { ended.signal() }
            do {
                try ledger.sync()
                begun.signal()
                while !isDone.withLock({ $0 }) { try ledger.sync() }
            } catch {
                fault.withLock { $0 = error }
                begun.signal()
            }
        }
        begun.wait()
        var head = LogHead.empty
        for _ in 0..<100 {
            let batch = Self.next(after: head, count: 40)
            try ledger.write(batch)
            try ledger.checkpoint(isIdle: false)
            head = batch.head
        }
        isDone.withLock { $0 = true }
        ended.wait()
        #expect(fault.withLock { $0 } == nil)
        try ledger.sync()
        try ledger.close()
        let reopened = try SQLiteLedger(path: path)
        #expect(try reopened.rebuild().head == head)
        try reopened.close()
    }
}
