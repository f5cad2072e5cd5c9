import AuctionRules

/// The statements by which the writer renews the snapshot.
struct SnapshotStatements {
    private let extent, house, lot, page, dropPages: Statement

    /// - Parameter prepare: makes a statement; whoever gives it ends those that are made if one can't be.
    init(_ prepare: (String) throws(LedgerError) -> Statement) throws(LedgerError) {
        extent = try prepare(
            """
            INSERT OR REPLACE INTO snapshot (id, version, position, hash, lots, checksum)
            VALUES (1, ?, ?, ?, ?, ?)
            """)
        house = try prepare(
            """
            INSERT OR REPLACE INTO snapshot_house (id, position, hash, image, checksum)
            VALUES (1, ?, ?, ?, ?)
            """)
        lot = try prepare(
            """
            INSERT OR REPLACE INTO snapshot_lot (auction, number, position, hash, image,
                changes_from, changes_to, changes_length, checksum)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        page = try prepare(
            """
            INSERT INTO snapshot_page (auction, book, number, bytes, checksum)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (auction, book, number)
            DO UPDATE SET bytes = excluded.bytes, checksum = excluded.checksum
            """)
        dropPages = try prepare(
            "DELETE FROM snapshot_page WHERE auction = ? AND book = 'changes' AND number < ?")
    }

    func finalize() {
        for statement in [extent, house, lot, page, dropPages] { statement.finalize() }
    }

    func write(_ rows: SnapshotRows) throws(LedgerError) {
        for row in rows.pages { try write(row) }
        for row in rows.lots { try write(row) }
        if let row = rows.house {
            house.bind(row.head.position, at: 1)
            house.bind(row.head.hash, at: 2)
            house.bind(blob: row.image, at: 3)
            house.bind(row.checksum, at: 4)
            try house.run()
        }
        // Before the log's first entry there is nothing that a start could begin with.
        guard rows.extent.head != .empty else { return }
        extent.bind(Int64(House.imageVersion), at: 1)
        extent.bind(rows.extent.head.position, at: 2)
        extent.bind(rows.extent.head.hash, at: 3)
        extent.bind(Int64(rows.extent.lots), at: 4)
        extent.bind(rows.extent.checksum(version: House.imageVersion), at: 5)
        try extent.run()
    }

    private func write(_ row: SnapshotRows.LotRow) throws(LedgerError) {
        lot.bind(row.auction.text, at: 1)
        lot.bind(Int64(row.number), at: 2)
        lot.bind(row.head.position, at: 3)
        lot.bind(row.head.hash, at: 4)
        lot.bind(blob: row.image, at: 5)
        lot.bind(Int64(row.changes.from), at: 6)
        lot.bind(Int64(row.changes.to), at: 7)
        lot.bind(Int64(row.changes.length), at: 8)
        lot.bind(row.checksum, at: 9)
        try lot.run()
        guard row.changes.from > 0 else { return }
        dropPages.bind(row.auction.text, at: 1)
        dropPages.bind(Int64(row.changes.from), at: 2)
        try dropPages.run()
    }

    private func write(_ row: SnapshotRows.PageRow) throws(LedgerError) {
        page.bind(row.auction.text, at: 1)
        page.bind(row.book.rawValue, at: 2)
        page.bind(Int64(row.number), at: 3)
        page.bind(blob: row.bytes, at: 4)
        page.bind(row.checksum, at: 5)
        try page.run()
    }
}
