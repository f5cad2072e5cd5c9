import AuctionRules
import DiskSimulation
import Testing

@testable import Ledger

/// The write-ahead log moves into the database a little at a time, and nobody waits for all of it at once.
struct CheckpointsTests {
    private static let step = 20

    /// A ledger on a disk of its own, that commits on.
    private final class Sale {
        let disk = SimulatedDisk()
        let ledger: SQLiteLedger
        private(set) var head = LogHead.empty

        init(forcedPages: Int) throws {
            ledger = try disk.ledger { options in
                options.checkpoints.stepPages = CheckpointsTests.step
                options.checkpoints.forcedPages = forcedPages
            }
        }

        var written: Int { disk.count(.write, of: .database) }
        var synced: Int { disk.count(.sync, of: .database) }

        /// How often the log has begun anew: the file's header counts it.
        var beginnings: UInt32 {
            let header = disk.contents(of: Trial.path + "-wal")?.prefix(16).suffix(4) ?? []
            return header.reduce(0) { $0 << 8 | UInt32($1) }
        }

        /// Some two pages each.
        func commit(_ times: Int) throws {
            for _ in 0..<times {
                let batch = SQLiteLedgerTests.bidders(2, after: head, from: Int(head.position))
                try ledger.append(batch)
                head = batch.head
                try ledger.checkpoint(isIdle: false)
            }
        }
    }

    @Test("A step copies what was there at the step before, without a sync, and the log goes on")
    func steps() throws {
        let sale = try Sale(forcedPages: 10_000)
        try sale.commit(1)
        let (written, synced, beginnings) = (sale.written, sale.synced, sale.beginnings)
        try sale.commit(200)
        #expect(sale.written > written + 2 * Self.step)
        #expect(sale.synced == synced)
        #expect(sale.beginnings == beginnings)
        // A reader finds the pages where they are now.
        let reader = try LedgerReader(path: Trial.path, on: sale.disk)
        #expect(try reader.rebuild().head == sale.head)
        try reader.close()
        try sale.ledger.close()
    }

    @Test("When the log begins anew, little of it is left to be moved, and that is synced")
    func beginsAnew() throws {
        let sale = try Sale(forcedPages: 400)
        try sale.commit(1)
        let beginnings = sale.beginnings
        var atOnce = 0
        while sale.beginnings < beginnings + 3 {
            let (written, synced) = (sale.written, sale.synced)
            try sale.commit(1)
            if sale.synced > synced { atOnce = max(atOnce, sale.written - written) }
        }
        #expect(atOnce > 0)
        #expect(atOnce <= 2 * Self.step + 10)
        #expect(try sale.ledger.rebuild().head == sale.head)
        try sale.ledger.close()
    }

    @Test("Somebody who reads for long keeps pages back, and gets the database as it was")
    func longReader() throws {
        let sale = try Sale(forcedPages: 200)
        try sale.commit(30)
        let before = sale.head
        let reader = try LedgerReader(path: Trial.path, on: sale.disk)
        var read: Int64 = 0
        let beginnings = sale.beginnings
        try reader.entries(after: 0) { entry in
            if read == 0 { try sale.commit(200) }
            read = entry.position
        }
        #expect(read == before.position)
        #expect(sale.beginnings == beginnings)
        try sale.commit(2)
        #expect(sale.beginnings == beginnings + 1)
        #expect(try reader.rebuild().head == sale.head)
        try reader.close()
        try sale.ledger.close()
    }

    @Test("Without the reader that marks how far a step goes there are none, and no harm")
    func noMark() throws {
        let sale = try Sale(forcedPages: 100)
        try sale.commit(1)
        let beginnings = sale.beginnings
        sale.disk.inject(.fail, at: .open, of: .database, times: nil)
        let written = sale.written
        try sale.commit(15)
        #expect(sale.written == written)
        try sale.commit(100)
        #expect(sale.beginnings > beginnings)
        sale.disk.clearFaults()
        #expect(try sale.ledger.rebuild().head == sale.head)
        try sale.ledger.close()
        #expect(sale.disk.openFiles == 0)
    }
}
