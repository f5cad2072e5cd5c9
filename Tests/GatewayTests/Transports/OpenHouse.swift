import AuctionRules
import BidService
import Ledger
import Logging
import NIOCore
import WireProtocol

@testable import Gateway

/// A house with a clock that stands, behind a server that listens.
struct OpenHouse: Sendable {
    let clock = ManualClock(Saleroom.noon)
    let log: MemoryLog
    let service: BidService
    let administration: Administration
    let port: Int
    private let server: GatewayServer
    private let isDrained = SharedFlag()

    /// Nobody is asked whether they are still there: a test reads only when it wants something, and may have to
    /// wait for half a minute until other tests leave it a thread.
    private static var patient: GatewayLimits {
        var limits = GatewayLimits.generous
        limits.pingAfterSeconds = 3600
        return limits
    }

    /// Opens a house for as long as the body takes.
    static func run(
        logID: String = "memory", limits: GatewayLimits = patient,
        _ body: (OpenHouse) async throws -> Void
    ) async throws {
        let house = try await OpenHouse(logID: logID, limits: limits)
        let result: Result<Void, any Error>
        do { result = .success(try await body(house)) } catch { result = .failure(error) }
        await house.drain()
        house.service.stop()
        try result.get()
    }

    private init(logID: String, limits: GatewayLimits) async throws {
        let (log, clock) = (MemoryLog(logID: logID), clock)
        self.log = log
        let fanOut = FanOut(clock: clock)
        service = try BidService(clock: clock, publisher: fanOut) { () throws(LedgerError) in log }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        administration = Administration(
            service: service, archive: LogArchive(log: log), clock: clock, logger: logger)
        server = try await GatewayServer.start(
            configuration: GatewayConfiguration(port: 0, limits: limits), service: service,
            fanOut: fanOut, administration: administration, clock: clock, logger: logger)
        guard let port = server.localAddress?.port else { throw Surprise("no port") }
        self.port = port
    }

    /// Has every event loop do what it does once a second.
    func second() async throws {
        let stations = server.stations
        for mailbox in stations.mailboxes {
            try await mailbox.loop.submit { stations.station(on: mailbox.loop).hub.second() }.get()
        }
    }

    /// Stops the server, once.
    func drain() async {
        guard !isDrained.isSet else { return }
        isDrained.set()
        await server.drain(patience: .seconds(60))
    }

    static let lot = "/v1/auctions/lot"

    func openLot(_ change: (inout Terms) -> Void = { _ in }) async throws {
        _ = try await administration.perform(
            .createAuction(NewAuction(id: try AuctionID("lot"), terms: try Saleroom.terms(change))))
    }

    func office(_ command: AuctionCommand) async throws {
        _ = try await administration.perform(.administer(try AuctionID("lot"), command))
    }

    func bidder(_ name: String, ttl: Milliseconds? = nil) async throws -> String {
        let id = try BidderID(name)
        _ = try await administration.perform(.addBidder(Bidder(id: id)))
        guard case .token(let issued) = try await administration.perform(.issueToken(id, ttl: ttl))
        else { throw Surprise("no token") }
        return issued.token
    }

    func bid(_ id: String, _ amount: Int, token: String) async throws {
        let reply = try await Line.exchange(
            Self.lot + "/bids", method: "POST", body: #"{"id":"\#(id)","amount":\#(amount)}"#,
            token: token, port: port)
        guard reply.status == 200 else { throw Surprise(reply.body) }
    }

    func events(
        _ query: String = "", after id: String? = nil, token: String? = nil,
        receiveBuffer: Int? = nil
    ) async throws -> EventReader {
        try await EventReader(
            Self.lot + "/events" + query, headers: id.map { ["Last-Event-ID": $0] } ?? [:],
            token: token, receiveBuffer: receiveBuffer, port: port)
    }

    /// The lot as everybody may see it.
    var state: PublicState {
        get throws {
            guard let lot = service.board.snapshot(of: try AuctionID("lot"), for: nil) else {
                throw Surprise("no lot")
            }
            return lot.state
        }
    }

    /// Waits until so many requests wait for news.
    func waitForPolls(_ count: Int) async throws {
        let line = "\ngavel_connections{state=\"long_poll\"} \(count)\n"
        let connection = try await Line.open(port: port)
        repeat {
            try await connection.request("/metrics")
        } while try await !connection.answer().body.contains(line)
        await connection.close()
    }
}
