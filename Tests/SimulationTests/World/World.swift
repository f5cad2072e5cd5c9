import AuctionRules
import DiskSimulation
import Ledger
import Proof
import SeededRandom
import WireProtocol

@testable import BidService

/// A server, its disk, its clock, the network and the clients: all that there is in one run. Nothing
/// happens in it but by ``perform(_:)``, on one thread, and so the same steps always do the same.
final class World {
    let scene: Scene
    let auditor: Auditor
    let clock = ManualClock(Scene.noon)
    let store: Store
    private let onlooker: Onlooker
    private(set) var server: SimulatedServer?
    private(set) var clients: [SimulatedClient] = []
    /// All that were ever to be created; of some the house may have been told that they can't be.
    private(set) var lots: [AuctionID] = []
    private(set) var trace = Trace()
    private var wireCount = 0
    /// Which of its signing keys the house has taken.
    private var keyNumber = 1
    /// Why the last start failed that did.
    private(set) var whyDown = ""
    let limits: ServiceLimits

    /// - Parameter inOnePiece: whether the writer takes accepted bids as quickly as it can.
    init(seed: UInt64, sabotage: Sabotage = .none, inOnePiece: Bool = true) throws {
        var random = SplitMix64(seed: seed)
        scene = try Scene(&random)
        store = Store(seed: random.next(), sabotage: sabotage)
        onlooker = Onlooker(at: store)
        auditor = Auditor()
        var limits = ServiceLimits()
        limits.reopenMin = scene.reopenMin
        limits.batchEntriesMax = scene.batchEntriesMax
        limits.recentChangesMax = scene.recentChangesMax
        limits.takesBidsInOnePiece = inOnePiece
        // With the writer's own commits a step leaves nothing to the others: some worlds have none of them.
        limits.atOnceEntriesMax = [0, 1, 64][Int(seed % 3)]
        self.limits = limits
        clients = scene.bidders.indices.map {
            SimulatedClient(bidder: scene.bidders[$0], token: Scene.token($0))
        }
        start()
        try setUp()
    }

    /// The sale, its bidders and its lots, before anything can go wrong.
    private func setUp() throws {
        administer(.createSale(Sale(id: Scene.sale, title: "A sale")))
        for client in clients {
            administer(.addBidder(Bidder(id: client.bidder)))
            administer(
                .register(
                    Registration(sale: Scene.sale, bidder: client.bidder, isApproved: true)))
            administer(
                .issueToken(
                    Token(
                        hash: SimulatedServer.hash(of: client.token),
                        bearer: .bidder(client.bidder),
                        expiresAt: nil)))
        }
        for lot in scene.lots { administer(.createAuction(lot.id, lot.terms)) }
        while let waiting = server?.service.queuedCommands, waiting > 0 {
            [Step.decide, .commit, .release].forEach(act)
        }
        act(.turn)
    }

    /// Does a step, and what the auditor wants to see afterwards.
    func perform(_ step: Step) {
        trace.note("\(step)")
        act(step)
        if store.disk.isDown { die() }
        for client in clients.indices { carry(client) }
    }

    private func act(_ step: Step) {
        switch step {
        case .connect(let client, let watching): connect(client, watching: watching)
        case .say(let client, let message): say(client, message)
        case .babble(let client, let text):
            clients[client].wire?.toServer.append(Array(text.utf8))
        case .giveUp(let client): giveUp(client)
        case .take(let client, let takes):
            clients[client].isTaking = takes
            clients[client].wire?.channel?.takes(takes)
        case .administer(let command): administer(command)
        case .fetchCertificate(let lot): fetchCertificate(of: lot)
        case .replaceKey:
            keyNumber += 1
            server?.sign(with: .simulated(keyNumber))
        case .reloadKey: server?.sign(with: .simulated(keyNumber))
        case .reachServer(let client): reachServer(clients[client].wire)
        case .reachServerLate(let client):
            reachServer(clients[client].lostWires.first { !$0.toServer.isEmpty })
        case .reachClient(let client): reachClient(client)
        case .noticeLoss(let client):
            for wire in clients[client].lostWires { wire.channel?.close() }
            clients[client].lostWires = []
        case .decide: server?.decide()
        case .commit: server?.commit()
        case .write: server?.write()
        case .release: server?.release()
        case .turn: server?.turn()
        case .second: server?.second()
        case .look(let look): onlooker.act(look)
        case .pass(let duration), .jump(let duration):
            clock.set(clock.now().advanced(by: duration))
        case .plan(let fault): store.plan(fault)
        case .repair: store.disk.clearFaults()
        case .kill: store.disk.crash()
        case .losePower: store.disk.losePower()
        case .stop: stop()
        case .start: start()
        }
    }

    /// What was checked, and which faults have happened.
    var counts: [String: Int] {
        var counts = auditor.counts
        for effect in SimulatedDisk.Effect.allCases {
            counts["fault: \(effect)", default: 0] += store.disk.injected(effect)
        }
        return counts
    }

