import AuctionRules
import GRDBSQLite

/// A batch's rows of `event` as a table, from which one statement takes all of them.
///
/// A statement for each row costs SQLite a start, a walk down the table's tree and an end each time, and us
/// 24 bindings. So the rows are a virtual table of the writer's connection, and `INSERT … SELECT` asks for
/// each value when it writes it: 4,280 instructions a row less (a program in C that writes such rows, 256 a
/// commit). Several rows of bindings in one statement would be no way: what SQLite has to keep, to take
/// such a statement back, then costs more than it saves. It keeps it here, too, but once a batch.
///
/// Named ``name``, seen by the writer's connection alone, and empty but while a batch is written.
///
/// Not thread-safe, as the connection is not. SQLite owns what is behind it, and frees that when the
/// connection is closed: use it no longer than that.
struct EntryTable {
    static let name = "batch_entry"

    /// The columns of `event` that it gives, in this order.
    static let columns = [
        "position", "auction", "seq", "kind", "payload", "public_payload", "salt", "at",
        "previous_hash", "hash", "bidder", "bid", "ordinal", "committed", "alias", "told_code",
        "told_late_by", "told_minimum", "told_seq", "told_leading", "told_max", "told_price",
        "told_reserve", "told_ends_at",
    ]

    static var insertSQL: String {
        let names = columns.joined(separator: ", ")
        return "INSERT INTO event (\(names)) SELECT \(names) FROM \(name)"
    }

    private let shown: UnsafeMutablePointer<Shown>

    init(on connection: OpaquePointer) throws(LedgerError) {
        shown = .allocate(capacity: 1)
        shown.initialize(to: Shown())
        // Frees it also when it fails.
        let code = sqlite3_create_module_v2(
            connection, Self.name, Callbacks.module, shown, { $0?.deallocate() })
        guard code == SQLITE_OK else {
            throw LedgerError(sqlite: code, on: connection, doing: "prepare the log's table")
        }
    }

    /// Has the rows in it while the body runs.
    ///
    /// - Parameter bytes: what the rows' ranges are ranges of.
    func show<E: Error>(
        _ rows: UnsafeBufferPointer<EntryRow>, of bytes: UnsafeRawBufferPointer,
        while body: () throws(E) -> Void
    ) throws(E) {
        shown.pointee = Shown(rows: rows, bytes: bytes.baseAddress)
        defer { shown.pointee = Shown() }
        try body()
    }

    /// What there is to be read, and how far that is. One cursor at a time: it is one statement that
    /// reads.
    fileprivate struct Shown {
        var rows = UnsafeBufferPointer<EntryRow>(start: nil, count: 0)
        var bytes: UnsafeRawPointer?
        var index = 0
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
            return shown.pointee.index < shown.pointee.rows.count ? 0 : 1
        }
        module.xColumn = { cursor, result, column in
            let shown = shown(cursor)
            // SQLite asks only while it is not at the end.
            guard let rows = shown.pointee.rows.baseAddress, let result else { return SQLITE_ERROR }
            EntryValue(result: result, bytes: shown.pointee.bytes)
                .give(column, of: rows + shown.pointee.index)
            return SQLITE_OK
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
    ) -> UnsafeMutablePointer<EntryTable.Shown> {
        guard let cursor, let shown = address(behind: cursor) else {
            preconditionFailure("SQLite calls with a cursor that was opened")
        }
        return shown.assumingMemoryBound(to: EntryTable.Shown.self)
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
        let columns = EntryTable.columns.joined(separator: ", ")
        let code = sqlite3_declare_vtab(connection, "CREATE TABLE \(EntryTable.name) (\(columns))")
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

/// Where SQLite wants a value. What it is not given is NULL.
private struct EntryValue {
    let result: OpaquePointer
    let bytes: UnsafeRawPointer?

    /// - Parameter column: counts ``EntryTable/columns``, from 0.
    func give(_ column: CInt, of row: UnsafePointer<EntryRow>) {
        switch column {
        case 0: give(row.pointee.position)
        case 1: give(text: row.pointee.image.auction)
        case 2: give(row.pointee.seq)
        case 3: give(text: row.pointee.image.kind)
        case 4: give(text: row.pointee.image.payload)
        case 5: give(text: row.pointee.image.publicPayload)
        case 6: give(blob: row.pointee.image.salt)
        case 7: give(row.pointee.at.milliseconds)
        case 8: give(blob: row.pointee.image.previousHash)
        case 9: give(blob: row.pointee.image.ownHash)
        // Of an answer only what is asked for: to take it out of the row copies 250 bytes for each column.
        case 10: give(text: row.pointee.answer?.bidder ?? 0..<0)
        case 11: give(text: row.pointee.answer?.bid ?? 0..<0)
        case 12: give((row.pointee.answer?.commitment?.ordinal).map { Int64($0) })
        case 13: give(row.pointee.answer?.commitment?.amount.minorUnits)
        case 14: give((row.pointee.answer?.commitment?.alias).map { Int64($0) })
        case 15: give(text: row.pointee.answer?.told.code ?? 0..<0)
        case 16: give(row.pointee.answer?.told.lateBy)
        case 17: give(row.pointee.answer?.told.minimum?.minorUnits)
        case 18: give(row.pointee.answer?.told.seq)
        case 19: give((row.pointee.answer?.told.isLeading).map { $0 ? 1 : 0 })
        case 20: give(row.pointee.answer?.told.ownMax?.minorUnits)
        case 21: give(row.pointee.answer?.told.price?.minorUnits)
        case 22:
            switch row.pointee.answer?.told.reserve {
            case .none?: give("none")
            case .unmet?: give("unmet")
            case .met?: give("met")
            case nil: break
            }
        case 23: give(row.pointee.answer?.told.endsAt?.milliseconds)
        default: break
        }
    }

    private func give(_ value: Int64?) {
        if let value { sqlite3_result_int64(result, value) }
    }

    /// Without a copy: the bytes stay where they are while the statement runs. An empty range: NULL.
    private func give(text range: Range<Int>) {
        guard !range.isEmpty else { return }
        let start = bytes?.advanced(by: range.lowerBound).assumingMemoryBound(to: CChar.self)
        sqlite3_result_text(result, start, CInt(range.count), nil)
    }

    private func give(blob range: Range<Int>) {
        sqlite3_result_blob(result, bytes?.advanced(by: range.lowerBound), CInt(range.count), nil)
    }

    /// Static texts live as long as the program: nothing to copy.
    private func give(_ text: StaticString) {
        text.withUTF8Buffer { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                sqlite3_result_text(result, $0.baseAddress, CInt($0.count), nil)
            }
        }
    }
}
