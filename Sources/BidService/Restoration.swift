/// How the service came by its state, at its start or after a failure of the log.
public struct Restoration: Hashable, Sendable {
    /// Up to which entry of the log a snapshot held the state; 0: there was none.
    public var snapshotPosition: Int64 = 0
    /// Why the snapshot that there was could not be believed; nil: nothing was wrong.
    public var snapshotFault: String?
    /// How many entries of the log were followed after it.
    public var entriesFollowed: Int64 = 0
    /// What each part took: the snapshot, the entries, and the board.
    public var loading = Duration.zero
    public var following = Duration.zero
    public var publishing = Duration.zero
}
