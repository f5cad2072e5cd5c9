import Ledger

/// The memory of the latest batches, for the next ones to write over.
struct BatchSpaces {
    private var kept: [LogBatch.Space] = []

    /// One batch may wait, one is written, and a few are in the log and not let out.
    private static let countMax = 2 + CommitLine.unreleasedMax

    /// The space of a batch that nobody reads any more, as a rule.
    ///
    /// - Parameter latest: that of the batch that is handed on now.
    mutating func next(keeping latest: LogBatch.Space) -> LogBatch.Space {
        kept.append(latest)
        return kept.count > Self.countMax ? kept.removeFirst() : LogBatch.Space()
    }
}
