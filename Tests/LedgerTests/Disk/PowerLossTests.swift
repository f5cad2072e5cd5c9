import AuctionRules
import DiskSimulation
import GRDB
import Testing

@testable import Ledger

/// What is on disk stays, whatever else the power takes; and these tests would notice if not.
@Suite("Power loss")
struct PowerLossTests {
    static let seeds = UInt64(1)...16

    @Test("Every batch whose append has returned is there after a power loss", arguments: seeds)
    func nothingAcknowledgedIsLost(seed: UInt64) throws {
        let lost = try Self.lost(seed: seed) { disk in
            let ledger = try disk.ledger { options in
                options.checkpoints.forcedPages = 40
                options.reservedPages = 60
            }
            return { batch in
                try ledger.append(batch)
                try ledger.checkpoint(isIdle: false)
            }
        }
        #expect(lost == 0)
    }

    @Test("What is acknowledged after a failed sync is there after a power loss", arguments: seeds)
    func afterFailedSync(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed)
        SavedSale.sample.restore(to: disk)
        var ledger = try disk.ledger()
        disk.inject(.fail, at: .sync)
        let error = #expect(throws: LedgerError.self) {
            try ledger.append(SavedSale.sample.batch)
        }
        #expect(error?.kind == .ioError)
        // As the service does: what is there now counts, and the same bids come again.
        try? ledger.close()
        ledger = try disk.ledger()
        if ledger.description.head == SavedSale.sample.head {
            try ledger.append(SavedSale.sample.batch)
        }
        disk.losePower()
        disk.reboot()
        let reopened = try disk.ledger()
        #expect(try reopened.rebuild().head == SavedSale.sample.batch.head)
    }

    @Test("What a later server reads after a failed sync is durable", arguments: seeds)
    func readAfterFailedSync(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed)
        SavedSale.sample.restore(to: disk)
        let ledger = try disk.ledger()
        disk.inject(.fail, at: .sync, times: nil)
        #expect(throws: LedgerError.self) { try ledger.append(SavedSale.sample.batch) }
        // Its process dies, and the disk is mended. The system still has what was never written.
        disk.crash()
        disk.clearFaults()
        disk.reboot()
        let read = try disk.ledger()
        disk.losePower()
        disk.reboot()
        let reopened = try disk.ledger()
        #expect(reopened.description.head == read.description.head)
    }

    @Test("It bites: with syncs that lie, acknowledged batches are lost")
    func lyingSyncs() throws {
        let lost = try Self.seeds.reduce(0) { sum, seed in
            try sum
                + Self.lost(seed: seed) { disk in
                    let ledger = try disk.ledger()
                    disk.inject(.lie, at: .sync, times: nil)
                    return { batch in try ledger.append(batch) }
                }
        }
        #expect(lost > 0)
    }

    @Test("It bites: with synchronous=NORMAL, acknowledged batches are lost")
    func normalInsteadOfFull() throws {
        let lost = try Self.seeds.reduce(0) { sum, seed in
            try sum
                + Self.lost(seed: seed) { disk in
                    // The ledger itself refuses to work like that: its writer, on a connection that
                    // somebody else has opened.
                    try disk.ledger().close()
                    let queue = try DatabaseQueue(path: disk.sqliteName(of: Trial.path))
                    let writer = try queue.writeWithoutTransaction { database in
                        try database.execute(sql: "PRAGMA synchronous = NORMAL")
                        return Locked(try Writer(database.connection()))
                    }
                    return { batch in
                        try writer.withLock { writer throws(LedgerError) in
                            try writer.append(batch)
                        }
                    }
                }
        }
        #expect(lost > 0)
    }

    /// Appends batches until the power fails at a seeded operation.
    ///
    /// - Parameter start: opens a log on the disk; gives what appends to it.
    /// - Returns: how many batches are missing that were reported as appended.
    private static func lost(
        seed: UInt64, start: (SimulatedDisk) throws -> (LogBatch) throws -> Void
    ) throws -> Int64 {
        let disk = SimulatedDisk(seed: seed)
        let append = try start(disk)
        var random = SeededGenerator(seed: seed)
        disk.inject(.powerLoss, after: Int.random(in: 0..<400, using: &random))
        var acknowledged = LogHead.empty
        var attempted = LogHead.empty
        for round in 0..<200 {
            let batch = SQLiteLedgerTests.bidders(2, after: acknowledged, from: round * 2)
            attempted = batch.head
            do { try append(batch) } catch { break }
            acknowledged = batch.head
        }
        if !disk.isDown { disk.losePower() }
        disk.clearFaults()
        disk.reboot()
        let reopened = try disk.ledger()
        let head = try reopened.rebuild().head
        #expect(head.position <= attempted.position)
        #expect(head == acknowledged || head == attempted || head.position < acknowledged.position)
        return max(0, acknowledged.position - head.position)
    }
}
