import AuctionRules
import DiskSimulation
import GRDB
import GRDBSQLite
import Testing

@testable import Ledger

/// What SQLite takes for moved into the database is moved again by whoever opens it.
@Suite("Pages that were moved in vain")
struct MovedPagesTests {
    /// A ledger that is about to move pages, and somebody who reads beside it.
    private final class Scene {
        let disk: SimulatedDisk
        var ledger: SQLiteLedger
        let reader: DatabaseQueue
        var head = LogHead.empty

        init(seed: UInt64) throws {
            disk = SimulatedDisk(seed: seed)
            ledger = try disk.ledger { $0.checkpoints.idlePages = 1 }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.allowsUnsafeTransactions = true
            reader = try DatabaseQueue(
                path: disk.sqliteName(of: Trial.path), configuration: configuration)
        }

        func append(_ count: Int) throws {
            let batch = SQLiteLedgerTests.bidders(count, after: head, from: Int(head.position))
            try ledger.append(batch)
            head = batch.head
        }

        func beginReading() throws {
            try reader.inDatabase { database in
                try database.execute(sql: "BEGIN")
                _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM event")
            }
        }

        func endReading() throws {
            try reader.inDatabase { try $0.execute(sql: "ROLLBACK") }
        }

        /// What is there after a loss of power.
        func checkAfterPowerLoss() throws {
            disk.losePower()
            disk.reboot()
            let reopened = try disk.ledger()
            #expect(try reopened.rebuild().head == head)
            let look = try LedgerReader(path: Trial.path, on: disk)
            #expect(try look.table("PRAGMA integrity_check").rows == [[.text("ok")]])
            #expect(try look.integrityFaults() == [])
            try look.close()
            try reopened.close()
        }
    }

    @Test(
        "What was copied up to a reader, and whose sync failed then, is there after a power loss",
        arguments: UInt64(1)...16, [false, true])
    func movedInPart(seed: UInt64, isRead: Bool) throws {
        let scene = try Scene(seed: seed)
        try scene.append(200)
        try scene.beginReading()
        try scene.append(200)
        let writes = scene.disk.count(.write, of: .database)
        let syncs = scene.disk.count(.sync, of: .database)
        try scene.ledger.checkpoint(isIdle: true)
        #expect(scene.disk.count(.write, of: .database) > writes)
        #expect(scene.disk.count(.sync, of: .database) == syncs)
        try scene.endReading()
        scene.disk.inject(.fail, at: .sync, of: .database)
        #expect(throws: LedgerError.self) { try scene.ledger.checkpoint(isIdle: true) }
        try? scene.ledger.close()
        // As the service does; the other one still has the database open, and may be reading.
        if isRead { try scene.beginReading() }
        scene.ledger = try scene.disk.ledger()
        if isRead { try scene.endReading() }
        // Where it may, the log begins anew, over what it had.
        try scene.append(1)
        try scene.append(50)
        try scene.checkAfterPowerLoss()
    }

    @Test("A reader goes on to see what it saw while all is moved again")
    func readers() throws {
        let scene = try Scene(seed: 1)
        try scene.append(100)
        try scene.beginReading()
        try scene.append(100)
        try scene.ledger.checkpoint(isIdle: true)
        try scene.ledger.close()
        scene.ledger = try scene.disk.ledger()
        try scene.append(100)
        try scene.ledger.checkpoint(isIdle: true)
        let (count, integrity) = try scene.reader.inDatabase { database in
            (
                try Int.fetchOne(database, sql: "SELECT count(*) FROM event"),
                try String.fetchOne(database, sql: "PRAGMA integrity_check")
            )
        }
        #expect(count == 100)
        #expect(integrity == "ok")
        try scene.endReading()
        try scene.checkAfterPowerLoss()
    }

    @Test("Whoever moves pages at that moment is waited for, and named when it goes on")
    func locked() throws {
        let disk = SimulatedDisk()
        try disk.ledger().close()
        let other = try DatabaseQueue(path: disk.sqliteName(of: Trial.path))
        let lock = try other.inDatabase { database in
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM event")
            return try CheckpointLock(of: database.connection())
        }
        let error = #expect(throws: LedgerError.self) { try disk.ledger() }
        #expect(error?.kind == .busy)
        lock.release()
        try other.close()
        try disk.ledger().close()
    }
}

/// The lock that SQLite takes for a checkpoint, held for longer.
private struct CheckpointLock {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let methods: UnsafePointer<sqlite3_io_methods>

    init(of connection: OpaquePointer) throws {
        var file: UnsafeMutablePointer<sqlite3_file>?
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        self.file = try #require(file)
        methods = try #require(self.file.pointee.pMethods)
        let code = methods.pointee.xShmLock(
            self.file, 1, 1, SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE)
        try #require(code == SQLITE_OK)
    }

    func release() {
        _ = methods.pointee.xShmLock(file, 1, 1, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE)
    }
}
