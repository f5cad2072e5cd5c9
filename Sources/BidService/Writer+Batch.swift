import AuctionRules
import Ledger

/// The batch in the making.
extension Writer {
    /// Logs and applies events, and notes what they have for the outside.
    ///
    /// - Parameter lot: where the lot stands that most of them are about, if that is known.
    func record(_ events: EventList, at t: Instant, near lot: Auctions.Place? = nil) {
        for index in events.indices {
            let event = events[index]
            guard case .auction(let id, let what) = event else {
                record(event, at: t)
                continue
            }
            let isLastOfItsSeq =
                index + 1 == events.count || !events[index + 1].shares(what.seq, of: id)
            // There is none yet when the event is its creation.
            let found = house.auctions.place(of: id, near: lot)
            let leaderBefore =
                found.flatMap { lot in
                    what.isBid ? house.auctions.with(lot) { $0.standing.leader } : nil
                }
            batch.log.record(event, at: t, in: &house, on: found)
            guard let lot = found ?? house.auctions.place(of: id) else {
                preconditionFailure("An event is decided on a lot that is there, or makes it")
            }
            house.auctions.with(lot) {
                note(
                    what, of: $0, on: lot, at: t, leaderBefore: leaderBefore,
                    isLast: isLastOfItsSeq)
            }
        }
    }

    /// An event of the house's.
    private func record(_ event: Event, at t: Instant) {
        batch.log.record(event, at: t, in: &house)
        guard case .house(let what) = event else { return }
        snapshots.note(nil, since: batch.log.expected)
        batch.outcomes.append(.publication(.house(what)))
        if case .signingKeyAdded = what { batch.signingKeys = house.signingKeys }
    }

    private func note(
        _ event: AuctionEvent, of auction: Auction, on lot: Auctions.Place, at t: Instant,
        leaderBefore: BidderID?, isLast: Bool
    ) {
        if event.mayMoveDeadline { deadlines.note(auction) }
        noteOpening(event, of: auction, at: t)
        let change = isLast ? auction.publicChange(after: event, at: t) : nil
        if let change { recent[lot.number].note(change, max: keptChangesMax) }
        var others = auction.privateNotices(after: event, leaderBefore: leaderBefore)[...]
        let notice = others.popFirst()
        if batch.note(event, on: auction, at: lot, change: change, notice: notice) {
            snapshots.note(auction.id, since: batch.log.expected)
        }
        for notice in others { batch.outcomes.append(.publication(.notice(notice))) }
    }

    /// What is said of a lot before its change, if it has one.
    private func noteOpening(_ event: AuctionEvent, of auction: Auction, at t: Instant) {
        switch event {
        case .created:
            recent.append(ChangeBook())
            batch.outcomes.append(.publication(.created(auction.publicState)))
        case .announced(let text):
            batch.outcomes.append(
                .publication(
                    .announcement(auction.id, sale: auction.terms.sale, text: text, at: t)))
        default: break
        }
    }

    /// Commits the batch, or hands it to the committer, and starts the next one after it.
    func finishBatch(at watermark: Instant) {
        guard hasWork else { return }
        guard isSound else { return abandonBatch() }
        batch.lots = batch.touched.lots.map { lot in
            house.auctions.with(lot.place) {
                LotUpdate.of($0, after: lot, recent: recent[lot.place.number])
            }
        }
        if batch.arrivals.count > 0 {
            let now = ContinuousClock.now
            batch.decidedAt = now
            statistics.noteDecided(batch.arrivals, at: now)
        }
        batch.log.seal(with: house)
        batch.finishedAt = house.lastInstant
        head = batch.log.head
        if !batch.log.isEmpty || batch.heartbeat != nil { lastBeat = watermark }
        // Asked here, too, as a house that is handed over is copied, with a count for each of its tables.
        if snapshots.isBehind(head) {
            batch.log.snapshot = snapshots.rows(of: house, at: head) { id in
                house.auctions.place(of: id).map { recent[$0.number].records }
            }
        }
        if let (rows, number) = webhooks.take() {
            batch.log.webhooks = rows
            batch.webhookNote = number
        }
        commitBatch()
    }

    private func commitBatch() {
        let isSmall =
            batch.heartbeat == nil && batch.size > 0 && batch.size <= limits.atOnceEntriesMax
        let (count, space) = (batch.log.count, batch.log.space)
        let commit = Commit(takeBatch())
        let isDone = isSmall && committer.commitAtOnce(commit)
        if !isDone, !committer.line.hand(over: commit) {
            isSound = false
            turnAway(commit)
        }
        // Only now: nobody waits for it.
        batch = DecidedBatch(
            after: head, salts: batch.log.salts, expecting: count, in: spaces.next(keeping: space))
    }

    /// The batch as it is, with an empty one in its place.
    private func takeBatch() -> DecidedBatch {
        let empty = DecidedBatch(after: head, salts: batch.log.salts)
        return exchange(&batch, with: empty)
    }

    /// The log has failed: nothing of what was decided after it happened.
    func abandonBatch() {
        turnAway(Commit(takeBatch()))
        isGrowing = false
    }

    /// Answers the commands of a batch that will never be on disk.
    func turnAway(_ commit: Commit?) {
        guard let commit, commit.batch.commandCount > 0 else { return }
        for outcome in commit.batch.outcomes { outcome.respond(instead: \.whenUnavailable) }
        publisher.flush()
    }

    /// Answers commands that nobody will decide.
    func turnAway(_ groups: [CommandQueue.Group]) {
        guard !groups.isEmpty else { return }
        for group in groups {
            for submission in group.submissions {
                submission.respond(submission.command.unavailable)
            }
        }
        publisher.flush()
    }
}

extension Event {
    /// Whether the event belongs to that public change of that lot.
    fileprivate func shares(_ seq: Int64?, of auction: AuctionID) -> Bool {
        if case .auction(auction, let event) = self { event.seq == seq } else { false }
    }
}

extension AuctionEvent {
    /// Whether it makes a leader, and may displace one.
    fileprivate var isBid: Bool {
        if case .bidAccepted = self { true } else { false }
    }

    /// Whether the lot's clock may have something to do at another time than before.
    fileprivate var mayMoveDeadline: Bool {
        switch self {
        case .bidAccepted, .bidRefused, .bidsVoided, .reserveLowered, .announced, .askSet,
            .fairWarned:
            false
        case .created, .opened, .extended, .paused, .resumed, .closed, .cancelled, .reopened: true
        }
    }
}
