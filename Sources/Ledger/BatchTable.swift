import AuctionRules
import GRDBSQLite

/// A batch's rows of a table as a table, from which one statement takes all of them.
///
/// A statement for each row costs SQLite a start, a walk down the table's tree and an end each time, and us
/// a binding for each column. So the rows are a virtual table of the writer's connection, and
/// `INSERT … SELECT` asks for each value when it writes it: 4,280 instructions a row of `event` less (a program
/// in C that writes such rows, 256 a commit). Several rows of bindings in one statement would be no way: what
/// SQLite has to keep, to take such a statement back, then costs more than it saves. It keeps it here, too, but
/// once a batch.
///
/// A row of `bidding` takes 0.8 µs of CPU this way, where an update of a row of its columns and those of
/// `standing` took 1.7 (a program in C, 1,000 lots, 256 rows a commit). `UPDATE … FROM` took as much as that.
///
/// Named as its contents are, seen by the writer's connection alone, and empty but while a batch is written.
///
/// Not thread-safe, as the connection is not. SQLite owns what is behind it, and frees that when the
/// connection is closed: use it no longer than that.
struct BatchTable {
    /// Rows of what.
    enum Contents: String {
        case event = "batch_event"
        case bidding = "batch_bidding"

        /// In this order.
        var columns: [String] {
            switch self {
            case .event: EntryValue.columns
            case .bidding: BiddingValue.columns
            }
        }

        /// Takes all rows.
        var insertSQL: String {
            let names = columns.joined(separator: ", ")
            let verb =
                switch self {
                case .event: "INSERT INTO event"
                // A row that is there is written over.
                case .bidding: "REPLACE INTO bidding"
                }
            return "\(verb) (\(names)) SELECT \(names) FROM \(rawValue)"
        }
    }

    private let shown: UnsafeMutablePointer<Shown>

    init(of contents: Contents, on connection: OpaquePointer) throws(LedgerError) {
        shown = .allocate(capacity: 1)
        shown.initialize(to: Shown(contents: contents))
        // Frees it also when it fails.
        let code = sqlite3_create_module_v2(
            connection, contents.rawValue, Callbacks.module, shown, { $0?.deallocate() })
        guard code == SQLITE_OK else {
            throw LedgerError(sqlite: code, on: connection, doing: "prepare a batch's table")
        }
    }

    /// Has the rows in it while the body runs.
    ///
    /// - Parameter bytes: what the rows' ranges are ranges of.
    func show<E: Error>(
        _ rows: [EntryRow], of bytes: UnsafeRawBufferPointer, while body: () throws(E) -> Void
    ) throws(E) {
        precondition(shown.pointee.contents == .event, "Each table has rows of one kind")
        try show(array: rows, of: bytes, while: body)
    }

    /// The same.
    func show<E: Error>(
        _ rows: [BiddingRow], of bytes: UnsafeRawBufferPointer, while body: () throws(E) -> Void
    ) throws(E) {
        precondition(shown.pointee.contents == .bidding, "Each table has rows of one kind")
        try show(array: rows, of: bytes, while: body)
    }

    private func show<Row, E: Error>(
        array rows: [Row], of bytes: UnsafeRawBufferPointer, while body: () throws(E) -> Void
    ) throws(E) {
        try rows.withUnsafeBufferPointer { rows in
            shown.pointee.show(UnsafeRawPointer(rows.baseAddress), count: rows.count, bytes)
            defer { shown.pointee.show(nil, count: 0, nil) }
            return Result { () throws(E) in try body() }
        }.get()
    }

    /// What there is to be read, and how far that is. One cursor at a time: it is one statement that
    /// reads.
    fileprivate struct Shown {
        let contents: Contents
        /// Of `count` rows, of the type that the contents have.
        var rows: UnsafeRawPointer?
        var count = 0
        var bytes: UnsafeRawPointer?
        var index = 0

        init(contents: Contents) { self.contents = contents }

        mutating func show(
            _ rows: UnsafeRawPointer?, count: Int, _ bytes: UnsafeRawBufferPointer?
        ) {
            self.rows = rows
            self.count = count
            self.bytes = bytes?.baseAddress
            index = 0
        }

        /// Gives a value of the row that the cursor is at.
        func give(_ column: CInt, to result: OpaquePointer) -> CInt {
            // SQLite asks only while it is not at the end.
            guard let rows, index < count else { return SQLITE_ERROR }
            let target = BatchValue(result: result, bytes: bytes)
            // `show` takes no other rows than of the contents' type.
            switch contents {
            case .event:
                EntryValue.give(
                    column, of: rows.assumingMemoryBound(to: EntryRow.self) + index, to: target)
            case .bidding:
                BiddingValue.give(
                    column, of: rows.assumingMemoryBound(to: BiddingRow.self) + index, to: target)
            }
            return SQLITE_OK
        }
    }
}

