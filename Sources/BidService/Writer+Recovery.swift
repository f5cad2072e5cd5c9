import AuctionRules
import Ledger

/// The house from the log: at the start, and after a failure.
extension Writer {
    /// Throws away what is in memory and reads the log after a failure. Leaves `isSound` false when
    /// the log can't be had.
    ///
    /// What became due meanwhile is left to the round: commands wait that came in before it.
    func recover() {
        do {
            committer.closeLog()
            let log = try openLog()
            statistics.note(.recovering)
            let now = try restore(from: log)
            finishBatch(at: now)
            recoveryPace.noteSuccess()
            lastFailure = nil
            statistics.note(.available)
            onRecovery()
        } catch {
            // Still not to be had: it is tried again after a pause, and until then all is turned away.
            statistics.note(error.isDamage ? .logDamaged : .logUnavailable)
            recoveryPace.noteFailure(at: clock.now())
            if error != lastFailure { onFailure(error) }
            lastFailure = error
        }
    }

    /// The start: like a recovery, but the caller hears of a fault, and no command waits.
    func start(with log: any BidLog) throws(LedgerError) {
        let now = try restore(from: log)
        runDeadlines(by: now)
        finishBatch(at: now)
    }

    /// Makes the house from the log, and applies the outage rule.
    ///
    /// - Returns: the time at which that was.
    private func restore(from log: any BidLog) throws(LedgerError) -> Instant {
        let restored = try RestoredState(from: log, limits)
        let start = ContinuousClock.now
        let house = restored.house
        let lastAlive = max(try log.lastHeartbeat() ?? house.lastInstant, house.lastInstant)
        self.house = house
        head = restored.head
        snapshots = restored.keeper
        recent = house.auctions.values.map { ChangeBook(restored.recent[$0.id] ?? RecentChanges()) }
        deadlines = Deadlines(of: house)
        batch = DecidedBatch(after: head, salts: log.newSaltKey())
        space.look(at: log)
        pausesForSpace = PausesForSpace(house: house, recent: restored.recent)
        let waiting = committer.resume(with: log)
        webhooks.takeBack()
        notary.follow(house.signingKeys)
        let (unseen, version) = board.reset(
            logID: log.logID, head: head, house: house, recent: recent)
        for publication in unseen { publisher.publish(publication, version: version) }
        publisher.flush()
        var restoration = restored.restoration
        restoration.publishing = .now - start
        statistics.note(restoration)
        isSound = true
        turnAway(waiting)
        let boot = max(clock.now(), lastAlive)
        lastBeat = boot
        if head != .empty {
            let decision = self.house.decideRecovery(
                heartbeat: lastAlive, boot: boot, reopenMin: limits.reopenMin)
            record(decision.events, at: self.house.time(of: boot))
        }
        return boot
    }
}
