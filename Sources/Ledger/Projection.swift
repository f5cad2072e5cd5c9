public import AuctionRules

/// Whether the tables say what the log says: every row is made again from a house that was rebuilt
/// from the log, and compared.
public enum Projection {
    /// A row that is not as the log has it.
    public struct Difference: Hashable, Sendable, CustomStringConvertible {
        public let table: String
        /// The row as the log gives it, and as the table has it; nil where there is none.
        public let expected: String?
        public let actual: String?

        public var description: String {
            "\(table): expected \(expected ?? "no row"), found \(actual ?? "no row")"
        }
    }

    /// Compares every table with the log; empty when they agree.
    ///
    /// - Parameters:
    ///   - house: rebuilt from this very log, all of it.
    ///   - reader: of a database to which nothing is written meanwhile.
    public static func check(
        house: House, reader: LedgerReader
    ) throws(LedgerError) -> [Difference] {
        var differences: [Difference] = []
        for (table, rows) in stateRows(of: house) {
            differences += try compare(table.name, table.columns, rows, with: reader)
        }
        let log = try LoggedRows(reader: reader, house: house)
        for (name, columns, rows) in log.tables {
            differences += try compare(name, columns, rows, with: reader)
        }
        return differences
    }

    static func stateRows(of house: House) -> [(StateTable, [[SQLValue]])] {
        [
            (SaleTable.table, house.sales.values.map(SaleTable.row)),
            (BidderTable.table, house.bidders.values.map(BidderTable.row)),
            (
                RegistrationTable.table,
                house.sales.values.flatMap { $0.registrations.values.map(RegistrationTable.row) }
            ),
            (TokenTable.table, house.tokens.values.map(TokenTable.row)),
            (SigningKeyTable.table, house.signingKeys.map(SigningKeyTable.row)),
            (
                AuctionTable.table,
                house.auctions.values.enumerated().map { AuctionTable.row($1, number: $0) }
            ),
        ]
    }

    private static func compare(
        _ name: String, _ columns: [String], _ expected: [[SQLValue]], with reader: LedgerReader
    ) throws(LedgerError) -> [Difference] {
        let sql = "SELECT \(columns.joined(separator: ", ")) FROM \(name)"
        var surplus: [[SQLValue]: Int] = [:]
        for row in try reader.table(sql).rows { surplus[row, default: 0] += 1 }
        var missing: [[SQLValue]] = []
        for row in expected {
            if let count = surplus[row] {
                surplus[row] = count == 1 ? nil : count - 1
            } else {
                missing.append(row)
            }
        }
        return missing.map { Difference(table: name, expected: text($0), actual: nil) }
            + surplus.keys.map { Difference(table: name, expected: nil, actual: text($0)) }
    }

    static func text(_ row: some Collection<SQLValue>) -> String {
        row.map { value in
            switch value {
            case .null: "NULL"
            case .integer(let integer): String(integer)
            case .text(let text): text
            }
        }.joined(separator: "|")
    }
}
