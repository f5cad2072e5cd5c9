import AuctionRules
import BidService
import Ledger
import NIOCore
import NIOEmbedded
import StrictJSON
import WireProtocol

@testable import Gateway

/// A service, its fan-out, and WebSocket connections of one event loop, without sockets.
final class Gallery: Sendable {
    let log = MemoryLog()
    let clock = ManualClock(Saleroom.noon)
    let statistics = GatewayStatistics()
    let logged = LogRecorder()
    let service: BidService
    let loop = NIOAsyncTestingEventLoop()
    private let fanOut: FanOut
    private let station: NIOLoopBound<Station>

    init(
        limits: GatewayLimits = .generous, uptime: MonotonicClock = .system,
        issuer: TokenIssuer? = nil
    ) async throws {
        let (log, clock, statistics, loop) = (log, clock, statistics, loop)
        let logger = logged.logger
        let fanOut = FanOut(clock: clock)
        let service = try BidService(clock: clock, publisher: fanOut) { () throws(LedgerError) in
            log.reopen()
            return log
        }
        self.fanOut = fanOut
        self.service = service
        let gatekeeper = Gatekeeper(limits: limits, clock: uptime, statistics: statistics)
        station = try await loop.executeInContext {
            let hub = LoopHub(
                clock: clock, limits: limits, statistics: statistics, budget: gatekeeper.outbound)
            return NIOLoopBound(
                Station(
                    hub: hub, mailbox: LoopMailbox(loop: loop, hub: hub, pause: nil),
                    service: service,
                    authenticator: Authenticator(
                        board: service.board, clock: clock, limits: limits, issuer: issuer),
                    gatekeeper: gatekeeper, clock: clock, limits: limits,
                    statistics: statistics, readiness: Readiness(),
                    log: ConnectionLog(logger)),
                eventLoop: loop)
        }
        let station = station
        let mailbox = try await loop.executeInContext { station.value.mailbox }
        fanOut.attach([mailbox], board: service.board)
    }

    deinit { service.stop() }

    /// A connection that has just become a WebSocket.
    func connect(
        token: String? = nil, encoding: WireEncoding = .json,
        compression: WireForm.Compression = .none
    ) async throws -> Caller {
        let channel = NIOAsyncTestingChannel(loop: loop)
        let station = station
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        try await loop.executeInContext {
            try channel.pipeline.syncOperations.addHandlers(
                WebSocketHandler.handlers(
                    id: ConnectionID(
                        number: station.value.statistics.connectionsOpened.value(.websocket)),
                    form: WireForm(encoding, compression: compression), token: token,
                    station: station.value))
        }
        return Caller(channel: channel, encoding: encoding)
    }

    func openLots(_ ids: [String], sale: SaleID? = nil) async throws {
        if let sale {
            _ = await service.perform(
                .createSale(Sale(id: sale, title: "A sale", stagger: 0, requiresApproval: false)))
        }
        let commands = try ids.map { id in
            Command.createAuction(try AuctionID(id), try Saleroom.terms { $0.sale = sale })
        }
        let answer = await service.perform(.all(commands))
        guard answer == .done else { throw Surprise("\(answer)") }
    }

    /// - Parameter expiresAt: when the token ends; nil: never.
    func bidder(_ name: String, expiresAt: Instant? = nil) async throws -> String {
        let id = try BidderID(name)
        _ = await service.perform(.addBidder(Bidder(id: id)))
        let (token, hash) = TokenSecret.mint()
        _ = await service.perform(
            .issueToken(Token(hash: hash, bearer: .bidder(id), expiresAt: expiresAt)))
        return token
    }

    var connectionCount: Int {
        get async throws {
            let station = station
            return try await loop.executeInContext { station.value.hub.connectionCount }
        }
    }

    func end(_ revocation: Revocation) async throws {
        let station = station
        try await loop.executeInContext { station.value.hub.deliver([.revoked(revocation)]) }
    }

    func second() async throws {
        let station = station
        try await loop.executeInContext { station.value.hub.second() }
    }
}

/// The client's end of one of the gallery's connections.
struct Caller: Sendable {
    let channel: NIOAsyncTestingChannel
    let encoding: WireEncoding

    func say(_ text: String) async throws {
        try await channel.writeInbound(ByteBuffer(bytes: Wire.text(text)))
    }

    /// Says it in the connection's own encoding.
    func say(_ frame: ClientFrame) async throws {
        try await say(frame.encoded(as: encoding))
    }

    /// Says these bytes in the kind of frame that the connection's encoding has.
    func say(_ bytes: [UInt8]) async throws {
        let opcode: WebSocketOpcode = encoding == .json ? .text : .binary
        try await channel.writeInbound(ByteBuffer(bytes: Wire.frame(opcode, bytes)))
    }

    /// What the server writes next: a message, or the code of a close frame.
    func next() async throws -> Heard {
        let frame = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        let bytes = Array(frame.readableBytesView)
        if bytes.first == 0x88 {
            return .close(bytes.count >= 4 ? UInt16(bytes[2]) << 8 | UInt16(bytes[3]) : 0)
        }
        guard let message = try frame.serverFrame(as: encoding) else { throw Surprise("\(bytes)") }
        return .message(message)
    }

    func ask(_ text: String) async throws -> ServerFrame {
        try await say(text)
        guard case .message(let frame) = try await next() else { throw Surprise("closed") }
        return frame
    }

    enum Heard: Equatable {
        case message(ServerFrame)
        case close(UInt16)

        /// The message's type, or the close code.
        var name: String {
            switch self {
            case .message(let frame): frame.message.type
            case .close(let code): "close \(code)"
            }
        }
    }
}
