import AuctionRules
import Testing

/// Every conformance vector, step by step: the events in order, and the state after them.
@Suite struct VectorTests {
    @Test(arguments: try Vector.all())
    func `the engine does what the vector shows`(_ vector: Vector) throws {
        var runner = try VectorRunner(vector)
        for (number, step) in vector.steps.enumerated() {
            let events = try runner.run(step.cmd)
            guard let expected = step.expect else { continue }
            #expect(events == expected.events, "events of step \(number)")
            #expect(runner.state == expected.state, "state after step \(number)")
        }
    }

    @Test func `the vectors that come with the tests are all there`() throws {
        #expect(try Vector.all().count >= 24)
    }
}

/// A vector's lot in a house of its own, with its commands and names turned into the engine's.
struct VectorRunner {
    private var room: Saleroom
    private var now: Int64 = 0
    /// What the first request with a key had led to: a repeat reports it again.
    private var reported: [BidKey: [Vector.Event]] = [:]

    init(_ vector: Vector) throws {
        let config = vector.config
        var names = Set(vector.steps.compactMap(\.cmd.bidder)).union(config.bidderLimits.keys)
        names.formUnion(config.relatedParties + [config.seller])
        room = Saleroom(bidders: [])
        for name in names.sorted() {
            let limit = config.bidderLimits[name].flatMap(Amount.init(minorUnits:))
            let bidder = Bidder(
                id: try BidderID(name),
                bidLimit: limit.map { Limit(amount: $0, currency: .usd) })
            room.perform(.addBidder(bidder))
        }
        let created = room.perform(.createAuction("lot", try config.terms()))
        #expect(created.code == "done")
    }

    mutating func run(_ command: Vector.Command) throws -> [Vector.Event] {
        now = max(now, command.t ?? now)
        let stamp = Instant(milliseconds: command.t ?? now)
        switch command.op {
        case "bid": return try bid(command, at: stamp)
        case "void": return try void(command, at: stamp)
        case "tick": return events(of: room.order(.advanceClock, at: stamp))
        default: throw UnknownOperation(op: command.op)
        }
    }

    private mutating func bid(
        _ command: Vector.Command, at stamp: Instant
    ) throws -> [Vector.Event] {
        let bidder = try BidderID(try #require(command.bidder))
        let kind = try #require(BidKind(rawValue: command.kind ?? "max"))
        let amount = try #require(command.amount.flatMap(Amount.init(minorUnits:)))
        let id = try BidID(command.key ?? "unnamed-\(room.log.count)")
        let before = room.house
        let outcome = room.bid(bidder, amount, kind, id: id, at: stamp)
        let key = BidKey(bidder: bidder, id: id)
        if case .repeated(let reply) = outcome.answer {
            // The stored reply word for word, no new seq: nothing at all has happened.
            #expect(room.lot.reply(to: key) == reply)
            #expect(room.house == before)
            return try #require(reported[key])
        }
        let events = events(of: outcome)
        if outcome.reply != nil { reported[key] = events }
        return events
    }

    /// `idx` is the n-th accepted commitment; without it, all of a bidder's are voided.
    private mutating func void(
        _ command: Vector.Command, at stamp: Instant
    ) throws -> [Vector.Event] {
        let commitments = room.lot.commitments
        let voided =
            if let index = command.idx {
                [commitments[index]]
            } else {
                commitments.filter { !$0.isVoided && $0.key.bidder.text == command.bidder }
            }
        return voided.flatMap {
            events(of: room.void($0.key.id, of: $0.key.bidder, at: stamp))
        }
    }

    // MARK: - The vectors' names

    private func events(of outcome: Saleroom.Outcome) -> [Vector.Event] {
        var events = outcome.steps.flatMap(names(of:))
        if case .refused(let refusal) = outcome.answer { events.append(rejection(refusal)) }
        return events
    }

    private func names(of step: Saleroom.Step) -> [Vector.Event] {
        switch step.event {
        case .bidAccepted(let event):
            let bidder = event.request.bidder.text
            guard event.standing != nil else {
                return [Vector.Event(type: "max.raised", privateTo: bidder)]
            }
            return [Vector.Event(type: "bid.accepted", bidder: bidder)] + changes(in: step)
        case .bidRefused(let event): return [rejection(event.refusal)]
        case .bidsVoided: return [Vector.Event(type: "bid.voided")] + changes(in: step)
        case .extended(let event):
            let end = event.endsAt.milliseconds
            let count = step.after.extensions
            return [Vector.Event(type: "lot.extended", endsAt: end, count: count)]
        case .closed(let event): return [closing(event.outcome)]
        case .reserveLowered: return changes(in: step)
        case .created, .opened, .paused, .resumed, .cancelled, .announced: return []
        }
    }

    /// What became different in public, seen from the lot before and after.
    private func changes(in step: Saleroom.Step) -> [Vector.Event] {
        guard let before = step.before?.standing else { return [] }
        let after = step.after.standing
        var changes: [Vector.Event] = []
        if before.price != after.price {
            changes.append(Vector.Event(type: "price.changed", price: after.price?.minorUnits))
        }
        if before.leader != after.leader {
            changes.append(Vector.Event(type: "leader.changed", leader: after.leader?.text))
        }
        if before.isReserveMet != after.isReserveMet {
            changes.append(
                Vector.Event(type: after.isReserveMet ? "reserve.met" : "reserve.unmet"))
        }
        return changes
    }

    private func rejection(_ refusal: Refusal) -> Vector.Event {
        Vector.Event(
            type: "bid.rejected", code: refusal.code, required: refusal.minimum?.minorUnits)
    }

    private func closing(_ outcome: Outcome) -> Vector.Event {
        var event = Vector.Event(type: "lot.closed", outcome: outcome.code.uppercased())
        if case .sold(let winner, let price) = outcome {
            event.winner = winner.text
            event.price = price.minorUnits
        }
        return event
    }

    var state: Vector.State {
        let lot = room.lot
        return Vector.State(
            price: lot.standing.price?.minorUnits, leader: lot.standing.leader?.text,
            minNext: lot.minimum?.minorUnits, reserve: lot.reserveState.rawValue,
            leaderMax: lot.leaderMax?.minorUnits, endsAt: lot.endsAt?.milliseconds,
            closed: lot.outcome?.code.uppercased())
    }
}

struct UnknownOperation: Error {
    let op: String
}
