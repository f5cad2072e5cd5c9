import AuctionRules
import BidService
import DiskSimulation
import SeededRandom
import WireProtocol

/// Decides by chance what happens next, with an eye on the world: it aims at where the rules have
/// their corners, and at the moments when a crash hurts.
struct Scheduler {
    private var random: SplitMix64
    /// What is slow now. It changes every so often.
    private var mood = Mood.even
    private var moodLeft = 0
    /// Whether a fault lasts until the disk is mended.
    private var isBroken = false
    private var names = 0
    /// How likely, of a thousand steps, a fault of the disk is; crashes and clock jumps likewise.
    private let faults: Int
    private let crashes: Int
    private let jumps: Int

    private enum Mood: CaseIterable {
        case even
        /// The disk does not come back with a sync.
        case slowDisk
        /// The event loop has other things to do.
        case slowLoop
        /// The writer is held up.
        case slowWriter
        /// Messages pile up on their way.
        case slowNetwork
    }

    /// - Parameter isRough: whether as much as possible goes wrong, rather than as chance has it.
    init(seed: UInt64, isRough: Bool) {
        random = SplitMix64(seed: seed ^ 0x5c4e_d01e)
        faults = isRough ? 40 : random.pick([0, 0, 5, 20, 40])
        crashes = isRough ? 40 : random.pick([0, 5, 20, 40])
        jumps = isRough ? 0 : random.pick([0, 0, 10, 40])
    }

    mutating func next(in world: World) -> Step {
        if moodLeft == 0 {
            mood = random.chance(50) ? .even : random.pick(Mood.allCases)
            moodLeft = 10 + random.below(40)
        }
        moodLeft -= 1
        guard world.server != nil else { return whileDown(in: world) }
        if let mishap = mishap(in: world) { return mishap }
        return ordinary(in: world)
    }

    // MARK: - What goes wrong

    private mutating func whileDown(in world: World) -> Step {
        switch random.below(10) {
        case 0: .pass(random.within(1...world.scene.duration / (random.chance(10) ? 1 : 20)))
        case 1: .reachClient(client(in: world))
        case 2: random.chance(30) ? .losePower : .repair
        default: .start
        }
    }

    private mutating func mishap(in world: World) -> Step? {
        if isBroken, random.chance(10) {
            isBroken = false
            return .repair
        }
        if random.below(1000) < faults {
            let fault = fault()
            isBroken = isBroken || fault.lasts
            return .plan(fault)
        }
        if random.below(1000) < crashes {
            switch random.below(8) {
            case 0: return .kill
            case 1: return .losePower
            case 2: return .stop
            default:
                return .plan(
                    DiskFault(
                        effect: random.chance(50) ? .crash : .powerLoss, after: random.below(60)))
            }
        }
        if random.below(1000) < jumps {
            let far = world.scene.duration / (random.chance(20) ? 1 : 10)
            return .jump(random.chance(50) ? -random.within(1...far) : random.within(1...far))
        }
        return nil
    }

    private mutating func fault() -> DiskFault {
        let lasts = random.chance(20)
        let file: SimulatedDisk.File? = random.chance(70) ? .writeAheadLog : nil
        return switch random.below(6) {
        case 0: DiskFault(effect: .fail, operation: .write, after: random.below(20), lasts: lasts)
        case 1: DiskFault(effect: .tear, operation: .write, after: random.below(20))
        case 2, 3:
            DiskFault(
                effect: .fail, operation: .sync, file: file, after: random.below(4), lasts: lasts)
        case 4: DiskFault(effect: .full, operation: .write, after: random.below(20), lasts: lasts)
        default: DiskFault(effect: .fail, operation: .read, after: random.below(20))
        }
    }

    // MARK: - What goes on

    private mutating func ordinary(in world: World) -> Step {
        if random.chance(4), openLots(in: world).isEmpty { return .administer(newLot(in: world)) }
        let client = client(in: world)
        let isSlow = random.chance(95)
        while true {
            switch random.below(100) {
            case 0..<23: return speech(of: client, in: world)
            case 23: return .fetchCertificate(random.pick(closedLots(in: world) ?? world.lots))
            case 24..<44:
                if mood == .slowNetwork, isSlow { continue }
                return .reachServer(client)
            case 44..<56:
                if mood == .slowWriter, isSlow { continue }
                return .decide
            case 56..<60:
                if mood == .slowDisk, isSlow { continue }
                return .commit
            case 60..<64:
                if mood == .slowDisk, random.chance(50) { continue }
                return .write
            case 64..<68:
                if mood == .slowDisk, isSlow { continue }
                return .release
            case 68..<78:
                if mood == .slowLoop, isSlow { continue }
                return .turn
            case 78..<89: return .reachClient(client)
            case 89: return .giveUp(client)
            case 90: return .noticeLoss(client)
            case 91: return .reachServerLate(client)
            case 92: return random.chance(60) ? .take(client, random.chance(60)) : second()
            case 93..<96: return .administer(order(in: world))
            case 96: return random.chance(40) ? .look(random.pick(Step.Look.allCases)) : .decide
            default: return .pass(duration(in: world))
            }
        }
    }

