import GRDB
import GRDBSQLite

extension LedgerError {
    /// What SQLite reported on a connection, in terms of what to do.
    init(sqlite code: Int32, on connection: OpaquePointer?, doing what: String) {
        let extended = connection.map(sqlite3_extended_errcode) ?? code
        let detail = connection.map { String(cString: sqlite3_errmsg($0)) } ?? "code \(code)"
        self.init(code: extended == SQLITE_OK ? code : extended, detail: detail, doing: what)
    }

    init(_ error: DatabaseError, doing what: String) {
        self.init(
            code: error.extendedResultCode.rawValue, detail: error.message ?? error.description,
            doing: what)
    }

    /// Whatever GRDB throws.
    init(any error: any Error, doing what: String) {
        switch error {
        case let error as LedgerError: self = error
        case let error as DatabaseError: self.init(error, doing: what)
        default: self.init(.cannotOpen, "Can't \(what): \(error)")
        }
    }

    private init(code: Int32, detail: String, doing what: String) {
        let failed = "Can't \(what): \(detail)"
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(
                .busy,
                "\(failed). Another program holds the database: end its transaction, or the "
                    + "program.")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(
                .readOnly,
                "\(failed). The database, or its directory, can't be written: mend its "
                    + "permissions.")
        case SQLITE_FULL:
            self.init(.diskFull, "\(failed). Make room on the disk and start again.")
        case SQLITE_IOERR:
            self.init(
                .ioError,
                "\(failed) (code \(code)). Look at the disk and the system's log before you start "
                    + "again.")
        case SQLITE_CORRUPT:
            self.init(
                .corrupt(position: nil), "\(failed). The file is damaged: restore a backup.")
        case SQLITE_NOTADB:
            self.init(
                .notADatabase, "\(failed). The file is no SQLite database: check the path.")
        case SQLITE_CANTOPEN:
            self.init(.cannotOpen, "\(failed). Check the path and its permissions.")
        case SQLITE_CONSTRAINT:
            self.init(
                .constraint,
                "\(failed). The rows break a rule of the schema: this is a fault in Gavel, please "
                    + "report it.")
        default:
            self.init(.sqlite(code), "\(failed) (code \(code)).")
        }
    }
}
