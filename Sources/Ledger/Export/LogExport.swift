public import AuctionRules
import Crypto
import StrictJSON

/// The log as lines of JSON, for auditors (docs/verification.md): a header, a line for each entry in
/// order, and an end that holds the SHA-256 of all lines before it.
///
/// Redacted, an entry has what everybody may know of it and the digest of the rest: the chain can be
/// checked, and no secret is in it. Otherwise it has its payload and its salt.
public struct LogExport: Sendable {
    /// What the export holds.
    public struct Scope: Hashable, Sendable {
        /// One lot's entries; nil: all. The links between a lot's entries can't be checked, as the
        /// chain runs over all lots.
        public let auction: AuctionID?
        public let isRedacted: Bool

        public init(auction: AuctionID? = nil, isRedacted: Bool) {
            self.auction = auction
            self.isRedacted = isRedacted
        }
    }

    static let version: Int64 = 1

    private let scope: Scope
    private var hasher = SHA256()
    private var entries: Int64 = 0
    private var writer = JSONWriter(reservingCapacity: 4096)

    private init(_ scope: Scope) { self.scope = scope }

    /// Writes the export of one committed state of the database.
    ///
    /// - Parameters:
    ///   - write: takes a line, with its end; an error of it that is no `LedgerError` is wrapped as
    ///     `stopped`.
    /// - Throws: `corrupt` at the first entry that does not match its hash; nothing damaged is
    ///   exported.
    /// - Returns: how many entries it has.
    @discardableResult
    public static func write(
        _ scope: Scope, of reader: LedgerReader, to write: ([UInt8]) throws -> Void
    ) throws(LedgerError) -> Int64 {
        var export = LogExport(scope)
        try reader.read { database in
            let (logID, head) = try LogReading.identity(database)
            let connection = try database.connection()
            try write(export.header(logID: logID, head: head))
            func line(_ entry: LogEntry) throws {
                guard let line = export.line(entry) else { return }
                try write(line)
            }
            if let auction = scope.auction {
                try LogReading.entries(
                    of: auction, upTo: head.position, on: connection, line)
            } else {
                try LogReading.entries(after: 0, on: connection, line)
            }
            try write(export.end())
        }
        return export.entries
    }

    private mutating func header(logID: String, head: LogHead) -> [UInt8] {
        writer.removeAll()
        writer.object { writer in
            writer.field("type", "log_export")
            writer.field("version", Self.version)
            writer.field("log", logID)
            writer.field("redacted", scope.isRedacted)
            writer.fieldIfPresent("auction", scope.auction?.text)
            writer.object("head") { writer in
                writer.field("position", head.position)
                writer.field("hash", head.hash.hex)
            }
        }
        return countedLine()
    }

    /// Nil when the export has nothing of the entry: what is secret of one lot, redacted, would only
    /// tell that it is there.
    private mutating func line(_ entry: LogEntry) -> [UInt8]? {
        if scope.auction != nil, scope.isRedacted, entry.publicPayload == nil { return nil }
        entries += 1
        writer.removeAll()
        ExportedEntry(entry, isPart: scope.auction != nil, isRedacted: scope.isRedacted)
            .encode(to: &writer)
        return countedLine()
    }

    /// What has been written, as a line that the end knows of.
    private mutating func countedLine() -> [UInt8] {
        let line = writer.bytes + [UInt8(ascii: "\n")]
        hasher.update(data: line)
        return line
    }

    private mutating func end() -> [UInt8] {
        let digest = EntryHash(bytes: Array(hasher.finalize()))
        writer.removeAll()
        writer.object { writer in
            writer.field("type", "end")
            writer.field("entries", entries)
            writer.field("sha256", (digest ?? .zero).hex)
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
