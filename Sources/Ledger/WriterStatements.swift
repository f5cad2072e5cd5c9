import AuctionRules
import Proof

/// The statements that the writer holds ready, and how a batch's rows are bound to them.
struct WriterStatements {
    let begin, commit, rollback, head, beat, heartbeat: Statement
    private let entries, biddings: BatchTable
    private let event, void: Statement
    private let sale, bidder, registration, token, revokeToken, signingKey: Statement
    private let lot, newStanding, standing, bidding: Statement
    private let certificate, certificateTree: Statement
    private let snapshot: SnapshotStatements
    private let webhooks: WebhookStatements

    init(on connection: OpaquePointer) throws(LedgerError) {
        // A statement that is left keeps the connection, and with it the file.
        var made: [Statement] = []
        func prepare(_ sql: String) throws(LedgerError) -> Statement {
            let statement = try Statement(sql, on: connection)
            made.append(statement)
            return statement
        }
        do {
            begin = try prepare("BEGIN IMMEDIATE")
            commit = try prepare("COMMIT")
            rollback = try prepare("ROLLBACK")
            head = try prepare(LogReading.headSQL)
            beat = try prepare(
                """
                INSERT INTO heartbeat (id, at) VALUES (1, ?)
                ON CONFLICT (id) DO UPDATE SET at = excluded.at
                """)
            heartbeat = try prepare("SELECT at FROM heartbeat")
            entries = try BatchTable(of: .event, on: connection)
            event = try prepare(BatchTable.Contents.event.insertSQL)
            biddings = try BatchTable(of: .bidding, on: connection)
            bidding = try prepare(BatchTable.Contents.bidding.insertSQL)
            void = try prepare(
                """
                INSERT INTO void (auction, ordinal, position) VALUES (?, ?, ?)
                ON CONFLICT (auction, ordinal) DO NOTHING
                """)
            sale = try prepare(SaleTable.table.upsertSQL)
            bidder = try prepare(BidderTable.table.upsertSQL)
            registration = try prepare(RegistrationTable.table.upsertSQL)
            token = try prepare(TokenTable.table.upsertSQL)
            revokeToken = try prepare(TokenTable.table.deleteSQL)
            signingKey = try prepare(SigningKeyTable.table.upsertSQL)
            lot = try prepare(AuctionTable.insertLotSQL)
            newStanding = try prepare(AuctionTable.insertStandingSQL)
            standing = try prepare(AuctionTable.updateStandingSQL)
            certificate = try prepare(
                "INSERT INTO certificate (position, auction, statement) VALUES (?, ?, ?)")
            certificateTree = try prepare(
                "INSERT INTO certificate_tree (first, last, head, signature) VALUES (?, ?, ?, ?)")
            snapshot = try SnapshotStatements(prepare)
            webhooks = try WebhookStatements(prepare)
        } catch {
            for statement in made { statement.finalize() }
            throw error
        }
    }

    func finalize() {
        for statement in [
            begin, commit, rollback, head, beat, heartbeat, event, void, sale, bidder,
            registration, token, revokeToken, signingKey, lot, newStanding, standing, bidding,
            certificate, certificateTree,
        ] { statement.finalize() }
        snapshot.finalize()
        webhooks.finalize()
    }

    /// Writes every row of the batch. Parents come before children, for the foreign keys; one table
    /// after the other, so that each one's pages stay at hand.
    func write(_ batch: LogBatch, withSnapshot: Bool) throws(LedgerError) {
        guard let state = batch.state else { return }
        for row in state.sales { try sale.run(row) }
        for row in state.bidders { try bidder.run(row) }
        for row in state.registrations { try registration.run(row) }
        for row in state.tokens { try token.run(row) }
        for row in state.revokedTokens { try revokeToken.run(row) }
        for row in state.signingKeys { try signingKey.run(row) }
        for row in state.newLots { try lot.run(row) }
        for row in state.newStandings { try newStanding.run(row) }
        for row in state.standings { try standing.run(row) }
        try batch.bytes.withUnsafeBytes { bytes in
            Result { () throws(LedgerError) in
                if !state.biddings.isEmpty {
                    try biddings.show(state.biddings, of: bytes) { () throws(LedgerError) in
                        try bidding.run()
                    }
                }
                if !batch.entries.isEmpty {
                    try entries.show(batch.entries, of: bytes) { () throws(LedgerError) in
                        try event.run()
                    }
                }
                for row in batch.voids { try write(row, of: bytes) }
            }
        }.get()
        for row in batch.certificates { try write(row) }
        if let tree = batch.certificateTree { try write(tree) }
        if withSnapshot, let rows = batch.snapshot { try snapshot.write(rows) }
        if let rows = batch.webhooks { try webhooks.write(rows) }
    }

    private func write(_ row: Certificate) throws(LedgerError) {
        certificate.bind(row.position, at: 1)
        certificate.bind(row.auction.text, at: 2)
        certificate.bind(row.statement, at: 3)
        try certificate.run()
    }

    private func write(_ tree: CertificateTree) throws(LedgerError) {
        certificateTree.bind(tree.first, at: 1)
        certificateTree.bind(tree.last, at: 2)
        certificateTree.bind(tree.signed.head, at: 3)
        certificateTree.bind(tree.signed.signatureHex, at: 4)
        try certificateTree.run()
    }

    private func write(
        _ row: VoidRow, of bytes: UnsafeRawBufferPointer
    ) throws(LedgerError) {
        void.bind(text: row.auction.range, of: bytes, at: 1)
        void.bind(Int64(row.ordinal), at: 2)
        void.bind(row.position, at: 3)
        try void.run()
    }
}
