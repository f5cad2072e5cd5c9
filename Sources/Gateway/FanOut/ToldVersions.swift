import AuctionRules

/// Up to which version of the board a watcher has been told of each lot, by a snapshot or by a
/// replay: a broadcast that is still on its way and no newer would be told twice.
///
/// Kept for as long as such a broadcast may come, and not only while the watch lasts: the same lot
/// may be watched by itself and with its sale.
struct ToldVersions {
    private var versions = Few<AuctionID, Int64>()
    private var prunedAt: Int64 = 0

    var isEmpty: Bool { versions.isEmpty }
    var count: Int { versions.count }

    /// The lot's snapshot is still to come, and will hold all that happens before it.
    mutating func postpone(_ auction: AuctionID) { versions[auction] = .max }

    /// The snapshot that was postponed will not come.
    mutating func forgetPostponed(_ auction: AuctionID) {
        if versions[auction] == .max { versions[auction] = nil }
    }

    mutating func note(_ auction: AuctionID, at version: Int64) { versions[auction] = version }

    func covers(_ broadcast: Broadcast) -> Bool {
        guard !versions.isEmpty, let version = versions[broadcast.auction] else { return false }
        return broadcast.version <= version
    }

    /// Forgets what is older than every broadcast that is still to come.
    ///
    /// - Parameter version: of the last one that came; more of the same may follow.
    mutating func prune(before version: Int64) {
        guard !versions.isEmpty, version > prunedAt else { return }
        prunedAt = version
        versions.removeAll { $0 < version }
    }
}
