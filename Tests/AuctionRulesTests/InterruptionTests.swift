import AuctionRules
import Testing

/// Pauses and outages: time that was taken from the bidders is given back.
@Suite struct PauseTests {
    private func paused(at t: Instant, minResume: Milliseconds = 120_000) -> Saleroom {
        var room = Saleroom(.lot(closes: 1_000_000) { $0.resumeMin = minResume })
        room.bid("A", 3000, at: 1000)
        room.order(.pause(reason: "a question"), at: t)
        return room
    }

    @Test func `a paused lot shows no end, keeps what was left and takes no bids`() {
        var room = paused(at: 700_000)
        #expect(room.state.status == .paused)
        #expect(room.state.endsAt == nil)
        #expect(room.lot.phase == .paused(remaining: 300_000))
        #expect(room.bid("B", 5000, at: 800_000).code == "paused")
        #expect(room.board == "1000 A 1050")
    }

    @Test func `it does not close while it is paused`() {
        var room = paused(at: 700_000)
        #expect(room.order(.advanceClock, at: 9_000_000).events.isEmpty)
        #expect(room.state.status == .paused)
    }

    @Test func `it resumes with what was left, or with min_resume where that is more`() {
        for (left, minResume, given) in [
            (300_000, 120_000, 300_000), (120_000, 120_000, 120_000), (45_000, 120_000, 120_000),
            (1, 0, 1),
        ] as [(Int64, Int64, Int64)] {
            var room = paused(at: Instant(milliseconds: 1_000_000 - left), minResume: minResume)
            room.order(.resume, at: 2_000_000)
            #expect(room.state.endsAt == Instant(milliseconds: 2_000_000 + given))
            #expect(room.state.status == .open)
        }
    }

    @Test func `a pause is no extension`() {
        var room = paused(at: 700_000)
        room.order(.resume, at: 2_000_000)
        #expect(room.state.extensions == 0)
    }

    @Test func `a pause at the end comes too late`() {
        var room = Saleroom(.lot(closes: 1_000_000))
        let outcome = room.order(.pause(reason: nil), at: 1_000_000)
        #expect(outcome.code == "wrong_status")
        #expect(outcome.kinds == ["auction_closed"])
    }

    @Test func `a lot without an end resumes without one`() {
        var room = Saleroom(.lot())
        room.order(.pause(reason: nil), at: 1000)
        #expect(room.lot.phase == .paused(remaining: nil))
        room.order(.resume, at: 2000)
        #expect(room.state.endsAt == nil)
        #expect(room.state.status == .open)
    }

    @Test func `a paused lot may be closed or cancelled, and its bids voided`() {
        var closed = paused(at: 700_000)
        closed.order(.close(reason: nil), at: 800_000)
        #expect(closed.lot.outcome == .sold(to: "A", price: 1000))
        #expect(closed.state.endsAt == 800_000)
        var cancelled = paused(at: 700_000)
        #expect(cancelled.order(.cancel(reason: "withdrawn")).code == "done")
        var voided = Saleroom(.lot())
        voided.bid("A", 3000, id: "k")
        voided.order(.pause(reason: nil))
        voided.void("k")
        #expect(voided.board == "- - 1000")
    }

    @Test func `pausing twice and resuming twice are refused`() {
        var room = paused(at: 700_000)
        #expect(room.order(.pause(reason: nil)).code == "wrong_status")
        #expect(room.order(.extend(.by(1), reason: nil)).code == "wrong_status")
        room.order(.resume)
        #expect(room.order(.resume).code == "wrong_status")
    }
}

/// After an outage: last heartbeat < ends_at <= boot + min_reopen.
@Suite struct OutageTests {
    private static let minute: Milliseconds = 60_000