    // MARK: - The server's process

    private func start() {
        guard server == nil else { return }
        if store.disk.isDown { store.disk.reboot() }
        let (store, auditor) = (store, auditor)
        // A log that can't be had now may be had at the next start.
        do throws(LedgerError) {
            server = try SimulatedServer(
                limits: limits, clock: clock, key: .simulated(keyNumber)
            ) { () throws(LedgerError) in
                let log = try store.open()
                try auditor.inspect(log)
                return log
            }
        } catch {
            whyDown = error.message
        }
        if store.disk.isDown { die() }
    }

    /// Nothing of it works any more; what it has written to the network is on its way.
    private func die() {
        for client in clients {
            for wire in client.lostWires + [client.wire].compactMap({ $0 }) {
                wire.channel?.close()
                wire.channel = nil
            }
        }
        server?.turn()
        server = nil
        // To the disk all who have files open on it are one.
        if store.disk.isDown { onlooker.act(.leave) }
    }

    private func stop() {
        server?.stop()
        for client in clients.indices { carry(client) }
        die()
    }

    private func administer(_ command: Command) {
        if case .createAuction(let id, _) = command { lots.append(id) }
        if case .request(let request, let lot) = command { auditor.asked(request, on: lot) }
        let auditor = auditor
        let disk = store.disk
        server?.service.submit(command) { answer in
            // A dead process says nothing.
            if !disk.isDown { auditor.told(answer, to: command) }
        }
    }

    private func fetchCertificate(of lot: AuctionID) {
        guard let server, !store.disk.isDown,
            server.service.board.snapshot(of: lot, for: nil)?.state.status == .closed
        else { return }
        // Whoever asks a server whose disk fails has to ask again.
        guard let finding = try? store.certificate(of: lot) as CertificateFinding?? else { return }
        guard server.service.settle(), !store.disk.isDown else { return }
        guard let finding else {
            return auditor.found(.certified, "\(lot) is closed, and there is none")
        }
        if let signed = finding.signed { auditor.told(certificate: signed, of: lot) }
    }

    // MARK: - The clients

    private func connect(_ client: Int, watching: Step.Watching) {
        giveUp(client)
        guard let channel = try? server?.connect(token: clients[client].token) else { return }
        wireCount += 1
        let wire = Wire(number: wireCount, client: client, channel: channel)
        clients[client].wire = wire
        clients[client].isTaking = true
        auditor.connected(wire.number, for: clients[client].bidder)
        switch watching {
        case .nothing: break
        case .sale(let feed):
            auditor.watches(Scene.sale, feed: feed, on: wire.number)
            say(client, .watch(.sale(Scene.sale), feed: feed))
        case .lots(let feed, let resuming):
            for lot in lots {
                var resume: ResumePoint?
                if resuming, let view = clients[client].views[lot], let log = view.log {
                    resume = ResumePoint(after: view.seq, log: log)
                }
                auditor.watches(lot, feed: feed, after: resume?.after, on: wire.number)
                say(client, .watch(.auction(lot), feed: feed, resume: resume))
            }
        }
    }

    private func say(_ client: Int, _ message: ClientMessage) {
        guard let wire = clients[client].wire else { return }
        clients[client].note(message)
        auditor.asked(message, by: clients[client].bidder)
        wire.toServer.append(ClientFrame(message).encoded(as: .json))
    }

    private func giveUp(_ client: Int) {
        guard let wire = clients[client].wire else { return }
        clients[client].wire = nil
        if wire.channel != nil { clients[client].lostWires.append(wire) }
    }

    // MARK: - The network

    private func reachServer(_ wire: Wire?) {
        guard let wire, !wire.toServer.isEmpty else { return }
        let message = wire.toServer.removeFirst()
        wire.channel?.receive(message)
    }

    private func reachClient(_ client: Int) {
        guard let wire = clients[client].wire else { return }
        guard !wire.toClient.isEmpty else {
            if wire.channel == nil { clients[client].wire = nil }
            return
        }
        switch wire.toClient.removeFirst() {
        case .close:
            wire.channel?.close()
            clients[client].wire = nil
        case .message(let bytes):
            trace.note(bytes)
            guard let frame = try? ServerFrame.decode(bytes) else {
                return auditor.found(.unreadable, String(decoding: bytes, as: UTF8.self))
            }
            clients[client].hear(frame.message)
            auditor.told(frame.message, on: wire.number)
        }
    }

    private func carry(_ client: Int) {
        clients[client].wire?.carry()
        for wire in clients[client].lostWires { wire.carry() }
    }
}

/// A hash of all that has happened: the same for the same.
struct Trace: Hashable {
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func note(_ text: String) { note(Array(text.utf8)) }

    mutating func note(_ bytes: [UInt8]) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
}