/// What SQLite calls. Its table and its cursor are what its structures say and nothing more, so that the
/// address of what is shown stands behind the structure that SQLite knows.
private enum Callbacks {
    // Never freed and never changed: SQLite keeps the address for as long as there are connections.
    nonisolated(unsafe) static let module: UnsafePointer<sqlite3_module> = {
        var module = sqlite3_module()
        module.iVersion = 1
        // Without xCreate it is there under its own name, and nobody can make another one.
        module.xConnect = { connection, shown, _, _, table, _ in
            connect(connection, shown, table)
        }
        module.xDisconnect = { table in
            UnsafeMutableRawPointer(table)?.deallocate()
            return SQLITE_OK
        }
        module.xBestIndex = { _, plan in
            plan?.pointee.estimatedCost = 1
            return SQLITE_OK
        }
        module.xOpen = { table, cursor in openCursor(on: table, cursor) }
        module.xClose = { cursor in
            UnsafeMutableRawPointer(cursor)?.deallocate()
            return SQLITE_OK
        }
        module.xFilter = { cursor, _, _, _, _ in
            shown(cursor).pointee.index = 0
            return SQLITE_OK
        }
        module.xNext = { cursor in
            shown(cursor).pointee.index += 1
            return SQLITE_OK
        }
        module.xEof = { cursor in
            let shown = shown(cursor)
            return shown.pointee.index < shown.pointee.count ? 0 : 1
        }
        module.xColumn = { cursor, result, column in
            guard let result else { return SQLITE_ERROR }
            return shown(cursor).pointee.give(column, to: result)
        }
        module.xRowid = { cursor, id in
            id?.pointee = Int64(shown(cursor).pointee.index)
            return SQLITE_OK
        }
        let place = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        place.initialize(to: module)
        return UnsafePointer(place)
    }()

    private static func shown(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?
    ) -> UnsafeMutablePointer<BatchTable.Shown> {
        guard let cursor, let shown = address(behind: cursor) else {
            preconditionFailure("SQLite calls with a cursor that was opened")
        }
        return shown.assumingMemoryBound(to: BatchTable.Shown.self)
    }

    /// A structure of SQLite's, and an address behind it.
    private static func make<Structure>(
        _ structure: Structure, _ shown: UnsafeMutableRawPointer?
    ) -> UnsafeMutablePointer<Structure> {
        let size = MemoryLayout<Structure>.stride
        let place = UnsafeMutableRawPointer.allocate(
            byteCount: size + MemoryLayout<UnsafeMutableRawPointer?>.size,
            alignment: MemoryLayout<Structure>.alignment)
        place.storeBytes(of: shown, toByteOffset: size, as: UnsafeMutableRawPointer?.self)
        return place.initializeMemory(as: Structure.self, to: structure)
    }

    private static func address<Structure>(
        behind structure: UnsafeMutablePointer<Structure>
    ) -> UnsafeMutableRawPointer? {
        UnsafeRawPointer(structure).load(
            fromByteOffset: MemoryLayout<Structure>.stride, as: UnsafeMutableRawPointer?.self)
    }

    private static func connect(
        _ connection: OpaquePointer?, _ shown: UnsafeMutableRawPointer?,
        _ table: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?
    ) -> CInt {
        guard let shown else { return SQLITE_ERROR }
        let contents = shown.assumingMemoryBound(to: BatchTable.Shown.self).pointee.contents
        let columns = contents.columns.joined(separator: ", ")
        let code = sqlite3_declare_vtab(
            connection, "CREATE TABLE \(contents.rawValue) (\(columns))")
        guard code == SQLITE_OK else { return code }
        table?.pointee = make(sqlite3_vtab(), shown)
        return SQLITE_OK
    }

    private static func openCursor(
        on table: UnsafeMutablePointer<sqlite3_vtab>?,
        _ cursor: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
    ) -> CInt {
        guard let table else { return SQLITE_ERROR }
        cursor?.pointee = make(sqlite3_vtab_cursor(), address(behind: table))
        return SQLITE_OK
    }
}
