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
        bind(row.hash, at: 10)
    }

    func bind(_ row: CommitmentRow, of bytes: UnsafeRawBufferPointer) {
        let commitment = row.commitment
        bind(text: row.auction, of: bytes, at: 1)
        bind(Int64(commitment.ordinal), at: 2)
        bind(row.position, at: 3)
        bind(text: row.bidder, of: bytes, at: 4)
        bind(text: row.bid, of: bytes, at: 5)
        switch commitment.kind {
        case .max: bind("max", at: 6)
        case .exact: bind("exact", at: 6)
        case .buy: bind("buy", at: 6)
        }
        bind(commitment.amount.minorUnits, at: 7)
        bind(commitment.at.milliseconds, at: 8)
        bind(commitment.seq, at: 9)
    }

    func bind(_ row: ReplyRow, of bytes: UnsafeRawBufferPointer) {
        bind(row.position, at: 1)
        bind(text: row.auction, of: bytes, at: 2)
        bind(text: row.bidder, of: bytes, at: 3)
        bind(text: row.bid, of: bytes, at: 4)
        bind(row.reply.request)
        bind(row.reply.verdict)
    }

    private func bind(_ request: BidRequest) {
        var amount: Amount?
        var currency: String?
        var target: BidID?
        switch request.action {
        case .bid(let kind, let offered, let named):
            switch kind {
            case .max: bind("max", at: 5)
            case .exact: bind("exact", at: 5)
            }
            amount = offered
            currency = named
        case .buy: bind("buy", at: 5)
        case .retract(let bid):
            bind("retract", at: 5)
            target = bid
        }
        bind(amount?.minorUnits, at: 6)
        bind(currency, at: 7)
        bind(target?.text, at: 8)
        bind(request.isConfirmed, at: 9)
    }

    private func bind(_ verdict: Verdict) {
        for column: Int32 in 11...20 { bind(nil as Int64?, at: column) }
        switch verdict {
        case .accepted(let acceptance):
            bind("accepted", at: 10)
            bind(acceptance.minimum?.minorUnits, at: 14)
            bind(acceptance.seq, at: 15)
            bind(acceptance.isLeading.map { $0 ? 1 : 0 } as Int64?, at: 16)
            bind(acceptance.ownMax.minorUnits, at: 17)
            bind(acceptance.price?.minorUnits, at: 18)
            switch acceptance.reserve {
            case .none: bind("none", at: 19)
            case .unmet: bind("unmet", at: 19)
            case .met: bind("met", at: 19)
            }
            bind(acceptance.endsAt?.milliseconds, at: 20)
        case .retracted(let seq):
            bind("retracted", at: 10)
            bind(seq, at: 15)
        case .refused(let refusal):
            bind("refused", at: 10)
            bind(refusal.code, at: 11)
            bind(refusal.detail, at: 12)
            bind(refusal.lateBy, at: 13)
            bind(refusal.minimum?.minorUnits, at: 14)
        }
    }
}
