/// One lot's changes as one watcher is sent them: each follows the one before, the price never falls,
/// and nothing ends early. A value, so that a hundred thousand of them cost little.
struct StreamCheck: Hashable, Sendable {
    /// The newest change; -1 before the first snapshot.
    private(set) var seq: Int64 = -1
    /// In minor units; 0 before the first bid.
    private(set) var price: Int64 = 0
    /// In Unix milliseconds; 0: none.
    private(set) var endsAt: Int64 = 0
    private(set) var isOver = false

    var isWatching: Bool { seq >= 0 }

    /// The whole state came, which a watcher is told once and at first.
    ///
    /// - Parameters:
    ///   - price: in minor units, nil before the first bid.
    ///   - endsAt: in Unix milliseconds, nil: only an administrator ends it.
    mutating func begin(
        lot: @autoclosure () -> String, seq: Int64, price: Int64?, endsAt: Int64?
    ) throws(BenchFault) {
        guard !isWatching else {
            throw .wrongChange(lot: lot(), expected: self.seq + 1, got: seq)
        }
        self.seq = seq
        self.price = price ?? 0
        self.endsAt = endsAt ?? 0
    }

    /// A change came.
    ///
    /// - Parameters:
    ///   - ends: whether it is the lot's end.
    ///   - at: the server's time of it, in Unix milliseconds.
    mutating func note(
        lot: @autoclosure () -> String, seq: Int64, price: Int64?, endsAt: Int64?, ends: Bool,
        at: Int64
    ) throws(BenchFault) {
        guard isWatching, seq == self.seq + 1 else {
            throw .wrongChange(lot: lot(), expected: self.seq + 1, got: seq)
        }
        guard !isOver else { throw .changeAfterEnd(lot: lot(), seq: seq) }
        self.seq = seq
        if let price {
            guard price >= self.price else {
                throw .priceFell(lot: lot(), from: self.price, to: price)
            }
            self.price = price
        }
        if ends {
            if self.endsAt > 0, at < self.endsAt {
                throw .closedEarly(lot: lot(), endsAt: self.endsAt, at: at)
            }
            isOver = true
        } else if let endsAt {
            self.endsAt = endsAt
        }
    }
}
