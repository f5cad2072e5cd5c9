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

    func record(
        of id: AuctionID
    ) throws(ArchiveError) -> (record: LotRecord, position: Int64) {
        if let fault { throw fault }
        var record = LotRecord(id)
        var position: Int64 = 0
        do {
            try log.entries(after: 0) { entry in
                position = entry.position
                record.follow(
                    entry.event, at: entry.at, position: entry.position, hash: entry.hash)
            }
        } catch { throw ArchiveError(error.message) }
        return (record, position)
    }

    func databaseStatus() throws(ArchiveError) -> DatabaseStatus {
        throw ArchiveError("There is no database here.")
    }

    func backUp(to path: String) throws(ArchiveError) -> DatabaseBackup {
        DatabaseBackup(path: path, bytes: 1234)
    }

    func databaseSchema() throws(ArchiveError) -> DatabaseSchema {
        DatabaseSchema(version: 1, sql: "CREATE TABLE event;")
    }
}
