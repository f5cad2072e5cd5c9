/// What is in force on the writer's connection, read back from SQLite: for the start message.
public struct LedgerDescription: Hashable, Sendable, CustomStringConvertible {
    public let path: String
    public let sqliteVersion: String
    public let journalMode: String
    /// 2 is FULL: a commit has reached the disk when it returns.
    public let synchronous: Int
    /// In bytes.
    public let pageSize: Int
    /// Whether the write-ahead log has its full length from the start on.
    public let reservation: LogReservation
    /// The number of the newest migration.
    public let schema: Int
    public let logID: String
    public let head: LogHead

    public var synchronousName: String {
        switch synchronous {
        case 0: "OFF"
        case 1: "NORMAL"
        case 2: "FULL"
        case 3: "EXTRA"
        default: String(synchronous)
        }
    }

    public var description: String {
        "\(path) (schema \(schema), \(head.position) events; SQLite \(sqliteVersion), "
            + "journal_mode=\(journalMode), synchronous=\(synchronousName), "
            + "page_size=\(pageSize))"
    }
}
