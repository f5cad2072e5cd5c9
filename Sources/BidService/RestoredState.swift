import AuctionRules
import Ledger

/// The state as the log has it: from its snapshot and the entries after that, or from all entries.
struct RestoredState {
    let house: House
    let head: LogHead
    let recent: [AuctionID: RecentChanges]
    let keeper: SnapshotKeeper
    let restoration: Restoration

    init(from log: any BidLog, _ limits: ServiceLimits) throws(LedgerError) {
        let start = ContinuousClock.now
        var restoration = Restoration()
        var assembly = HouseAssembly()
        var head = LogHead.empty
        var recent: [AuctionID: RecentChanges] = [:]
        var keeper = SnapshotKeeper(limits.snapshots)
        switch try log.snapshot() {
        case .sound(let snapshot):
            assembly = snapshot.assembly
            head = snapshot.head
            recent = snapshot.changes
            keeper = SnapshotKeeper(limits.snapshots, after: snapshot)
            restoration.snapshotPosition = head.position
        case .unsound(let fault): restoration.snapshotFault = fault
        case .none: break
        }
        let loaded = ContinuousClock.now
        try log.entries(after: head.position) { entry in
            let before = LogHead(position: entry.position - 1, hash: entry.previousHash)
            head = entry.head
            restoration.entriesFollowed += 1
            let isNew = assembly.follow(
                entry.event, at: entry.at, recordedAs: entry.hash, position: entry.position)
            guard isNew else { return }
            guard case .auction(let id, let event) = entry.event else {
                return keeper.note(nil, since: before)
            }
            keeper.note(id, since: before)
            let change = assembly.with(id) { $0.publicChange(after: event, at: entry.at) } ?? nil
            if let change {
                recent[id, default: RecentChanges()].note(change, max: limits.keptChangesMax)
            }
        }
        house = assembly.finished()
        self.head = head
        self.recent = recent
        self.keeper = keeper
        restoration.loading = loaded - start
        restoration.following = .now - loaded
        self.restoration = restoration
    }
}
