import AuctionRules

/// The statements that the writer holds ready, and how a batch's rows are bound to them.
struct WriterStatements {
    let begin, commit, rollback, head, beat, heartbeat: Statement
    private let event, reply, commitment, participant, void: Statement
    private let sale, bidder, registration, token, revokeToken: Statement
    private let auction, auctionState: Statement

    init(on connection: OpaquePointer) throws(LedgerError) {
        func prepare(_ sql: String) throws(LedgerError) -> Statement {
            try Statement(sql, on: connection)
        }
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
        event = try prepare(
            """
            INSERT INTO event (position, auction, seq, kind, payload, at, previous_hash, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        reply = try prepare(
            """
            INSERT INTO reply (position, auction, bidder, bid, action, amount, currency, target,
                confirmed, verdict, code, detail, late_by, minimum, seq, leading, own_max, price,
                reserve, ends_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        commitment = try prepare(
            """
            INSERT INTO commitment (auction, ordinal, position, bidder, bid, kind, amount, at, seq)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        participant = try prepare(
            "INSERT INTO participant (auction, bidder, number) VALUES (?, ?, ?)")
        void = try prepare("UPDATE commitment SET voided = 1 WHERE auction = ? AND ordinal = ?")
        sale = try prepare(SaleTable.table.upsertSQL)
        bidder = try prepare(BidderTable.table.upsertSQL)
        registration = try prepare(RegistrationTable.table.upsertSQL)
        token = try prepare(TokenTable.table.upsertSQL)
        revokeToken = try prepare(TokenTable.table.deleteSQL)
        auction = try prepare(AuctionTable.table.upsertSQL)
        auctionState = try prepare(AuctionTable.updateSQL)
    }

    func finalize() {
        for statement in [
            begin, commit, rollback, head, beat, heartbeat, event, reply, commitment, participant,
            void, sale, bidder, registration, token, revokeToken, auction, auctionState,
        ] { statement.finalize() }
    }

    /// Writes every row of the batch. Parents come before children, for the foreign keys; one table
    /// after the other, so that each one's pages stay at hand.
    func write(_ batch: LogBatch) throws(LedgerError) {
        guard let state = batch.state else { return }
        for row in state.sales { try sale.run(row) }
        for row in state.bidders { try bidder.run(row) }
        for row in state.registrations { try registration.run(row) }
        for row in state.tokens { try token.run(row) }
        for row in state.revokedTokens { try revokeToken.run(row) }
        for row in state.newAuctions { try auction.run(row) }
        for row in state.auctions { try auctionState.run(row) }
        try batch.bytes.withUnsafeBytes { bytes in
            Result { () throws(LedgerError) in
                for row in batch.participants { try write(row, of: bytes) }
                for row in batch.entries { try write(row, of: bytes) }
                for row in batch.replies { try write(row, of: bytes) }
                for row in batch.commitments { try write(row, of: bytes) }
                for row in batch.voids { try write(row, of: bytes) }
            }
        }.get()
    }

    private func write(
        _ row: EntryRow, of bytes: UnsafeRawBufferPointer
    ) throws(LedgerError) {
        event.bind(row.position, at: 1)
        if row.image.auction.isEmpty {
            event.bind(nil as Int64?, at: 2)
        } else {
            event.bind(text: row.image.auction, of: bytes, at: 2)
        }
        event.bind(row.seq, at: 3)
        event.bind(text: row.image.kind, of: bytes, at: 4)
        event.bind(text: row.image.payload, of: bytes, at: 5)
        event.bind(row.at.milliseconds, at: 6)
        event.bind(blob: row.image.previousHash, of: bytes, at: 7)
        event.bind(row.hash, at: 8)
        try event.run()
    }

    private func write(
        _ row: ReplyRow, of bytes: UnsafeRawBufferPointer
    ) throws(LedgerError) {
        reply.bind(row.position, at: 1)
        reply.bind(text: row.auction, of: bytes, at: 2)
        reply.bind(text: row.bidder, of: bytes, at: 3)
        reply.bind(text: row.bid, of: bytes, at: 4)
        bind(row.reply.request)
        bind(row.reply.verdict)
        try reply.run()
    }

    private func bind(_ request: BidRequest) {
        var amount: Amount?
        var currency: String?
        var target: BidID?
        switch request.action {
        case .bid(let kind, let offered, let named):
            switch kind {
            case .max: reply.bind("max", at: 5)
            case .exact: reply.bind("exact", at: 5)
            }
            amount = offered
            currency = named
        case .buy: reply.bind("buy", at: 5)
        case .retract(let bid):
            reply.bind("retract", at: 5)
            target = bid
        }
        reply.bind(amount?.minorUnits, at: 6)
        reply.bind(currency, at: 7)
        reply.bind(target?.text, at: 8)
        reply.bind(request.isConfirmed, at: 9)
    }

    private func bind(_ verdict: Verdict) {
        // The columns that most verdicts leave empty; bindings outlive a reset.
        for column: Int32 in 11...20 { reply.bind(nil as Int64?, at: column) }
        switch verdict {
        case .accepted(let acceptance):
            reply.bind("accepted", at: 10)
            reply.bind(acceptance.minimum?.minorUnits, at: 14)
            reply.bind(acceptance.seq, at: 15)
            reply.bind(acceptance.isLeading.map { $0 ? 1 : 0 } as Int64?, at: 16)
            reply.bind(acceptance.ownMax.minorUnits, at: 17)
            reply.bind(acceptance.price?.minorUnits, at: 18)
            switch acceptance.reserve {
            case .none: reply.bind("none", at: 19)
            case .unmet: reply.bind("unmet", at: 19)
            case .met: reply.bind("met", at: 19)
            }
            reply.bind(acceptance.endsAt?.milliseconds, at: 20)
        case .retracted(let seq):
            reply.bind("retracted", at: 10)
            reply.bind(seq, at: 15)
        case .refused(let refusal):
            reply.bind("refused", at: 10)
            reply.bind(refusal.code, at: 11)
            reply.bind(refusal.detail, at: 12)
            reply.bind(refusal.lateBy, at: 13)
            reply.bind(refusal.minimum?.minorUnits, at: 14)
        }
    }

    private func write(
        _ row: CommitmentRow, of bytes: UnsafeRawBufferPointer
    ) throws(LedgerError) {
        commitment.bind(text: row.auction, of: bytes, at: 1)
        commitment.bind(Int64(row.commitment.ordinal), at: 2)
        commitment.bind(row.position, at: 3)
        commitment.bind(text: row.bidder, of: bytes, at: 4)
        commitment.bind(text: row.bid, of: bytes, at: 5)
        switch row.commitment.kind {
        case .max: commitment.bind("max", at: 6)
        case .exact: commitment.bind("exact", at: 6)
        case .buy: commitment.bind("buy", at: 6)
        }
        commitment.bind(row.commitment.amount.minorUnits, at: 7)
        commitment.bind(row.commitment.at.milliseconds, at: 8)
        commitment.bind(row.commitment.seq, at: 9)
        try commitment.run()
    }

    private func write(
        _ row: ParticipantRow, of bytes: UnsafeRawBufferPointer
    ) throws(LedgerError) {
        participant.bind(text: row.auction, of: bytes, at: 1)
        participant.bind(text: row.bidder, of: bytes, at: 2)
        participant.bind(Int64(row.number), at: 3)
        try participant.run()
    }

    private func write(
        _ row: VoidRow, of bytes: UnsafeRawBufferPointer
    ) throws(LedgerError) {
        void.bind(text: row.auction, of: bytes, at: 1)
        void.bind(Int64(row.ordinal), at: 2)
        try void.run()
    }
}
