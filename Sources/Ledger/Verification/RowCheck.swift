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
    /// A row of `reply` from its column `auction` on.
    mutating func expect(_ reply: Reply, on auction: AuctionID) {
        let request = reply.request
        expect(auction.text)
        expect(request.bidder.text)
        expect(request.id.text)
        switch request.action {
        case .bid(let kind, let amount, let currency):
            expect(kind.rawValue)
            expect(amount.minorUnits)
            expect(currency)
            expect(nil as Int64?)
        case .buy:
            expect("buy")
            for _ in 0..<3 { expect(nil as Int64?) }
        case .retract(let bid):
            expect("retract")
            for _ in 0..<2 { expect(nil as Int64?) }
            expect(bid.text)
        }
        expect(request.isConfirmed)
        expect(reply.verdict)
    }

    private mutating func expect(_ verdict: Verdict) {
        switch verdict {
        case .accepted(let told):
            expect("accepted")
            for _ in 0..<3 { expect(nil as Int64?) }
            expect(told.minimum?.minorUnits)
            expect(told.seq)
            expect(told.isLeading.map { $0 ? 1 : 0 } as Int64?)
            expect(told.ownMax.minorUnits)
            expect(told.price?.minorUnits)
            expect(told.reserve.rawValue)
            expect(told.endsAt?.milliseconds)
        case .retracted(let seq):
            expect("retracted")
            for _ in 0..<4 { expect(nil as Int64?) }
            expect(seq)
            for _ in 0..<5 { expect(nil as Int64?) }
        case .refused(let refusal):
            expect("refused")
            expect(refusal.code)
            expect(refusal.detail)
            expect(refusal.lateBy)
            expect(refusal.minimum?.minorUnits)
            for _ in 0..<6 { expect(nil as Int64?) }
        }
    }

    /// A row of `commitment` from its column `bidder` on.
    mutating func expect(_ commitment: Commitment) {
        expect(commitment.key.bidder.text)
        expect(commitment.key.id.text)
        expect(commitment.kind.rawValue)
        expect(commitment.amount.minorUnits)
        expect(commitment.at.milliseconds)
        expect(commitment.seq)
        expect(commitment.isVoided)
    }
}
