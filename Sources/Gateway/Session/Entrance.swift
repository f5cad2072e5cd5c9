import AuctionRules
import BidService
import WireProtocol

extension Station {
    /// Lets a watcher in where a lot stood when it came: from now on it hears of every change, and
    /// first it is told what it has missed, or where the lot stands.
    func enter(
        _ entrance: PublicBoard.Entrance, of id: AuctionID,
        after position: (log: String, seq: Int64)?, feed: Feed, for watcher: Watcher,
        ref: String? = nil
    ) {
        let lot = entrance.snapshot
        if let position { noteReturn(to: position, at: entrance, of: watcher) }
        hub.watch(
            id, by: watcher, feed: feed, head: LotHead(lot.state), version: entrance.version)
        // Who can't take it anyway is better off with where the lot stands.
        guard let missed = entrance.missed, watcher.isKeepingUp else {
            return watcher.send(ServerFrame(.snapshot(snapshot(lot, for: watcher)), ref: ref))
        }
        for change in missed { watcher.send(ServerFrame(ServerMessage(change))) }
        watcher.send(ServerFrame(.watching(.init(id, seq: lot.state.seq)), ref: ref))
    }

    /// Counts how somebody who has seen the lot before is brought up to date.
    private func noteReturn(
        to position: (log: String, seq: Int64), at entrance: PublicBoard.Entrance,
        of watcher: Watcher
    ) {
        let result: ResumeResult =
            if entrance.missed != nil {
                watcher.isKeepingUp ? .replayed : .tooSlow
            } else if position.log == service.board.logID,
                (0...max(0, entrance.snapshot.state.seq)).contains(position.seq)
            {
                .tooOld
            } else {
                .otherLog
            }
        statistics.resumed.count(result)
    }

    /// A lot as the watcher may see it.
    func snapshot(
        _ lot: PublicBoard.Snapshot, for watcher: Watcher
    ) -> ServerMessage.Snapshot {
        let viewer = watcher.bidder.map { _ in
            ServerMessage.Snapshot.Viewer(isLeading: lot.isLeading, ownMax: lot.ownAmount)
        }
        return ServerMessage.Snapshot(
            lot.state, log: service.board.logID, viewer: viewer, serverTime: clock.now())
    }
}
