import AuctionRules
import GRDBSQLite

/// Compares a row of a statement with what it should hold, column by column and without making
/// values of them: there are millions.
struct RowCheck {
    private let statement: Statement
    private var column: Int32
    /// Whether all columns so far are as expected.
    private(set) var holds = true

    init(_ statement: Statement, from column: Int32) {
        self.statement = statement
        self.column = column
    }

    mutating func expect(_ integer: Int64?) {
        defer { column += 1 }
        guard let integer else { return note(statement.isNull(column)) }
        note(statement.isInteger(column) && statement.integer(column) == integer)
    }

    mutating func expect(_ bool: Bool) { expect(bool ? 1 : 0) }

    mutating func expect(_ text: String?) {
        defer { column += 1 }
        guard var text else { return note(statement.isNull(column)) }
        note(text.withUTF8 { statement.isText(column, $0) })
    }

    private mutating func note(_ isEqual: Bool) { holds = holds && isEqual }
}

extension RowCheck {
    /// A row of `event` from its column `told_code` on.
    mutating func expect(_ verdict: Verdict) {
        switch verdict {
        case .accepted(let told):
            for _ in 0..<2 { expect(nil as Int64?) }
            expect(told.minimum?.minorUnits)
            expect(told.seq)
            expect(told.isLeading.map { $0 ? 1 : 0 } as Int64?)
            expect(told.ownMax.minorUnits)
            expect(told.price?.minorUnits)
            expect(told.reserve.rawValue)
            expect(told.endsAt?.milliseconds)
        case .retracted(let seq):
            for _ in 0..<3 { expect(nil as Int64?) }
            expect(seq)
            for _ in 0..<5 { expect(nil as Int64?) }
        case .refused(let refusal):
            expect(refusal.code)
            expect(refusal.lateBy)
            expect(refusal.minimum?.minorUnits)
            for _ in 0..<6 { expect(nil as Int64?) }
        }
    }
}
