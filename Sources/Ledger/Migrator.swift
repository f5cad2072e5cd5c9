import AuctionRules
import Crypto
import GRDB
import Migrations

/// Brings a database's schema up to what this Gavel knows, and refuses one that it can't know.
struct Migrator {
    let migrations: [Migration]

    /// What `migration` says was run.
    private struct Applied {
        let number: Int
        let name: String
        let checksum: String
    }

    init(_ migrations: [Migration] = Migrations.all) {
        self.migrations = migrations
    }

    /// Checks what was run, and runs what is missing: each file in a transaction of its own, so that
    /// a failure leaves the schema as the last good one had it.
    func migrate(_ database: Database, at t: Instant) throws {
        let applied = try check(database)
        for migration in migrations.dropFirst(applied) {
            try database.inTransaction(.immediate) {
                try database.execute(sql: migration.sql)
                try database.execute(
                    sql: """
                        INSERT INTO migration (number, name, checksum, applied_at)
                        VALUES (?, ?, ?, ?)
                        """,
                    arguments: [
                        migration.number, migration.name, migration.checksum, t.milliseconds,
                    ])
                // For whoever looks at the file from outside. The table is what counts.
                try database.execute(sql: "PRAGMA user_version = \(migration.number)")
                if migration.number == 1 {
                    try database.execute(
                        sql: "PRAGMA application_id = \(DatabaseFile.applicationID)")
                    try Self.setNewLogID(database)
                }
                return .commit
            }
        }
    }

    /// Throws unless what was run is a beginning of what we know.
    ///
    /// - Returns: how many migrations have been run.
    @discardableResult
    func check(_ database: Database) throws -> Int {
        let id = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let objects = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        guard id == DatabaseFile.applicationID || (id == 0 && objects == 0) else {
            throw LedgerError(
                .foreign,
                "This is a database of another application (application id \(id)): check the path.")
        }
        guard try database.tableExists("migration") else {
            guard objects == 0 else {
                throw LedgerError(
                    .corrupt(position: nil),
                    "The database has lost its table \"migration\": restore a backup.")
            }
            return 0
        }
        let applied = try Row.fetchAll(
            database, sql: "SELECT number, name, checksum FROM migration ORDER BY number"
        ).map { Applied(number: $0[0], name: $0[1], checksum: $0[2]) }
        if let newest = applied.last, newest.number > migrations.count {
            throw LedgerError(
                .newerSchema(newest.number),
                "The database has schema \(newest.number), this Gavel knows \(migrations.count): use "
                    + "the newer Gavel.")
        }
        for (row, migration) in zip(applied, migrations) {
            guard row.number == migration.number, row.name == migration.name,
                row.checksum == migration.checksum
            else {
                throw LedgerError(
                    .changedMigration(migration.number),
                    "The database was made with another \(migration.name) than this Gavel's: use the "
                        + "Gavel that made it.")
            }
        }
        return applied.count
    }

    static func setNewLogID(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO meta (key, value) VALUES ('log_id', ?)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """,
            arguments: [newLogID()])
    }

    /// A random (version 4) UUID.
    private static func newLogID() -> String {
        let alphabet = Array("0123456789abcdef")
        var digits = (0..<32).map { _ in alphabet[Int.random(in: 0..<16)] }
        digits[12] = "4"
        digits[16] = alphabet[Int.random(in: 8..<12)]
        for index in [20, 16, 12, 8] { digits.insert("-", at: index) }
        return String(digits)
    }
}

extension Migration {
    /// The SHA-256 of the file, as 64 hexadecimal digits.
    var checksum: String {
        var sql = sql
        return sql.withUTF8 { EntryHash.sha256(of: UnsafeRawBufferPointer($0)).hex }
    }
}
