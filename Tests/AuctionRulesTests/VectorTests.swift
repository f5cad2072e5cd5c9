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
            #expect(try runner.state(of: step.cmd) == expected.state, "state after step \(number)")
        }
    }

    @Test func `the vectors that come with the tests are all there`() throws {
        let vectors = try Vector.all()
        #expect(vectors.count { $0.config.format == nil } >= 24)
        #expect(vectors.count { $0.config.format == "live" } >= 50)
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
        if config.inSale == true {
            room.perform(.createSale(Sale(id: "sale", title: "Sale")))
            room.perform(.createAuction("next", try config.terms()))
        }
        let created = room.perform(.createAuction("lot", try config.terms()))
        #expect(created.code == "done")
    }

    mutating func run(_ command: Vector.Command) throws -> [Vector.Event] {
        now = max(now, command.t ?? now)
        let stamp = Instant(milliseconds: command.t ?? now)
        switch command.op {
        case "bid", "room", "retract": return try request(command, at: stamp)
        case "void": return try void(command, at: stamp)
        case "tick": return events(of: room.order(.advanceClock, at: stamp))
        case "suspend":
            let bidder = try BidderID(try #require(command.bidder))
            return events(of: room.perform(.suspendBidder(bidder, reason: nil), at: stamp))
        default:
            let order = try command.order()
            return events(of: room.perform(.administer(try command.auction(), order), at: stamp))
        }
    }

    private mutating func request(
        _ command: Vector.Command, at stamp: Instant
    ) throws -> [Vector.Event] {
        let bidder = try BidderID(try #require(command.bidder))
        let id = try BidID(command.key ?? "unnamed-\(room.log.count)")
        let before = room.house
        let outcome = room.request(
            bidder, try command.action(), id: id, at: stamp, on: try command.auction())
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
                commitments.filter { !$0.isVoided && $0.bidder.text == command.bidder }
            }
        return voided.map { room.lot.key(of: $0) }.flatMap {
            events(of: room.void($0.id, of: $0.bidder, at: stamp))
        }
    }

    // MARK: - The vectors' names

    private func events(of outcome: Saleroom.Outcome) -> [Vector.Event] {
        var events = outcome.steps.flatMap(names(of:))
        if case .refused(let refusal) = outcome.answer { events.append(rejection(refusal)) }
        if case .declined(let objection) = outcome.answer {
            events.append(
                Vector.Event(type: "command.declined", code: objection.kind.rawValue))
        }
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
        case .reserveLowered, .askSet: return changes(in: step)
        case .fairWarned:
            return [
                Vector.Event(type: "fair.warning", count: step.after.block?.fairWarnings)
            ]
        case .reopened: return [Vector.Event(type: "lot.reopened")] + changes(in: step)
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
        let (blockBefore, block) = (step.before?.block, step.after.block)
        if let block, blockBefore?.askSeq != block.askSeq {
            changes.append(
                Vector.Event(
                    type: "ask.moved", ask: block.ask?.minorUnits, askSeq: block.askSeq))
        }
        return changes
    }

    private func rejection(_ refusal: Refusal) -> Vector.Event {
        Vector.Event(
            type: "bid.rejected", code: refusal.code, required: refusal.minimum?.minorUnits,
            askSeq: refusal.askSeq)
    }

    private func closing(_ outcome: Outcome) -> Vector.Event {
        var event = Vector.Event(type: "lot.closed", outcome: outcome.code.uppercased())
        if case .sold(let winner, let price) = outcome {
            event.winner = winner.text
            event.price = price.minorUnits
        }
        return event
    }

    func state(of command: Vector.Command) throws -> Vector.State {
        let lot = try #require(room.house.auctions[try command.auction()])
        return Vector.State(
            price: lot.standing.price?.minorUnits, leader: lot.standing.leader?.text,
            minNext: lot.minimum?.minorUnits, reserve: lot.reserveState.rawValue,
            leaderMax: lot.leaderMax?.minorUnits, endsAt: lot.endsAt?.milliseconds,
            closed: lot.outcome?.code.uppercased(), ask: lot.block?.ask?.minorUnits,
            askSeq: lot.block?.askSeq, fairWarnings: lot.block?.fairWarnings,
            status: lot.block == nil ? nil : lot.status.rawValue)
    }
}

extension Vector.Command {
    func auction() throws -> AuctionID { try AuctionID(lot ?? "lot") }

    fileprivate func offered() throws -> Amount {
        try #require(amount.flatMap(Amount.init(minorUnits:)))
    }

    /// What a bidder asks for.
    fileprivate func action() throws -> BidAction {
        switch op {
        case "room": return .room(amount: try offered())
        case "retract": return .retract(try BidID(try #require(bid)))
        default:
            let kind = try #require(BidKind(rawValue: kind ?? "max"))
            guard let askSeq else { return .bid(kind, amount: try offered()) }
            return .bidAtAsk(kind, amount: try offered(), askSeq: askSeq)
        }
    }

    /// What an administrator orders.
    fileprivate func order() throws -> AuctionCommand {
        switch op {
        case "ask": .ask(try amount == nil ? nil : offered())
        case "warn": .warn
        case "hammer": .hammer
        case "pass": .pass(reason: nil)
        case "undo": .undo(reason: nil)
        case "reopen": .reopen(reason: nil)
        case "pause": .pause(reason: nil)
        case "resume": .resume
        case "close": .close(reason: nil)
        case "cancel": .cancel(reason: "a vector")
        default: throw UnknownOperation(op: op)
        }
    }
}

struct UnknownOperation: Error {
    let op: String
}
