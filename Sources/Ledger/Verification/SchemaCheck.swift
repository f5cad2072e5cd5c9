import AuctionRules
import GRDB

/// Whether a database's schema is word for word what its migrations make: a trigger that was dropped
/// or a view that was changed would make every other check worth less.
enum SchemaCheck {
    private static let sql = """
        SELECT type || ' ' || name AS object, sql FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite_%' ORDER BY object
        """

    /// What the migrations make; the same for every database.
    private static let expected = Result<[String: String?], LedgerError> {
        () throws(LedgerError) in
        do {
            return try DatabaseQueue().inDatabase { database in
                try Migrator().migrate(database, at: Instant(milliseconds: 0))
                return try objects(of: database)
            }
        } catch {
            throw LedgerError(any: error, doing: "make a schema to compare with")
        }
    }

    static func check(_ database: Database) throws {
        let expected = try expected.get()
        let actual = try objects(of: database)
        for (name, sql) in expected where actual[name] != sql {
            throw LogFault(
                rule: "the schema is the migrations'",
                detail: actual[name] == nil ? "\(name) is missing" : "\(name) was changed")
        }
        for name in actual.keys where expected[name] == nil {
            throw LogFault(
                rule: "the schema is the migrations'", detail: "\(name) was added")
        }
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let schema = try Int.fetchOne(database, sql: "SELECT max(number) FROM migration") ?? 0
        guard version == schema else {
            throw LogFault(
                rule: "the schema is the migrations'",
                detail: "user_version is \(version), and \(schema) migrations were run")
        }
        let logID = try String.fetchOne(
            database, sql: "SELECT value FROM meta WHERE key = 'log_id'")
        guard let logID, logID.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil
        else { throw LogFault(rule: "the log has an id", detail: logID ?? "there is none") }
    }

    private static func objects(of database: Database) throws -> [String: String?] {
        try Dictionary(
            uniqueKeysWithValues: Row.fetchAll(database, sql: sql).map { ($0[0], $0[1]) })
    }
}
