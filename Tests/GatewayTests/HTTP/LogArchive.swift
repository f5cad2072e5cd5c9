import AuctionRules
import Gateway
import Ledger
import Proof
import WireProtocol

/// An archive of any log, without a database around it.
struct LogArchive: Archive {
    let log: any BidLog
    /// What reading fails with, if anything.
    var fault: ArchiveError?
    /// Called in the middle of a backup.
    var duringBackup: @Sendable () -> Void = {}

    func house() throws(ArchiveError) -> House {
        if let fault { throw fault }
        do { return try log.rebuild().house } catch { throw ArchiveError(error.message) }
    }

    func auction(_ id: AuctionID, atSeq seq: Int64?) throws(ArchiveError) -> Auction? {
        if let fault { throw fault }
        var house = House()
        do {
            try log.entries(after: 0) { entry in
                guard case .auction(id, let event) = entry.event else { return }
                if let seq, let own = event.seq, own > seq { throw ArchiveError("far enough") }
                house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
            }
        } catch {
            guard error.kind == .stopped else { throw ArchiveError(error.message) }
        }
        return house.auctions[id]
    }

    func change(_ seq: Int64, of id: AuctionID) throws(ArchiveError) -> LotChange? {
        guard seq > 0, let before = try auction(id, atSeq: seq - 1) else { return nil }
        var events: [(event: AuctionEvent, at: Instant)] = []
        do {
            try log.entries(after: 0) { entry in
                guard case .auction(id, let event) = entry.event, event.seq == seq else { return }
                events.append((event, entry.at))
            }
        } catch { throw ArchiveError(error.message) }
        return events.first.map {
            LotChange(before: before, events: events.map(\.event), at: $0.at)
        }
    }

    func certificate(of id: AuctionID) throws(ArchiveError) -> ArchivedCertificate? {
        if let fault { throw fault }
        do {
            return try (log as? MemoryLog)?.certificate(of: id).map {
                ArchivedCertificate(statement: $0.statement, signed: $0.signed)
            }
        } catch { throw ArchiveError(error.message) }
    }

    func lateBids(
        on id: AuctionID, after certificate: String
    ) throws(ArchiveError) -> String {
        var lateness: [Milliseconds] = []
        var position: Int64 = 0
        do {
            try log.entries(after: 0) { entry in
                position = entry.position
                guard case .auction(id, .bidRefused(let event)) = entry.event,
                    case .closed(let lateBy) = event.refusal
                else { return }
                lateness.append(lateBy)
            }
        } catch { throw ArchiveError(error.message) }
        return LateBidsStatement.text(
            on: id, after: certificate, upTo: position, count: Int64(lateness.count),
            latest: lateness.max(), lateness: lateness)
    }

    func databaseStatus() throws(ArchiveError) -> DatabaseStatus {
        throw ArchiveError("There is no database here.")
    }

    func backUp(
        to path: String, onProgress: @escaping @Sendable (DatabaseBackupProgress) -> Void
    ) throws(ArchiveError) -> DatabaseBackup {
        onProgress(.init(step: .copying, done: 7, total: 9))
        duringBackup()
        return DatabaseBackup(path: path, bytes: 1234)
    }

    func databaseSchema() throws(ArchiveError) -> DatabaseSchema {
        DatabaseSchema(version: 1, sql: "CREATE TABLE event;")
    }
}
