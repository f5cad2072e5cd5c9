public import AuctionRules

/// The state as the snapshot has it: where a start begins, instead of at the log's first entry.
public struct StateSnapshot: Sendable {
    /// The log's entry after which it has to be followed.
    public let head: LogHead
    /// The house, for the entries that follow.
    public let assembly: HouseAssembly
    /// Each lot's latest public changes, up to its own image.
    public let changes: [AuctionID: RecentChanges]
    /// How many pages of each lot need not be written again.
    let written: [AuctionID: SnapshotKeeper.WrittenPages]
}

/// What there is of a snapshot.
public enum SnapshotFinding: Sendable {
    case sound(StateSnapshot)
    /// None, or one of another version of Gavel; the log has to be followed from its beginning.
    case none
    /// One that can't be believed, and why. It has been thrown away, if the file let it.
    case unsound(String)
}
