import AuctionRules

extension Statement {
    /// The columns that ``AuctionTable/updateBiddingSQL`` names, in its order. Bindings outlive a reset, so
    /// every column is bound for every row.
    ///
    /// - Parameter bytes: the batch's, which stay where they are until the statement has been run.
    func bind(_ row: BiddingRow, of bytes: UnsafeRawBufferPointer) {
        bind(row.seq, at: 1)
        bind(row.price?.minorUnits, at: 2)
        bind(text: row.leader, of: bytes, at: 3)
        bind(row.leaderAlias.map { Int64($0) }, at: 4)
        bind(row.leaderMax?.minorUnits, at: 5)
        bind(row.isReserveMet, at: 6)
        bind(row.minimum?.minorUnits, at: 7)
        bind(Int64(row.bids), at: 8)
        bind(Int64(row.number), at: 9)
    }
}
