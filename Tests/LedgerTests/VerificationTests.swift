import AuctionRules
import Foundation
import GRDB
import Testing

@testable import Ledger

/// A sound database passes; whatever is changed in one is found.
struct VerificationTests {
    static func report(_ path: String) throws -> LogReport {
        try LogVerifier(path: path).verify()
    }

    /// What is wrong, in words: a fault, or an error that says the file is damaged.
    static func finding(_ path: String) throws -> String? {
        do {
            return try report(path).fault?.description
        } catch let error as LedgerError {
            switch error.kind {
            case .corrupt, .notADatabase, .foreign, .newerSchema, .olderSchema, .changedMigration:
                return error.message
            default: throw error
            }
        }
    }

    @Test("A random sale is found sound, and counted", arguments: 101...120)
    func sound(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = try ReplayTests.play(seed: seed, commands: 300, into: ledger)
        // The writer still has it open.
        let report = try Self.report(directory.file())
        #expect(report.fault == nil, "seed \(seed)")
        #expect(report.head == scene.head)
        #expect(report.logID == ledger.logID)
        #expect(report.lots == 8)
        let commitments = scene.house.auctions.values.reduce(0) { $0 + $1.commitments.count }
        #expect(report.bids == Int64(commitments))
    }

    @Test("A database without an event is sound")
    func empty() throws {
        let directory = try TemporaryDirectory()
        try SQLiteLedger(path: directory.file()).close()
        #expect(try Self.report(directory.file()).fault == nil)
    }

    @Test("The progress reaches its end")
    func progress() throws {
        let directory = try IntegrityTests.sample()
        let seen = SeenProgress()
        let report = try LogVerifier(path: directory.file()).verify { seen.note($0, $1) }
        #expect(seen.greatest == report.head.position)
    }

    // MARK: - Damage through SQL

    /// Changes a value a little, whatever it is.
    private static let changed = """
        CASE typeof(COLUMN) WHEN 'integer' THEN COLUMN + 1000 WHEN 'null' THEN 1
            WHEN 'blob' THEN CAST(substr(COLUMN, 2) || x'00' AS BLOB)
            ELSE replace(COLUMN, substr(COLUMN, -2, 1), '~') END
        """

    /// Every column of every table that follows from the log, and of the log itself.
    static func columns() throws -> [(table: String, column: String)] {
        let directory = try IntegrityTests.sample()
        return try Stranger.values(
            directory.file(),
            """
            SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite%'
                AND t.name IN ('event', 'lot', 'standing', 'bidding', 'void', 'sale', 'bidder',
                    'registration', 'token', 'migration')
            """
        ).map { ($0[0] ?? "", $0[1] ?? "") }
    }

