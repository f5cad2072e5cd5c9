import AuctionRules
import GRDB
import Migrations
import Testing

@testable import Ledger

/// The schema's history: run in order, remembered, and refused when it is not ours.
struct MigrationTests {
    /// A database as it was when only the first migrations were known.
    static func database(_ path: String, migrations: Int) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try Migrator(Array(Migrations.all.prefix(migrations)))
                .migrate(database, at: Instant(milliseconds: 42))
        }
        try queue.close()
    }

    static func schema(_ path: String) throws -> [[String?]] {
        try Stranger.values(path, "SELECT type, name, sql FROM sqlite_schema ORDER BY name")
    }

    @Test("Numbers have no hole, names carry them, and files stay small enough to embed")
    func numbering() {
        #expect(Migrations.all.map(\.number) == Array(1...Migrations.all.count))
        for migration in Migrations.all {
            #expect(
                migration.name.hasPrefix("v000\(migration.number)_".suffix(100))
                    || migration.name.hasPrefix("v00\(migration.number)_"))
            #expect(migration.sql.utf8.count < 6000)
            #expect(migration.sql.hasPrefix("-- "), "\(migration.name) does not say why it is")
        }
        #expect(Set(Migrations.all.map(\.checksum)).count == Migrations.all.count)
    }

    @Test("Every earlier schema is brought to the same one", arguments: 0..<Migrations.all.count)
    func fromEachVersion(version: Int) throws {
        let directory = try TemporaryDirectory()
        try SQLiteLedger(path: directory.file("fresh.db")).close()
        try Self.database(directory.file("old.db"), migrations: version)
        let ledger = try SQLiteLedger(path: directory.file("old.db"))
        #expect(ledger.description.schema == Migrations.all.count)
        try ledger.close()
        #expect(
            try Self.schema(directory.file("old.db")) == Self.schema(directory.file("fresh.db")))
        let runs = try Stranger.values(
            directory.file("old.db"), "SELECT number, applied_at = 42 FROM migration")
        #expect(runs.count == Migrations.all.count)
        #expect(runs.filter { $0[1] == "1" }.count == version, "it was run again")
    }

    @Test("Opening again changes nothing")
    func rerun() throws {
        let directory = try TemporaryDirectory()
        try SQLiteLedger(path: directory.file()).close()
        let before = try Stranger.values(directory.file(), "SELECT * FROM migration")
        try SQLiteLedger(path: directory.file()).close()
        #expect(try Stranger.values(directory.file(), "SELECT * FROM migration") == before)
    }

    @Test("A database of a newer Gavel is refused, and left as it is")
    func newer() throws {
        let directory = try TemporaryDirectory()
        try SQLiteLedger(path: directory.file()).close()
        try Stranger.execute(
            directory.file(),
            "INSERT INTO migration VALUES (99, 'v0099_wings', '\(String(repeating: "a", count: 64))', 1)"
        )
        let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: directory.file()) }
        #expect(error?.kind == .newerSchema(99))
        let reading = #expect(throws: LedgerError.self) { try LedgerReader(path: directory.file()) }
        #expect(reading?.kind == .newerSchema(99))
    }

    @Test("A migration that was run with another text, name or number is refused")
    func changed() throws {
        for change in [
            "UPDATE migration SET checksum = '\(String(repeating: "0", count: 64))' WHERE number = 3",
            "UPDATE migration SET name = 'v0003_other' WHERE number = 3",
            "DELETE FROM migration WHERE number = 3",
        ] {
            let directory = try TemporaryDirectory()
            try SQLiteLedger(path: directory.file()).close()
            try Stranger.execute(directory.file(), change)
            let error = #expect(throws: LedgerError.self) {
                try SQLiteLedger(path: directory.file())
            }
            #expect(error?.kind == .changedMigration(3), "\(change)")
        }
    }

    @Test("A reader does not migrate")
    func readerRefusesOlder() throws {
        let directory = try TemporaryDirectory()
        try Self.database(directory.file(), migrations: 4)
        let error = #expect(throws: LedgerError.self) { try LedgerReader(path: directory.file()) }
        #expect(error?.kind == .olderSchema(4))
    }

    @Test("A migration that fails leaves the schema as the last good one had it")
    func failing() throws {
        let directory = try TemporaryDirectory()
        // In the way of a later migration.
        try Self.database(directory.file(), migrations: 2)
        try Stranger.execute(directory.file(), "CREATE TABLE reply (x)")
        let before = try Self.schema(directory.file())
        #expect(throws: LedgerError.self) { try SQLiteLedger(path: directory.file()) }
        let after = try Self.schema(directory.file())
        #expect(after.contains { $0[1] == "auction" })
        #expect(!after.contains { $0[1] == "void" }, "half of a migration is left")
        #expect(after.count > before.count)
    }

    @Test("The whole schema is what the files say, run by hand one after the other")
    func byHand() throws {
        let directory = try TemporaryDirectory()
        try SQLiteLedger(path: directory.file()).close()
        try Stranger.execute(
            directory.file("hand.db"), Migrations.all.map(\.sql).joined(separator: "\n"))
        #expect(try Self.schema(directory.file("hand.db")) == Self.schema(directory.file()))
    }
}
