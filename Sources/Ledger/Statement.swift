import AuctionRules
import GRDBSQLite

/// A prepared statement, bound and stepped through SQLite's own functions: GRDB's binding costs
/// more than the insert itself (measured: 6.8 against 2.5 µs a row).
///
/// Not thread-safe, as the connection is not. Finalize it before the connection is closed.
struct Statement {
    private let pointer: OpaquePointer
    private let connection: OpaquePointer

    init(_ sql: String, on connection: OpaquePointer) throws(LedgerError) {
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else {
            throw LedgerError(sqlite: code, on: connection, doing: "prepare a statement")
        }
        self.pointer = pointer
        self.connection = connection
    }

    func finalize() { sqlite3_finalize(pointer) }

    // MARK: - Binding (columns count from 1; nothing here can fail on a valid index)

    func bind(_ value: Int64, at index: Int32) { sqlite3_bind_int64(pointer, index, value) }

    func bind(_ value: Int64?, at index: Int32) {
        if let value {
            sqlite3_bind_int64(pointer, index, value)
        } else {
            sqlite3_bind_null(pointer, index)
        }
    }

    func bind(_ value: Bool, at index: Int32) { sqlite3_bind_int64(pointer, index, value ? 1 : 0) }

    /// Binds without a copy: `bytes` must stay where they are until the statement is reset. An empty range:
    /// NULL.
    func bind(text range: Range<Int>, of bytes: UnsafeRawBufferPointer, at index: Int32) {
        guard !range.isEmpty else {
            sqlite3_bind_null(pointer, index)
            return
        }
        let start = bytes.baseAddress?.advanced(by: range.lowerBound)
            .assumingMemoryBound(to: CChar.self)
        sqlite3_bind_text(pointer, index, start, Int32(range.count), nil)
    }

    func bind(blob bytes: [UInt8], at index: Int32) {
        // An empty array may have no address, and a null address would bind NULL.
        guard !bytes.isEmpty else {
            sqlite3_bind_zeroblob(pointer, index, 0)
            return
        }
        _ = bytes.withUnsafeBytes {
            sqlite3_bind_blob(pointer, index, $0.baseAddress, Int32($0.count), Self.transient)
        }
    }

    /// Static texts live as long as the program: nothing to copy.
    func bind(_ text: StaticString, at index: Int32) {
        text.withUTF8Buffer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(
                    pointer, index, characters.baseAddress, Int32(characters.count), nil)
            }
        }
    }

    func bind(_ text: String?, at index: Int32) {
        guard var text else {
            sqlite3_bind_null(pointer, index)
            return
        }
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                // An empty buffer may have no address, and a null address would bind NULL.
                guard let start = characters.baseAddress else {
                    bind("" as StaticString, at: index)
                    return
                }
                _ = sqlite3_bind_text(
                    pointer, index, start, Int32(characters.count), Self.transient)
            }
        }
    }

    func bind(_ hash: EntryHash, at index: Int32) {
        hash.withUnsafeBytes { bytes in
            _ = sqlite3_bind_blob(
                pointer, index, bytes.baseAddress, Int32(bytes.count), Self.transient)
        }
    }

    func bind(_ value: SQLValue, at index: Int32) {
        switch value {
        case .null: sqlite3_bind_null(pointer, index)
        case .integer(let integer): bind(integer, at: index)
        case .text(let text): bind(text, at: index)
        }
    }

    /// SQLite's own name for "make a copy": the address -1.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    // MARK: - Running

    /// Runs a statement that gives no rows and leaves it ready for the next one.
    func run() throws(LedgerError) {
        let code = sqlite3_step(pointer)
        guard code == SQLITE_DONE else {
            let error = LedgerError(sqlite: code, on: connection, doing: "write to the database")
            sqlite3_reset(pointer)
            throw error
        }
        sqlite3_reset(pointer)
    }

    /// Runs with these values.
    func run(_ values: [SQLValue]) throws(LedgerError) {
        for (index, value) in values.enumerated() { bind(value, at: Int32(index + 1)) }
        try run()
    }

    /// Whether there is a row, or another one.
    func next() throws(LedgerError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            throw LedgerError(sqlite: code, on: connection, doing: "read from the database")
        }
    }

    func reset() { sqlite3_reset(pointer) }

    // MARK: - Columns (from 0)

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }
    func isInteger(_ column: Int32) -> Bool {
        sqlite3_column_type(pointer, column) == SQLITE_INTEGER
    }

    /// Whether the column holds this text, byte for byte.
    func isText(_ column: Int32, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard sqlite3_column_type(pointer, column) == SQLITE_TEXT,
            let start = sqlite3_column_text(pointer, column),
            sqlite3_column_bytes(pointer, column) == text.count
        else { return false }
        return UnsafeBufferPointer(start: start, count: text.count).elementsEqual(text)
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(pointer, column) else { return [] }
        let count = Int(sqlite3_column_bytes(pointer, column))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Nil when the column does not hold 32 bytes.
    func hash(_ column: Int32) -> EntryHash? {
        guard let start = sqlite3_column_blob(pointer, column),
            sqlite3_column_bytes(pointer, column) == 32
        else { return nil }
        var words = SIMD4<UInt64>.zero
        // SQLite's value is where it was until the statement is stepped, and 32 bytes long.
        for index in 0..<4 {
            words[index] = UInt64(
                bigEndian: start.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        return EntryHash(words: words)
    }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(pointer, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        default: .text(text(column))
        }
    }

    func name(_ column: Int32) -> String {
        sqlite3_column_name(pointer, column).map { String(cString: $0) } ?? ""
    }

    var columnCount: Int32 { sqlite3_column_count(pointer) }
}
