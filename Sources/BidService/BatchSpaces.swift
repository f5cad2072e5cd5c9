import Ledger

/// The memory of the latest batches, for the next ones to write over.
struct BatchSpaces {
    private var kept: [LogBatch.Space] = []

    /// One batch may wait, and two be on their way to the disk and out.
    private static let countMax = 3

    /// The space of a batch that nobody reads any more, as a rule.
    ///
    /// - Parameter latest: that of the batch that is handed on now.
    mutating func next(keeping latest: LogBatch.Space) -> LogBatch.Space {
        kept.append(latest)
        return kept.count > Self.countMax ? kept.removeFirst() : LogBatch.Space()
    }
}
