import AuctionRules
import Gateway
import Ledger
import Proof
import Synchronization
import WireProtocol

/// The database as administrators read it. Keeps the house that it has read, and reads only what the
/// log has got since.
final class LedgerArchive: Archive {
    private struct Known {
        var house = House()
        var head = LogHead.empty
    }

    private let reader: LedgerReader
    /// The writer's, when this process is the writer.
    private let description: LedgerDescription?
    /// Waits until what was read is on disk, where a server writes to the database; false: it may be lost.
    private let settle: @Sendable () -> Bool
    private let known = Mutex(Known())
    private let lastFailure = Mutex<LedgerError?>(nil)

    /// Why it could not be read the last time that this was so.
    var failure: LedgerError? { lastFailure.withLock { $0 } }

    init(
        path: String, description: LedgerDescription?,
        settle: @escaping @Sendable () -> Bool = { true }
    ) throws(LedgerError) {
        reader = try LedgerReader(path: path)
        self.settle = settle
        self.description = description
    }

    func house() throws(ArchiveError) -> House {
        try archived { () throws(LedgerError) in
            let result: Result<House, LedgerError> = known.withLock { known in
                Result { () throws(LedgerError) in
                    try catchUp(&known)
                    return known.house
                }
            }
            return try result.get()
        }
    }

    private func catchUp(_ known: inout Known) throws(LedgerError) {
        let start = known.head.position
        // Taken out and put back, so that the house is changed in place and not copied.
        var next = known
        known = Known()
        try reader.entries(after: start) { entry in
            next.house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
            next.head = entry.head
        }
        known = next
    }

    func auction(_ id: AuctionID, atSeq seq: Int64?) throws(ArchiveError) -> Auction? {
        try archived { () throws(LedgerError) in try reader.auction(id, atSeq: seq) }
    }

    func change(_ seq: Int64, of id: AuctionID) throws(ArchiveError) -> LotChange? {
        try archived { () throws(LedgerError) in try reader.change(seq, of: id) }
    }

    func certificate(of id: AuctionID) throws(ArchiveError) -> ArchivedCertificate? {
        try archived { () throws(LedgerError) in
            try reader.certificate(of: id).map {
                ArchivedCertificate(statement: $0.statement, signed: $0.signed)
            }
        }
    }

    func lateBids(
        on id: AuctionID, after certificate: String
    ) throws(ArchiveError) -> String {
        try archived { () throws(LedgerError) in
            let late = try reader.lateBids(on: id, max: LateBidsStatement.latenessMax)
            return LateBidsStatement.text(
                on: id, after: certificate, upTo: late.position, count: late.count,
                latest: late.latest, lateness: late.lateness)
        }
    }

    func databaseStatus() throws(ArchiveError) -> DatabaseStatus {
        try archived { () throws(LedgerError) in
            let status = try reader.status()
            return DatabaseStatus(
                path: status.path, log: status.logID, schemaVersion: status.schema,
                entries: status.head.position, headHash: status.head.hash,
                bytes: status.fileSize + status.writeAheadLogSize,
                auctions: status.auctions.values.reduce(0, +), bidders: status.bidders,
                sqliteVersion: description?.sqliteVersion ?? "",
                journalMode: description?.journalMode ?? "",
                synchronous: description?.synchronousName ?? "",
                integrityFaults: try reader.integrityFaults().count)
        }
    }

    func backUp(
        to path: String, onProgress: @escaping @Sendable (DatabaseBackupProgress) -> Void
    ) throws(ArchiveError) -> DatabaseBackup {
        try archived { () throws(LedgerError) in
            try reader.backup(to: path) { onProgress(DatabaseBackupProgress($0)) }
            let copy = try LedgerReader(path: path)
            let size = try copy.status().fileSize
            try copy.close()
            return DatabaseBackup(path: path, bytes: size)
        }
    }

    func databaseSchema() throws(ArchiveError) -> DatabaseSchema {
        try archived { () throws(LedgerError) in
            DatabaseSchema(version: try reader.status().schema, sql: try reader.schemaText())
        }
    }

    private func archived<Found>(
        _ body: () throws(LedgerError) -> Found
    ) throws(ArchiveError) -> Found {
        let found: Found
        do { found = try body() } catch {
            lastFailure.withLock { $0 = error }
            throw ArchiveError(error.message)
        }
        guard settle() else {
            throw ArchiveError("The log has failed while it was read: try again.")
        }
        return found
    }
}
