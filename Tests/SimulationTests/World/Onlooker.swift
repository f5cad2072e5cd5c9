import GRDB

/// Somebody who reads the database with a tool of their own, for as long as they like. What a reader may
/// still need from the write-ahead log SQLite keeps there; and as long as somebody has it open, SQLite
/// knows how much of it has been moved.
final class Onlooker {
    private let store: Store
    private var queue: DatabaseQueue?

    init(at store: Store) { self.store = store }

    /// What the disk does not allow is left.
    func act(_ look: Step.Look) {
        switch look {
        case .begin: try? begin()
        case .end: try? end()
        case .leave:
            try? end()
            try? queue?.close()
            queue = nil
        }
    }

    private func begin() throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = true
        let queue = try queue ?? DatabaseQueue(path: store.sqliteName, configuration: configuration)
        self.queue = queue
        try queue.inDatabase { database in
            guard !database.isInsideTransaction else { return }
            try database.execute(sql: "BEGIN")
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM event")
        }
    }

    private func end() throws {
        try queue?.inDatabase { database in
            if database.isInsideTransaction { try database.execute(sql: "ROLLBACK") }
        }
    }
}