    @Test("A changed value in any column of any row is found")
    func changedValue() throws {
        let columns = try Self.columns()
        #expect(columns.count > 90)
        let sample = try IntegrityTests.sample()
        for (table, column) in columns {
            // When a file of the schema was run follows from nothing.
            guard column != "applied_at" else { continue }
            let path = sample.file("changed.db")
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: sample.file(), toPath: path)
            let change = Self.changed.replacingOccurrences(of: "COLUMN", with: column)
            let row =
                "(SELECT rowid FROM \(table) LIMIT 1 OFFSET (SELECT count(*) / 2 FROM \(table)))"
            let hasRowID = ["event", "lot", "standing", "bidding", "migration"].contains(table)
            try Stranger.tamper(
                path,
                "UPDATE \(table) SET \(column) = \(change)"
                    + (hasRowID ? " WHERE rowid = \(row)" : ""))
            #expect(try Self.finding(path) != nil, "\(table).\(column)")
        }
    }

    @Test(
        "A row that is taken out of any table is found, and one that is put in",
        arguments: [
            "DELETE FROM event WHERE position = (SELECT max(position) FROM event)",
            "DELETE FROM event WHERE position = 7",
            "UPDATE event SET bid = 'new' WHERE bid IS NOT NULL AND position % 2 = 0",
            "UPDATE event SET alias = 9 WHERE alias = 1", "DELETE FROM void",
            "DELETE FROM sale", "DELETE FROM bidder WHERE id = 'dora'", "DELETE FROM registration",
            "DELETE FROM token", "DELETE FROM lot WHERE id = 'later'",
            "DELETE FROM standing WHERE lot = 0", "DELETE FROM bidding WHERE lot = 0",
            "DELETE FROM meta",
            "UPDATE signing_key SET added_at = added_at + 1",
            "DELETE FROM signing_key WHERE public_key LIKE 'c%'",
            "INSERT INTO sale VALUES ('x', 'x', 0, 0, NULL)",
            "INSERT INTO bidder (id, suspended) VALUES ('x', 0)",
            "INSERT INTO void SELECT auction, ordinal, 1 FROM commitment WHERE NOT voided LIMIT 1",
            "DROP TRIGGER event_is_never_changed",
            "DROP VIEW integrity_faults", "CREATE TABLE more (a)",
        ])
    func rows(sql: String) throws {
        let directory = try IntegrityTests.sample()
        try Stranger.tamper(directory.file(), sql)
        #expect(try Self.finding(directory.file()) != nil)
    }

    /// A verification does not ask the view: all of its rules have to follow from what it does itself.
    @Test(
        "What breaks a rule of integrity_faults is found without it",
        arguments: IntegrityTests.damages.map(\.sql))
    func integrityRules(sql: String) throws {
        let directory = try IntegrityTests.sample()
        try Stranger.tamper(directory.file(), sql)
        #expect(try Self.finding(directory.file()) != nil)
    }

    @Test("The first fault is named, with its position and its lot")
    func firstFault() throws {
        let directory = try IntegrityTests.sample()
        try Stranger.tamper(
            directory.file(),
            "UPDATE event SET payload = replace(payload, '1500', '1501') WHERE position IN "
                + "(SELECT position FROM event WHERE payload LIKE '%:1500,%' LIMIT 1)")
        try Stranger.tamper(directory.file(), "UPDATE event SET at = at + 1 WHERE position = 30")
        let fault = try #require(try Self.report(directory.file()).fault)
        let expected = try Stranger.values(
            directory.file(), "SELECT position FROM event WHERE payload LIKE '%:1501,%'")
        #expect(fault.position == expected[0][0].flatMap { Int64($0) })
        #expect(fault.auction == "book")
    }

    // MARK: - Damage to the file's bytes

    /// All that SQLite reads from the file and that means something: every value of every table, and
    /// the schema. The heartbeat and the time of a migration follow from nothing else.
    static func contents(_ path: String) throws -> [String: [[String?]]] {
        let tables = try Stranger.values(
            path,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        var contents = [
            "schema": try Stranger.values(path, "SELECT type, name, sql FROM sqlite_schema")
        ]
        for table in tables.compactMap({ $0[0] }) where table != "heartbeat" {
            contents[table] = try Stranger.values(
                path,
                table == "migration"
                    ? "SELECT number, name, checksum FROM migration" : "SELECT * FROM \(table)")
        }
        return contents
    }

    @Test(
        "A flipped byte anywhere in the file is found, or changes nothing that is in it",
        arguments: 1...4)
    func flippedByte(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let directory = try IntegrityTests.sample()
        let original = try Self.contents(directory.file())
        let sound = try Data(contentsOf: URL(fileURLWithPath: directory.file()))
        let path = directory.file("flipped.db")
        var found = 0
        for round in 0..<100 where round < 16 || found == 0 {
            var bytes = sound
            let index = Int.random(in: 0..<bytes.count, using: &random)
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try bytes.write(to: URL(fileURLWithPath: path))
            if try Self.finding(path) != nil {
                found += 1
            } else {
                #expect(try Self.contents(path) == original, "byte \(index), seed \(seed)")
            }
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
        }
        // Much of a small database is empty space: all of sixteen bytes may have been there.
        #expect(found > 0)
    }
}

/// The greatest progress that was told.
private final class SeenProgress: @unchecked Sendable {
    // Guarded by the lock.
    private var value: Int64 = 0
    private let lock = NSLock()

    func note(_ done: Int64, _ total: Int64) { lock.withLock { value = max(value, done) } }
    var greatest: Int64 { lock.withLock { value } }
}

extension Stranger {
    /// As ``vandalize(_:_:)``, but by somebody who leaves no trace: the triggers are there again.
    static func tamper(_ path: String, _ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            let triggers = try Row.fetchAll(
                database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            let drops = sql.hasPrefix("DROP")
            if !drops {
                for trigger in triggers {
                    try database.execute(sql: "DROP TRIGGER \(trigger["name"] as String)")
                }
            }
            try database.execute(sql: sql)
            if !drops { for trigger in triggers { try database.execute(sql: trigger["sql"]) } }
            try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try queue.close()
    }
}
