import AuctionRules

/// The rows that come by the hundreds, in the order of columns that ``WriterStatements`` names.
/// Bindings outlive a reset, so every column is bound for every row.
extension Statement {
    func bind(_ row: EntryRow, of bytes: UnsafeRawBufferPointer) {
        bind(row.position, at: 1)
        if row.image.auction.isEmpty {
            bind(nil as Int64?, at: 2)
        } else {
            bind(text: row.image.auction, of: bytes, at: 2)
        }
        bind(row.seq, at: 3)
        bind(text: row.image.kind, of: bytes, at: 4)
        bind(text: row.image.payload, of: bytes, at: 5)
        if row.image.publicPayload.isEmpty {
            bind(nil as Int64?, at: 6)
        } else {
            bind(text: row.image.publicPayload, of: bytes, at: 6)
        }
        bind(blob: row.image.salt, of: bytes, at: 7)
        bind(row.at.milliseconds, at: 8)
        bind(blob: row.image.previousHash, of: bytes, at: 9)
        bind(blob: row.image.ownHash, of: bytes, at: 10)
        guard let answer = row.answer else {
            for column: Int32 in 11...24 { bind(nil as Int64?, at: column) }
            return
        }
        bind(text: answer.bidder, of: bytes, at: 11)
        bind(text: answer.bid, of: bytes, at: 12)
        bind((answer.commitment?.ordinal).map { Int64($0) }, at: 13)
        bind(answer.commitment?.amount.minorUnits, at: 14)
        bind((answer.commitment?.alias).map { Int64($0) }, at: 15)
        bind(answer.reply.verdict)
    }

    /// The columns of `event` from `told_code` on.
    private func bind(_ verdict: Verdict) {
        switch verdict {
        case .accepted(let told):
            for column: Int32 in 16...17 { bind(nil as Int64?, at: column) }
            bind(told.minimum?.minorUnits, at: 18)
            bind(told.seq, at: 19)
            bind(told.isLeading.map { $0 ? 1 : 0 } as Int64?, at: 20)
            bind(told.ownMax.minorUnits, at: 21)
            bind(told.price?.minorUnits, at: 22)
            switch told.reserve {
            case .none: bind("none", at: 23)
            case .unmet: bind("unmet", at: 23)
            case .met: bind("met", at: 23)
            }
            bind(told.endsAt?.milliseconds, at: 24)
        case .retracted(let seq):
            for column: Int32 in 16...24 { bind(nil as Int64?, at: column) }
            bind(seq, at: 19)
        case .refused(let refusal):
            for column: Int32 in 19...24 { bind(nil as Int64?, at: column) }
            bind(refusal.code, at: 16)
            bind(refusal.lateBy, at: 17)
            bind(refusal.minimum?.minorUnits, at: 18)
        }
    }

    /// The columns that ``AuctionTable/updateBiddingSQL`` names.
    func bind(_ row: BiddingRow) {
        bind(row.seq, at: 1)
        bind(row.price?.minorUnits, at: 2)
        bind(row.leader?.text, at: 3)
        bind(row.leaderAlias.map { Int64($0) }, at: 4)
        bind(row.leaderMax?.minorUnits, at: 5)
        bind(row.isReserveMet, at: 6)
        bind(row.minimum?.minorUnits, at: 7)
        bind(Int64(row.bids), at: 8)
        bind(Int64(row.number), at: 9)
    }
}
