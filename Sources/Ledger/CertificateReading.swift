public import AuctionRules
import GRDB
import GRDBSQLite
import Proof

/// Reads certificates, and what came after them. Each look-up goes by an index: it takes as long for a
/// lot with a million bids as for one with ten.
struct CertificateReading {
    private let connection: OpaquePointer

    init(on connection: OpaquePointer) { self.connection = connection }

    /// The oldest ones that no signature is over, in order.
    func unsigned(max: Int) throws(LedgerError) -> [Certificate] {
        let statement = try Statement(
            """
            SELECT position, auction, statement FROM certificate
            WHERE position > (SELECT coalesce(max(last), 0) FROM certificate_tree)
            ORDER BY position LIMIT ?
            """, on: connection)
        defer { statement.finalize() }
        statement.bind(Int64(max), at: 1)
        var certificates: [Certificate] = []
        while try statement.next() {
            let position = statement.integer(0)
            guard let auction = try? AuctionID(statement.text(1)) else {
                throw LedgerError(
                    .corrupt(position: position),
                    "The certificate of entry \(position) is of no lot: restore a backup.")
            }
            certificates.append(
                Certificate(
                    position: position, auction: auction, statement: statement.text(2)))
        }
        return certificates
    }

    /// A lot's newest one; nil when it has none.
    func certificate(of auction: AuctionID) throws(LedgerError) -> CertificateFinding? {
        let statement = try Statement(
            """
            SELECT position, statement FROM certificate WHERE auction = ?
            ORDER BY position DESC LIMIT 1
            """, on: connection)
        defer { statement.finalize() }
        statement.bind(auction.text, at: 1)
        guard try statement.next() else { return nil }
        let (position, text) = (statement.integer(0), statement.text(1))
        guard let tree = try tree(over: position) else {
            return CertificateFinding(statement: text, signed: nil)
        }
        let (positions, statements) = try certificates(under: tree)
        guard let index = positions.firstIndex(of: position) else {
            return CertificateFinding(statement: text, signed: nil)
        }
        return CertificateFinding(
            statement: text, signed: tree.signed.statement(index, of: statements))
    }

    private func tree(over position: Int64) throws(LedgerError) -> CertificateTree? {
        let statement = try Statement(
            """
            SELECT first, last, head, signature FROM certificate_tree WHERE last >= ?
            ORDER BY last LIMIT 1
            """, on: connection)
        defer { statement.finalize() }
        statement.bind(position, at: 1)
        guard try statement.next() else { return nil }
        return try Self.tree(statement)
    }

    /// A row of `first, last, head, signature`.
    static func tree(_ statement: Statement) throws(LedgerError) -> CertificateTree {
        guard let signed = SignedTree(head: statement.text(2), signature: statement.text(3)) else {
            throw LedgerError(
                .corrupt(position: statement.integer(1)),
                "The signature over the certificate of entry \(statement.integer(1)) is not 64 bytes "
                    + "long: restore a backup.")
        }
        return CertificateTree(
            first: statement.integer(0), last: statement.integer(1), signed: signed)
    }

    private func certificates(
        under tree: CertificateTree
    ) throws(LedgerError) -> (positions: [Int64], statements: [String]) {
        let statement = try Statement(
            """
            SELECT position, statement FROM certificate WHERE position BETWEEN ? AND ?
            ORDER BY position
            """, on: connection)
        defer { statement.finalize() }
        statement.bind(tree.first, at: 1)
        statement.bind(tree.last, at: 2)
        var (positions, statements): ([Int64], [String]) = ([], [])
        while try statement.next() {
            positions.append(statement.integer(0))
            statements.append(statement.text(1))
        }
        return (positions, statements)
    }

    /// The bids on a lot that came too late.
    ///
    /// - Parameter max: how many are told one by one.
    func lateBids(on auction: AuctionID, max: Int) throws(LedgerError) -> LateBids {
        let head = try Statement(LogReading.headSQL, on: connection)
        defer { head.finalize() }
        let position = try LogReading.head(head).position
        let count = try Statement(
            """
            SELECT count(*), max(told_late_by) FROM event
            WHERE told_late_by IS NOT NULL AND auction = ?
            """, on: connection)
        defer { count.finalize() }
        count.bind(auction.text, at: 1)
        _ = try count.next()
        let each = try Statement(
            """
            SELECT told_late_by FROM event WHERE told_late_by IS NOT NULL AND auction = ?
            ORDER BY position LIMIT ?
            """, on: connection)
        defer { each.finalize() }
        each.bind(auction.text, at: 1)
        each.bind(Int64(max), at: 2)
        var lateness: [Milliseconds] = []
        while try each.next() { lateness.append(each.integer(0)) }
        return LateBids(
            count: count.integer(0), latest: count.optionalInteger(1), lateness: lateness,
            position: position)
    }
}

extension LedgerReader {
    /// A lot's newest certificate; nil for one that has not closed.
    public func certificate(
        of auction: AuctionID
    ) throws(LedgerError) -> CertificateFinding? {
        try read { database in
            try CertificateReading(on: try database.connection()).certificate(of: auction)
        }
    }

    /// The bids on a lot that came too late.
    ///
    /// - Parameter max: how many are told one by one, the first ones.
    public func lateBids(
        on auction: AuctionID, max: Int
    ) throws(LedgerError) -> LateBids {
        try read { database in
            try CertificateReading(on: try database.connection()).lateBids(on: auction, max: max)
        }
    }
}
