import AuctionRules
import StrictJSON
import Testing
import WireProtocol

/// Every message that there is, in both directions; those with optional fields with and without
/// them.
enum MessageGallery {
    static let client: [ClientFrame] =
        ClientMessageTests.examples.map(\.0) + [
            ClientFrame(.unwatch(.sale(Scene.id("spring"))), ref: ""),
            ClientFrame(.time(ClientTime(.min))),
            ClientFrame(.time(ClientTime(0)), ref: String(repeating: "\u{1F528}", count: 64)),
            clientTime("-1.50e3"), clientTime("99999999999999999999"), clientTime("0.0"),
        ]

    static let server: [ServerFrame] = {
        do {
            return try makeServer()
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private static let now = Instant(milliseconds: 1_795_382_400_123)

    private static func clientTime(_ number: String) -> ClientFrame {
        do {
            return try ClientFrame.decode(#"{"type":"time","client_time":\#(number)}"#.utf8)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private static func makeServer() throws -> [ServerFrame] {
        var messages = played()
        messages += connection() + bids()
        messages += try receipts()
        return messages.map { ServerFrame($0) } + messages.map { ServerFrame($0, ref: "é\n") }
    }

    /// What a lot's life makes: every public change and private notice.
    private static func played() -> [ServerMessage] {
        var messages: [ServerMessage] = []
        var scene = Scene()
        messages.append(snapshot(of: scene))
        messages.append(scene.bid("ann", "b1", 5000))
        messages.append(scene.bid("bob", "b2", 1020))
        messages.append(scene.bid("bob", "b3", 9_000))
        messages.append(scene.ask("bob", "b4", .buy))
        messages.append(
            snapshot(of: scene, .init(isLeading: false, ownMax: Scene.amount(5000))))
        messages.append(snapshot(of: scene, .init(isLeading: nil, ownMax: .largest)))
        let void = AuctionCommand.voidBid(Scene.id("b3"), bidder: nil, reason: "mistyped")
        scene.run(.administer(Scene.lot, void), at: Scene.opens + 2)
        scene.run(.administer(Scene.lot, .pause(reason: "a question")), at: Scene.opens + 3)
        scene.run(.administer(Scene.lot, .resume), at: Scene.opens + 4)
        scene.bid("bob", "b5", 20_000, at: Scene.opens + 5)
        scene.run(.administer(Scene.lot, .close(reason: "last call")), at: Scene.opens + 9)
        messages.append(scene.bid("ann", "b6", 30_000, at: Scene.opens + 16))
        messages += scene.changes.map { ServerMessage($0) }
        messages += scene.notices.map { ServerMessage($0) }
        return messages + afterAVoid() + inTheRoom()
    }

    /// A live-room lot: absentee bids, the block, a stale ask, fair warnings, a lowered reserve between
    /// them, the end, and once more.
    private static func inTheRoom() -> [ServerMessage] {
        var terms = Scene.terms(format: .live)
        (terms.closesAt, terms.reserve) = (nil, Scene.amount(20_000))
        var scene = Scene(terms: terms, bidders: ["ann", "bob", "cat"])
        var messages = [snapshot(of: scene)]
        messages.append(scene.bid("ann", "b1", 5000))
        func order(_ command: AuctionCommand) {
            scene.run(.administer(Scene.lot, command), at: Scene.opens + 2)
        }
        order(.ask(nil))
        messages.append(snapshot(of: scene, .init(isLeading: true, ownMax: Scene.amount(5000))))
        let ask = scene.auction.block?.ask ?? .largest
        let bid = BidAction.bidAtAsk(.max, amount: ask, askSeq: 1)
        messages.append(scene.ask("bob", "b2", bid, at: Scene.opens + 3))
        messages.append(scene.ask("cat", "b3", bid, at: Scene.opens + 3))
        messages.append(
            scene.ask("cat", "b4", .room(amount: Scene.amount(9000)), at: Scene.opens + 4))
        order(.warn)
        order(.lowerReserve(to: Scene.amount(1000)))
        order(.warn)
        order(.undo(reason: "not a bid"))
        order(.pass(reason: nil))
        order(.reopen(reason: "a bid was overlooked"))
        order(.warn)
        order(.warn)
        order(.hammer)
        messages.append(snapshot(of: scene))
        messages += scene.changes.map { ServerMessage($0) }
        return messages + scene.notices.map { ServerMessage($0) }
    }

    /// A lot whose only bid is taken out, so that what was too low counts again.
    private static func afterAVoid() -> [ServerMessage] {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        scene.bid("bob", "b2", 1020)
        let void = AuctionCommand.voidBid(Scene.id("b1"), bidder: nil, reason: "mistyped")
        scene.run(.administer(Scene.lot, void), at: Scene.opens + 2)
        return scene.notices.map { ServerMessage($0) }
    }

    private static func snapshot(
        of scene: Scene, _ viewer: ServerMessage.Snapshot.Viewer? = nil
    ) -> ServerMessage {
        .snapshot(
            .init(scene.auction.publicState, log: "log-1", viewer: viewer, serverTime: now))
    }

    private static func connection() -> [ServerMessage] {
        [
            .welcome(.init(serverTime: now, session: "s-1")),
            .welcome(.init(serverTime: now, session: "s-1", bidder: Scene.id("ann"))),
            .authenticated(.init(bidder: Scene.id("ann"), expiresAt: nil)),
            .authenticated(.init(bidder: Scene.id("ann"), expiresAt: now)),
            .watching(.init(Scene.lot, seq: 0)), .watching(.init(SaleID.spring)),
            .unwatched(.init(Scene.lot, seq: .max)), .unwatched(.init(SaleID.spring)),
            .heartbeat(.init(serverTime: now, heads: [])),
            .heartbeat(
                .init(
                    serverTime: now,
                    heads: (0..<100).map { .init(auction: Scene.id("lot-\($0)"), seq: $0) })),
            .bye(.init(.draining, wait: 500, jitter: 2000)),
            .bye(.init(.revoked, wait: 0, jitter: 0)),
            .notice(.init(.auction(Scene.lot), text: "Last chance\n", at: now)),
            .notice(.init(.sale(.spring), text: "", at: Instant(milliseconds: 0))),
            .time(.init(clientTime: nil, serverTime: now)),
            .time(.init(clientTime: ClientTime(-5), serverTime: now)),
            .error(.init(.rateLimited, message: "Slow down.", retryAfter: 250)),
            .error(.init(.notSeen, message: "?", auction: Scene.lot, id: Scene.id("b1"))),
        ]
            + client.compactMap { frame in
                guard case .time(let time) = frame.message else { return nil }
                return .time(.init(clientTime: time, serverTime: now))
            }
    }

    private static func bids() -> [ServerMessage] {
        let acceptance = Acceptance(
            seq: 4, isLeading: nil, ownMax: .largest, price: nil, minimum: nil, reserve: .none,
            endsAt: nil)
        return [
            .bidAccepted(
                .init(
                    auction: Scene.lot, id: Scene.id("b1"), acceptance, at: now, hash: Scene.hash)),
            .bidRetracted(.init(auction: Scene.lot, id: Scene.id("r1"), seq: 7)),
        ]
    }

    private static func receipts() throws -> [ServerMessage] {
        let text = #"{"seq":4,"path":["a",{"b":null}],"big":12345678901234567890,"x":1.50}"#
        guard let content = try JSONValue(parsing: text).asObject else {
            preconditionFailure("an object")
        }
        let receipt = ServerMessage.Receipt(
            auction: Scene.lot, id: Scene.id("b1"), content: content)
        let acceptance = Acceptance(
            seq: 4, isLeading: true, ownMax: Scene.amount(1), price: Scene.amount(1),
            minimum: Scene.amount(2), reserve: .met, endsAt: now)
        return [
            .receipt(receipt),
            .bidAccepted(
                .init(
                    auction: Scene.lot, id: Scene.id("b1"), acceptance, at: now,
                    hash: Scene.hash, receipt: receipt)),
            .bidRejected(
                .init(
                    auction: Scene.lot, id: Scene.id("b1"), .closed(lateBy: 250),
                    receipt: receipt)),
        ]
    }
}

extension SaleID {
    static var spring: SaleID { Scene.id("spring") }
}
