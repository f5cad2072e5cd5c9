import AuctionRules
import Foundation
import GRDBSQLite
import Synchronization

/// Reads a snapshot, and believes nothing: checksums, the log's own entries and the images' bytes must
/// all agree.
struct SnapshotReading {
    private let connection: OpaquePointer

    init(on connection: OpaquePointer) { self.connection = connection }

    /// What there is. A snapshot that can't be used is deleted, so that another one takes its place.
    ///
    /// - Returns: also whether its tables can be written: not so where the file's own pages are damaged
    ///   and SQLite can't empty them. Then the snapshot stays as it is until the file has been mended.
    func find() throws(LedgerError) -> (finding: SnapshotFinding, canBeRenewed: Bool) {
        do {
            if let snapshot = try read() { return (.sound(snapshot), true) }
            return (.none, try clear())
        } catch let fault as ImageFault {
            return (.unsound(fault.description), try clear())
        } catch let error as LedgerError {
            // What the disk did not give may be there the next time. What it gave and is no page of a
            // database will not be another thing then, and this is only a cache.
            guard error.isDamage else { throw error }
            return (.unsound(error.message), try clear())
        } catch {
            throw LedgerError(any: error, doing: "read the snapshot")
        }
    }

    /// - Returns: whether it is gone.
    private func clear() throws(LedgerError) -> Bool {
        for table in ["snapshot", "snapshot_house", "snapshot_lot", "snapshot_page"] {
            do {
                let statement = try Statement("DELETE FROM \(table)", on: connection)
                defer { statement.finalize() }
                try statement.run()
            } catch {
                guard error.isDamage else { throw error }
                return false
            }
        }
        return true
    }

    private func read() throws -> StateSnapshot? {
        guard let extent = try extent() else { return nil }
        let lastInstant = try checkedInstant(of: extent.head)
        let house = try house()
        let lots = try lots()
        guard lots.count == extent.lots else {
            throw ImageFault("\(extent.lots) lots should have an image, \(lots.count) have")
        }
        let read = try Self.decode(lots)
        var written: [AuctionID: SnapshotKeeper.WrittenPages] = [:]
        var changes: [AuctionID: RecentChanges] = [:]
        for (lot, auction) in zip(lots, read) {
            written[lot.row.auction] = SnapshotKeeper.WrittenPages(
                replies: max(0, auction.replyPages.count - 1),
                changes: max(0, lot.row.changes.to - 1))
            changes[lot.row.auction] = try lot.recentChanges(upTo: auction.seq)
        }
        let assembly = try HouseAssembly(
            image: house.image, position: house.head.position,
            lots: zip(lots, read).map { lot, auction in
                HouseAssembly.Lot(
                    auction: auction, number: Int64(lot.row.number),
                    position: lot.row.head.position)
            }, lastInstant: lastInstant)
        return StateSnapshot(
            head: extent.head, assembly: assembly, changes: changes, written: written)
    }

    // MARK: - Rows

    /// How far the snapshot goes; nil when there is none of our version.
    private func extent() throws -> SnapshotRows.Extent? {
        let statement = try Statement(
            "SELECT version, position, hash, lots, checksum FROM snapshot", on: connection)
        defer { statement.finalize() }
        guard try statement.next(), statement.integer(0) == Int64(House.imageVersion) else {
            return nil
        }
        let extent = SnapshotRows.Extent(
            head: try head(statement, 1, 2), lots: Int(clamping: statement.integer(3)))
        try Self.check(extent.checksum(version: House.imageVersion), statement, 4, "the snapshot")
        return extent
    }

    /// The time of an entry that the log must have.
    private func checkedInstant(of head: LogHead) throws -> Instant {
        let statement = try Statement(
            "SELECT at FROM event WHERE position = ? AND hash = ?", on: connection)
        defer { statement.finalize() }
        statement.bind(head.position, at: 1)
        statement.bind(head.hash, at: 2)
        guard try statement.next() else {
            throw ImageFault("the log has no such entry \(head.position)")
        }
        return Instant(milliseconds: statement.integer(0))
    }

    private func house() throws -> SnapshotRows.HouseRow {
        let statement = try Statement(
            "SELECT position, hash, image, checksum FROM snapshot_house", on: connection)
        defer { statement.finalize() }
        guard try statement.next() else { throw ImageFault("the house's image is missing") }
        let row = SnapshotRows.HouseRow(
            head: try head(statement, 0, 1), image: statement.bytes(2))
        try Self.check(row.checksum, statement, 3, "the house's image")
        _ = try checkedInstant(of: row.head)
        return row
    }

    /// A lot's row and its pages, of each book in order.
    private struct StoredLot: Sendable {
        let row: SnapshotRows.LotRow
        var replies: [[UInt8]] = []
        var changes: [[UInt8]] = []

