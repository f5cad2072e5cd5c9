public import AuctionRules
import StrictJSON

/// The database at a glance.
public struct DatabaseStatus: CodedRow {
    public var path: String
    /// The log's own id: another one after a restore.
    public var log: String
    public var schemaVersion: Int
    /// How many entries the log has, and the newest one's hash.
    public var entries: Int64
    public var headHash: EntryHash
    public var bytes: Int64
    public var auctions: Int
    public var bidders: Int
    public var sqliteVersion: String
    public var journalMode: String
    public var synchronous: String
    /// Rows of the view `integrity_faults`: 0 on a sound database.
    public var integrityFaults: Int

    public init(
        path: String, log: String, schemaVersion: Int, entries: Int64, headHash: EntryHash,
        bytes: Int64, auctions: Int, bidders: Int, sqliteVersion: String, journalMode: String,
        synchronous: String, integrityFaults: Int
    ) {
        self.path = path
        self.log = log
        self.schemaVersion = schemaVersion
        self.entries = entries
        self.headHash = headHash
        self.bytes = bytes
        self.auctions = auctions
        self.bidders = bidders
        self.sqliteVersion = sqliteVersion
        self.journalMode = journalMode
        self.synchronous = synchronous
        self.integrityFaults = integrityFaults
    }

    init(_ object: JSONObject) throws(FieldFault) {
        path = try object.text("path", scalarsMax: 4096)
        log = try object.text("log")
        schemaVersion = Int(try object.count("schema_version"))
        entries = try object.count("entries")
        guard let hash = EntryHash(hex: try object.text("head_hash")) else {
            throw FieldFault("head_hash", "must be 64 lower-case hexadecimal digits")
        }
        headHash = hash
        bytes = try object.count("bytes")
        auctions = Int(try object.count("auctions"))
        bidders = Int(try object.count("bidders"))
        sqliteVersion = try object.text("sqlite_version")
        journalMode = try object.text("journal_mode")
        synchronous = try object.text("synchronous")
        integrityFaults = Int(try object.count("integrity_faults"))
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("path", path)
        writer.field("log", log)
        writer.field("schema_version", schemaVersion)
        writer.field("entries", entries)
        writer.field("head_hash", headHash.hex)
        writer.field("bytes", bytes)
        writer.field("auctions", auctions)
        writer.field("bidders", bidders)
        writer.field("sqlite_version", sqliteVersion)
        writer.field("journal_mode", journalMode)
        writer.field("synchronous", synchronous)
        writer.field("integrity_faults", integrityFaults)
    }
}

/// A copy of the database was written.
public struct DatabaseBackup: CodedRow {
    public let path: String
    public let bytes: Int64

    public init(path: String, bytes: Int64) {
        self.path = path
        self.bytes = bytes
    }

    init(_ object: JSONObject) throws(FieldFault) {
        path = try object.text("path", scalarsMax: 4096)
        bytes = try object.count("bytes")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("path", path)
        writer.field("bytes", bytes)
    }
}

/// How far a backup is that is being written.
public struct DatabaseBackupProgress: CodedRow {
    public enum Step: String, CaseIterable, Hashable, Sendable {
        /// Counted in pages of the database.
        case copying
        /// Counted in entries of the log.
        case verifying
    }

    /// Nil: no backup to that path is being written.
    public let step: Step?
    public let done: Int64
    public let total: Int64

    public init(step: Step?, done: Int64, total: Int64) {
        self.step = step
        self.done = done
        self.total = total
    }

    /// There is no backup.
    public static let none = DatabaseBackupProgress(step: nil, done: 0, total: 0)

    init(_ object: JSONObject) throws(FieldFault) {
        step = try object.optionalChoice("step")
        done = try object.count("done")
        total = try object.count("total")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("step", step?.rawValue)
        writer.field("done", done)
        writer.field("total", total)
    }
}

/// The database's schema as SQL.
public struct DatabaseSchema: CodedRow {
    public let version: Int
    public let sql: String

    public init(version: Int, sql: String) {
        self.version = version
        self.sql = sql
    }

    init(_ object: JSONObject) throws(FieldFault) {
        version = Int(try object.count("schema_version"))
        sql = try object.text("sql", scalarsMax: 4_194_304)
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("schema_version", version)
        writer.field("sql", sql)
    }
}