    private mutating func second() -> Step { random.chance(15) ? .replaceKey : .second }

    private mutating func client(in world: World) -> Int { random.below(world.clients.count) }

    private mutating func duration(in world: World) -> Milliseconds {
        // A log that has failed is opened again after a pause.
        if world.server?.service.isAvailable == false, random.chance(50) { return 1000 }
        switch random.below(20) {
        case 0...11: return random.within(0...20)
        case 12...16: return random.within(1...max(2, world.scene.duration / 40))
        case 17: return 1000
        default:
            // To the very end of a lot, or just before or after it.
            let ends = world.clients.flatMap { $0.views.values.compactMap(\.endsAt) }.sorted()
            let left = ends.map { $0.milliseconds(since: world.clock.now()) }.filter { $0 > 0 }
            guard let nearest = left.first else { return 100 }
            return max(0, nearest + random.within(-2...2))
        }
    }

    // MARK: - What clients say

    private mutating func speech(of client: Int, in world: World) -> Step {
        guard world.clients[client].wire != nil else {
            switch random.below(10) {
            case 0: return .connect(client, watching: .nothing)
            case 1, 2: return .connect(client, watching: .sale(random.chance(50) ? .full : .latest))
            default:
                return .connect(
                    client,
                    watching: .lots(
                        random.chance(50) ? .full : .latest, resuming: random.chance(70)))
            }
        }
        let lot = lot(in: world)
        let own = world.clients[client]
        switch random.below(100) {
        case 0..<64: return .say(client, bid(on: lot, of: own, in: world))
        case 64..<80:
            // Again: the same, mostly what has had no answer; at times under a used id other content.
            guard
                let id = (own.requestIDs.last { own.requests[$0]?.isAnswered == false })
                    ?? own.requestIDs.last
            else { return .connect(client, watching: .lots(.full, resuming: true)) }
            let again = random.chance(30) ? random.pick(own.requestIDs) : id
            guard let request = own.requests[again] else { return .turn }
            if random.chance(10), let amount = Amount(minorUnits: random.within(1...9999)) {
                return .say(
                    client,
                    .bid(
                        BidMessage(
                            auction: request.auction, id: again, amount: amount, isConfirmed: true))
                )
            }
            return .say(client, request.message)
        case 80..<88:
            // At times about what somebody else has said.
            let asked = random.chance(80) ? own : random.pick(world.clients)
            guard let id = asked.requestIDs.last, let request = asked.requests[id] else {
                return .turn
            }
            return .say(
                client,
                random.chance(50)
                    ? .receipt(request.auction, id: id) : .bidStatus(request.auction, id: id))
        case 88..<92:
            guard let id = own.requestIDs.last, let request = own.requests[id] else { return .turn }
            return .say(client, .retract(request.auction, id: name(), bid: id))
        case 92..<95: return .say(client, .buy(lot, id: name()))
        case 95..<97: return .say(client, .time(ClientTime(1)))
        case 97: return .babble(client, random.pick(["", "{", "[]", #"{"type":"bid"}"#]))
        default: return .connect(client, watching: .lots(.latest, resuming: true))
        }
    }

    /// Mostly one that is open.
    private mutating func lot(in world: World) -> AuctionID {
        let open = openLots(in: world)
        return random.chance(90) && !open.isEmpty ? random.pick(open) : random.pick(world.lots)
    }

    private func openLots(in world: World) -> [AuctionID] {
        world.lots.filter {
            switch world.server?.service.board.snapshot(of: $0, for: nil)?.state.status {
            case .open?, .onBlock?, .fairWarning?: true
            default: false
            }
        }
    }

    /// Nil when there is none.
    private func closedLots(in world: World) -> [AuctionID]? {
        let closed = world.lots.filter {
            world.server?.service.board.snapshot(of: $0, for: nil)?.state.status == .closed
        }
        return closed.isEmpty ? nil : closed
    }

    private mutating func name() -> BidID {
        names += 1
        return BidID(stringLiteral: "k\(names)")
    }

    private mutating func bid(
        on lot: AuctionID, of own: SimulatedClient, in world: World
    ) -> ClientMessage {
        let view = own.views[lot]
        if let block = view?.block, let ask = block.ask, random.chance(90) {
            // Mostly at the ask that it saw, which may have moved since.
            let wide = Amount(minorUnits: ask.minorUnits + random.within(-1...1)) ?? ask
            return .bid(
                BidMessage(
                    auction: lot, id: name(), amount: random.chance(90) ? ask : wide,
                    askSeq: block.askSeq - (random.chance(5) ? 1 : 0),
                    wantsReceipt: random.chance(30)))
        }
        let minimum = (view?.minimum ?? view?.price)?.minorUnits ?? random.within(1...20) * 100
        let rival = random.pick(world.clients)
        let others = rival.requestIDs.suffix(3).compactMap { id -> Int64? in
            guard case .bid(let bid)? = rival.requests[id]?.message, bid.auction == lot else {
                return nil
            }
            return bid.amount.minorUnits
        }
        let amount: Int64 =
            switch random.below(10) {
            case 0, 1: minimum
            case 2: minimum + random.within(-1...1)
            case 3...5: (minimum / 500 + random.within(1...3)) * 500
            // As much as somebody else has just offered.
            case 6...8: others.last ?? minimum
            default: random.pick([minimum * 5, view?.buyNow?.minorUnits ?? minimum])
            }
        return .bid(
            BidMessage(
                auction: lot, id: name(), amount: Amount(minorUnits: max(1, amount)) ?? .largest,
                kind: random.chance(20) ? .exact : .max, isConfirmed: random.chance(90),
                wantsReceipt: random.chance(30)))
    }

    // MARK: - What the house orders

    private mutating func order(in world: World) -> Command {
        let lot = lot(in: world)
        if let block = world.server?.service.board.snapshot(of: lot, for: nil)?.state.block,
            random.chance(75)
        {
            return orderInTheRoom(on: lot, block, in: world)
        }
        switch random.below(16) {
        case 0, 1: return .administer(lot, .pause(reason: "a break"))
        case 2, 3, 4: return .administer(lot, .resume)
        case 5:
            let more = random.within(1...world.scene.duration / 4)
            return .administer(lot, .extend(.by(more), reason: nil))
        case 6:
            let reserve = Amount(minorUnits: random.within(1...60) * 100) ?? .largest
            return .administer(lot, .lowerReserve(to: reserve))
        case 7, 8, 9:
            let client = random.pick(world.clients)
            let id = client.requestIDs.last ?? "none"
            return .administer(lot, .voidBid(id, bidder: client.bidder, reason: "an error"))
        case 10: return .administer(lot, .announce(text: "Last chance"))
        case 11: return .administer(lot, random.chance(20) ? .cancel(reason: "withdrawn") : .resume)
        case 12: return .administer(lot, random.chance(20) ? .close(reason: nil) : .resume)
        case 13:
            let bidder = random.pick(world.scene.bidders)
            return random.chance(40)
                ? .suspendBidder(bidder, reason: nil) : .reinstateBidder(bidder)
        default: return newLot(in: world)
        }
    }

    private mutating func orderInTheRoom(
        on lot: AuctionID, _ block: PublicBlock, in world: World
    ) -> Command {
        let ask = block.ask ?? Amount(minorUnits: random.within(1...40) * 100) ?? .largest
        switch random.below(20) {
        case 0..<3: return .administer(lot, .ask(random.chance(70) ? nil : ask))
        case 3..<9: return .administer(lot, .warn)
        case 9, 10: return .administer(lot, .hammer)
        case 11: return .administer(lot, random.chance(30) ? .pass(reason: "no bids") : .ask(nil))
        case 12: return .administer(lot, .reopen(reason: nil))
        case 13: return .administer(lot, .undo(reason: nil))
        default:
            let more = random.chance(20) ? random.within(-100...400) : 0
            let request = BidRequest(
                bidder: random.pick(world.scene.bidders), id: name(),
                action: .room(amount: Amount(minorUnits: ask.minorUnits + more) ?? ask))
            return .request(request, on: lot)
        }
    }

    private mutating func newLot(in world: World) -> Command {
        names += 1
        let terms = try? Scene.terms(
            &random, duration: world.scene.duration, opensAt: world.clock.now())
        return .createAuction(
            AuctionID(stringLiteral: "late-\(names)"), terms ?? world.scene.lots[0].terms)
    }
}
