import AuctionRules
import BidService
import Foundation
import Ledger
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import StrictJSON
import Synchronization
import Testing
import WireProtocol

@testable import Gateway

/// A house over a log in memory with a clock that stands, and everything that answers HTTP for it.
final class Saleroom: Sendable {
    static let noon = Instant(milliseconds: 1_800_000_000_000)

    let log = MemoryLog()
    let clock = ManualClock(noon)
    let service: BidService
    let authenticator: Authenticator
    let administration: Administration
    let statistics = GatewayStatistics()
    let routes: HTTPRoutes
    let logged = LogRecorder()
    private let isDraining: SharedFlag
    private let isLogGone: SharedFlag

    init(
        limits: GatewayLimits = .generous, uptime: MonotonicClock = .system,
        fault: ArchiveError? = nil, metrics: MetricsAccess = .public
    ) throws {
        let log = log
        let isLogGone = SharedFlag()
        self.isLogGone = isLogGone
        service = try BidService(clock: clock) { () throws(LedgerError) in
            if isLogGone.isSet { throw LedgerError(.fileMissing, "A test took it away.") }
            log.reopen()
            return log
        }
        authenticator = Authenticator(board: service.board, clock: clock, limits: limits)
        let archive = LogArchive(log: log, fault: fault)
        let flag = SharedFlag()
        isDraining = flag
        let logger = logged.logger
        administration = Administration(
            service: service, archive: archive, clock: clock, logger: logger)
        routes = HTTPRoutes(
            HTTPParts(
                service: service, authenticator: authenticator,
                gatekeeper: Gatekeeper(limits: limits, clock: uptime, statistics: statistics),
                administration: administration, archive: archive, clock: clock, limits: limits,
                statistics: statistics,
                upgradePolicy: WebSocketUpgradePolicy(allowedOrigins: ["http://house"]),
                metrics: metrics,
                threadPool: .singleton, logger: logger,
                station: { _ in preconditionFailure("Nobody listens here") },
                isDraining: { flag.isSet }))
    }

    deinit { service.stop() }

    func startDraining() { isDraining.set() }

    /// From the next commit on the log can't be written, nor opened again.
    func loseLog() {
        isLogGone.set()
        log.failAppend()
    }

    // MARK: - Putting things into it

    /// An open english lot of USD 10.00 that ends a minute after noon.
    func openLot(_ id: String = "lot", _ change: (inout Terms) -> Void = { _ in }) async throws {
        _ = try await administration.perform(
            .createAuction(NewAuction(id: try AuctionID(id), terms: try Self.terms(change))))
    }

    static func terms(_ change: (inout Terms) -> Void = { _ in }) throws -> Terms {
        var terms = Terms(
            title: "A chair", currency: try #require(Currency(code: "USD")),
            start: try #require(Amount(minorUnits: 1000)), increments: IncrementPreset.ebayUS.table,
            opensAt: noon, closesAt: noon.advanced(by: 60_000))
        change(&terms)
        return terms
    }

    /// A new bidder with a token.
    func bidder(_ name: String, ttl: Milliseconds? = nil) async throws -> String {
        let id = try BidderID(name)
        _ = try await administration.perform(.addBidder(Bidder(id: id)))
        return try await token(.issueToken(id, ttl: ttl))
    }

    func administrator(_ name: String = "boss") async throws -> String {
        try await token(.issueAdminToken(name: name))
    }

    private func token(_ command: AdminCommand) async throws -> String {
        guard case .token(let issued) = try await administration.perform(command) else {
            throw Surprise("no token")
        }
        return issued.token
    }

    // MARK: - Asking it

    func get(_ uri: String, token: String? = nil) async throws -> Reply {
        try await send(.GET, uri, token: token)
    }

    func post(
        _ uri: String, _ body: String? = nil, token: String? = nil, isLocal: Bool = false
    ) async throws -> Reply {
        try await send(.POST, uri, body: body, token: token, isLocal: isLocal)
    }

    func send(
        _ method: HTTPMethod, _ uri: String, body: String? = nil, token: String? = nil,
        headers: HTTPHeaders = [:], isLocal: Bool = false, isFirst: Bool = true
    ) async throws -> Reply {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
        head.headers.add(name: "Host", value: "house")
        if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body { head.headers.add(name: "Content-Length", value: "\(body.utf8.count)") }
        let request = HTTPRequest(
            head, target: try #require(RequestTarget(uri)), body: ByteBuffer(string: body ?? ""),
            isLocal: isLocal, isFirst: isFirst)
        guard case .response(let response) = await routes.respond(to: request) else {
            throw Surprise("no whole answer")
        }
        let reply = Reply(response)
        try OpenAPICheck.look(at: method, uri, body: body, reply)
        return reply
    }
}

/// An answer, with its JSON read.
struct Reply {
    let response: HTTPResponse
    let text: String

    init(_ response: HTTPResponse) {
        self.response = response
        text = String(buffer: response.body)
    }

    var status: UInt { response.status.code }

    /// The JSON object that the answer is.
    var json: JSONObject {
        get throws { try #require(try JSONValue(parsing: text.utf8).asObject) }
    }

    /// The word of an error, a refusal or a fault of administration.
    var code: String {
        get throws {
            let json = try json
            return try json.optionalObject("error")?.string("code") ?? json.string("code")
        }
    }

    func header(_ name: String) -> String? { response.headers.first(name: name) }
}

struct Surprise: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

final class SharedFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}

/// Keeps what was logged.
final class LogRecorder: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(recorder: self) }
        logger.logLevel = .info
        return logger
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }
            let text = pairs.map { " \($0.key)=\($0.value)" }.joined()
            recorder.lines.withLock { $0.append("\(event.level) \(event.message)\(text)") }
        }
    }
}

extension BidService {
    /// As ``Saleroom/openLot(_:_:)``, past the administration.
    func createLot(_ id: String = "lot") async throws {
        let answer = await perform(.createAuction(try AuctionID(id), try Saleroom.terms()))
        guard answer == .done else { throw Surprise("\(answer)") }
    }
}