    /// A lot that ends at minute 60; the outage is in minutes, too.
    private func ends(
        after heartbeat: Int64, _ boot: Int64, reopenMin: Int64 = 5
    ) -> (minutes: Int64?, room: Saleroom) {
        var room = Saleroom(.lot(closes: Instant(milliseconds: 60 * Self.minute)))
        room.bid("A", 3000, at: 1000)
        room.recover(
            heartbeat: Instant(milliseconds: heartbeat * Self.minute),
            boot: Instant(milliseconds: boot * Self.minute), reopenMin: reopenMin * Self.minute)
        return (room.state.endsAt.map { $0.milliseconds / Self.minute }, room)
    }

    @Test func `the lot gets back what was left, or min_reopen where that is more`() {
        #expect(ends(after: 50, 70).minutes == 80)
        #expect(ends(after: 58, 70).minutes == 75)
        #expect(ends(after: 59, 59).minutes == 64)
        #expect(ends(after: 52, 56).minutes == 64)
    }

    @Test func `a lot that had ended before the outage stays ended`() {
        #expect(ends(after: 60, 70).minutes == 60)
        #expect(ends(after: 61, 70).minutes == 60)
    }

    @Test func `a lot that ends well after the boot keeps its end`() {
        #expect(ends(after: 10, 54).minutes == 60)
        #expect(ends(after: 10, 55).minutes == 105)
    }

    @Test func `zero turns the rule off`() {
        let (minutes, room) = ends(after: 50, 70, reopenMin: 0)
        #expect(minutes == 60)
        #expect(room.state.extensions == 0)
    }

    @Test func `it is logged as an extension with the reason outage`() {
        var room = Saleroom(.lot(closes: 60_000))
        let outcome = room.recover(heartbeat: 10_000, boot: 70_000, reopenMin: 1000)
        #expect(
            outcome.events == [
                .extended(Extended(endsAt: 120_000, cause: .outage, seq: 2))
            ])
        #expect(room.state.extensions == 1)
        #expect(room.bid("A", 1000, at: 119_999).code == "accepted")
    }

    @Test func `an outage's extension uses up none of the bids'`() {
        let soft = SoftClose.single(window: 10_000, .add, 10_000, extensionsMax: 1, hardEnd: 60_000)
        var room = Saleroom(.lot(closes: 60_000) { $0.softClose = soft })
        room.recover(heartbeat: 50_000, boot: 70_000, reopenMin: 1000)
        #expect(room.state.endsAt == 80_000)
        #expect(room.lot.extensionsByBids == 0)
    }

    @Test func `a scheduled lot whose whole time passed unseen is given it`() {
        var room = Saleroom(.lot(closes: 60_000) { $0.opensAt = 50_000 })
        room.recover(heartbeat: 40_000, boot: 70_000, reopenMin: 5000)
        #expect(room.state.endsAt == 90_000)
        #expect(room.bid("A", 1000, at: 70_000).code == "accepted")
    }

    @Test func `what is paused, closed, cancelled or without an end is left alone`() {
        for command in [.pause(reason: nil), .close(reason: nil), .cancel(reason: "x")]
            as [AuctionCommand]
        {
            var room = Saleroom(.lot(closes: 60_000))
            room.order(command, at: 1000)
            #expect(room.recover(heartbeat: 500, boot: 70_000, reopenMin: 5000).events.isEmpty)
        }
        var endless = Saleroom(.lot())
        #expect(endless.recover(heartbeat: 500, boot: 70_000, reopenMin: 5000).events.isEmpty)
    }

    @Test func `all lots that were hit get their time back, in one decision`() {
        var room = Saleroom()
        for lot: AuctionID in ["b", "a", "c"] {
            let end: Instant = lot == "c" ? 900_000 : 60_000
            room.perform(.createAuction(lot, .lot(closes: end)))
        }
        let decision = room.house.decideRecovery(heartbeat: 10_000, boot: 70_000, reopenMin: 1000)
        let ids = decision.events.map { event in
            if case .auction(let id, _) = event { id } else { AuctionID("-") }
        }
        #expect(ids == ["a", "b"])
    }
}
