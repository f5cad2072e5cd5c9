import AuctionRules

/// What of the snapshot a commit writes anew: a few images and pages, and how far the snapshot goes with
/// them.
public struct SnapshotRows: Sendable {
    /// A row of `snapshot`.
    struct Extent: Hashable, Sendable {
        let head: LogHead
        let lots: Int
    }

    /// A row of `snapshot_house`.
    struct HouseRow: Hashable, Sendable {
        let head: LogHead
        let image: [UInt8]
    }

    /// A row of `snapshot_lot`.
    struct LotRow: Hashable, Sendable {
        let auction: AuctionID
        let number: Int
        let head: LogHead
        let image: [UInt8]
        let changes: PageExtent
    }

    /// Which pages, and how much of the last one.
    struct PageExtent: Hashable, Sendable {
        let from: Int
        let to: Int
        let length: Int

        init(from: Int, to: Int, length: Int) {
            self.from = from
            self.to = to
            self.length = length
        }

        init(of pages: RecordPages) {
            self.init(
                from: pages.droppedCount, to: pages.count, length: pages.pages.last?.count ?? 0)
        }
    }

    /// A row of `snapshot_page`.
    struct PageRow: Hashable, Sendable {
        let auction: AuctionID
        let book: Book
        let number: Int
        let bytes: [UInt8]
    }

    /// What a page is a page of.
    enum Book: String, Hashable, Sendable, CaseIterable {
        case replies
        case changes
    }

    var extent: Extent
    var house: HouseRow?
    var lots: [LotRow] = []
    var pages: [PageRow] = []
}

// MARK: - Checksums

/// SHA-256 of a row's values, each with its length before it.
struct RowChecksum {
    private var bytes: [UInt8] = []

    mutating func add(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: Int64(integer).bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ text: String) {
        add(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func add(_ blob: [UInt8]) {
        add(blob.count)
        bytes.append(contentsOf: blob)
    }

    mutating func add(_ head: LogHead) {
        add(head.position)
        add(head.hash.bytes)
    }

    var hash: EntryHash {
        bytes.withUnsafeBytes { EntryHash.sha256(of: $0) }
    }
}

extension SnapshotRows.Extent {
    func checksum(version: Int) -> EntryHash {
        var checksum = RowChecksum()
        checksum.add(version)
        checksum.add(head)
        checksum.add(lots)
        return checksum.hash
    }
}

extension SnapshotRows.HouseRow {
    var checksum: EntryHash {
        var checksum = RowChecksum()
        checksum.add(head)
        checksum.add(image)
        return checksum.hash
    }
}

extension SnapshotRows.LotRow {
    var checksum: EntryHash {
        var checksum = RowChecksum()
        checksum.add(auction.text)
        checksum.add(number)
        checksum.add(head)
        checksum.add(image)
        checksum.add(changes.from)
        checksum.add(changes.to)
        checksum.add(changes.length)
        return checksum.hash
    }
}

extension SnapshotRows.PageRow {
    var checksum: EntryHash {
        var checksum = RowChecksum()
        checksum.add(auction.text)
        checksum.add(book.rawValue)
        checksum.add(number)
        checksum.add(bytes)
        return checksum.hash
    }
}
