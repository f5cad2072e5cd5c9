import GRDB

/// A connection of a stranger's, for looking at a database and for damaging it.
enum Stranger {
    /// Runs SQL with every safeguard off: foreign keys, CHECKs and the append-only triggers.
    static func vandalize(_ path: String, _ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try database.execute(sql: "DROP TRIGGER IF EXISTS event_is_never_changed")
            try database.execute(sql: "DROP TRIGGER IF EXISTS event_is_never_deleted")
            try database.execute(sql: sql)
        }
        try queue.close()
    }

    /// Runs SQL as the server would: all safeguards on.
    static func execute(_ path: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    /// Every value of every row, as text.
    static func values(_ path: String, _ sql: String) throws -> [[String?]] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { value in
                    value.isNull ? nil : String.fromDatabaseValue(value) ?? "\(value)"
                }
            }
        }
    }
}