        func auction() throws(ImageFault) -> Auction {
            try Auction(
                id: row.auction, image: row.image,
                replyPages: RecordPages(pages: replies, droppedCount: 0))
        }

        func recentChanges(upTo seq: Int64) throws(ImageFault) -> RecentChanges {
            let pages = RecordPages(pages: changes, droppedCount: row.changes.from)
            return try RecentChanges(
                pages.upTo(page: row.changes.to, length: row.changes.length), lastSeq: seq)
        }
    }

    /// In the order of their ids, as the pages are.
    private func lots() throws -> [StoredLot] {
        let statement = try Statement(
            """
            SELECT snapshot_lot.auction, number, position, snapshot_lot.hash, image, changes_from, changes_to,
                changes_length, checksum, event.hash IS snapshot_lot.hash
            FROM snapshot_lot LEFT JOIN event USING (position) ORDER BY snapshot_lot.auction
            """, on: connection)
        defer { statement.finalize() }
        var lots: [StoredLot] = []
        while try statement.next() {
            let id = try Self.auction(statement.text(0))
            let row = SnapshotRows.LotRow(
                auction: id, number: Int(clamping: statement.integer(1)),
                head: try head(statement, 2, 3), image: statement.bytes(4),
                changes: SnapshotRows.PageExtent(
                    from: Int(clamping: statement.integer(5)),
                    to: Int(clamping: statement.integer(6)),
                    length: Int(clamping: statement.integer(7))))
            try Self.check(row.checksum, statement, 8, "the image of lot \(id)")
            guard statement.integer(9) == 1 else {
                throw ImageFault("the log has no such entry \(row.head.position)")
            }
            lots.append(StoredLot(row: row))
        }
        try addPages(to: &lots)
        return lots
    }

    private func addPages(to lots: inout [StoredLot]) throws {
        let statement = try Statement(
            """
            SELECT auction, book, number, bytes, checksum FROM snapshot_page
            ORDER BY auction, book, number
            """, on: connection)
        defer { statement.finalize() }
        var index = 0
        while try statement.next() {
            let name = statement.text(0)
            while index < lots.count, lots[index].row.auction.text < name { index += 1 }
            // The first pages of a lot may be there before its image is.
            guard index < lots.count, lots[index].row.auction.text == name else { continue }
            guard let book = SnapshotRows.Book(rawValue: statement.text(1)) else {
                throw ImageFault("there is a page of no book")
            }
            let row = SnapshotRows.PageRow(
                auction: lots[index].row.auction, book: book,
                number: Int(clamping: statement.integer(2)), bytes: statement.bytes(3))
            try Self.check(row.checksum, statement, 4, "a page of lot \(name)")
            switch book {
            case .replies:
                guard row.number == lots[index].replies.count else { throw Self.missing(row) }
                lots[index].replies.append(row.bytes)
            case .changes:
                let from = lots[index].row.changes.from
                guard row.number >= from else { continue }
                guard row.number == from + lots[index].changes.count else {
                    throw Self.missing(row)
                }
                lots[index].changes.append(row.bytes)
            }
        }
    }

    // MARK: - Values

    private func head(
        _ statement: Statement, _ position: Int32, _ hash: Int32
    ) throws -> LogHead {
        guard let hash = EntryHash(bytes: statement.bytes(hash)) else {
            throw ImageFault("a hash is not 32 bytes long")
        }
        return LogHead(position: statement.integer(position), hash: hash)
    }

    private static func check(
        _ computed: EntryHash, _ statement: Statement, _ column: Int32, _ what: String
    ) throws {
        guard computed == EntryHash(bytes: statement.bytes(column)) else {
            throw ImageFault("the checksum of \(what) is wrong")
        }
    }

    private static func auction(_ text: String) throws -> AuctionID {
        do { return try AuctionID(text) } catch { throw ImageFault("\(error)") }
    }

    private static func missing(_ row: SnapshotRows.PageRow) -> ImageFault {
        ImageFault("a page before page \(row.number) of lot \(row.auction) is missing")
    }

    /// The lots from their images, on all processors: with a million bids that is most of the work.
    private static func decode(_ lots: [StoredLot]) throws -> [Auction] {
        let stride = 64
        let decoded = Mutex<[Int: Result<[Auction], ImageFault>]>([:])
        DispatchQueue.concurrentPerform(iterations: (lots.count + stride - 1) / stride) { turn in
            let part = lots[turn * stride..<min(lots.count, (turn + 1) * stride)]
            let auctions = Result { () throws(ImageFault) in
                var auctions: [Auction] = []
                for lot in part { auctions.append(try lot.auction()) }
                return auctions
            }
            decoded.withLock { $0[turn] = auctions }
        }
        return try decoded.withLock { parts in
            try parts.sorted { $0.key < $1.key }.flatMap { try $0.value.get() }
        }
    }
}
