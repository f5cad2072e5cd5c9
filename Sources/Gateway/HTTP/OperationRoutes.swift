import AuctionRules
import BidService
import NIOCore
import NIOHTTP1
import NIOPosix
import Proof
import StrictJSON
import WireProtocol

/// What clocks, supervisors and monitors ask.
struct OperationRoutes: Sendable {
    private let service: BidService
    private let statistics: GatewayStatistics
    private let webhooks: any WebhookDesk
    private let clock: any ServiceClock
    private let access: MetricsAccess
    private let threadPool: NIOThreadPool
    private let startedAt: Instant
    private let isDraining: @Sendable () -> Bool

    init(_ parts: HTTPParts) {
        service = parts.service
        statistics = parts.statistics
        webhooks = parts.administration.webhooks
        clock = parts.clock
        access = parts.metrics
        threadPool = parts.threadPool
        startedAt = parts.clock.now()
        isDraining = parts.isDraining
    }

    /// `GET /v1/time`
    func time(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        .message(.time(.init(clientTime: nil, serverTime: clock.now())))
    }

    /// `GET /v1/keys`: every key that this log's server has signed with.
    func keys(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        var writer = JSONWriter()
        KeySet(service.board.signingKeys).encode(into: &writer)
        return .json(writer.bytes)
    }

    /// `GET /healthz`: the process lives.
    func healthz(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        state(isWell: true, "ok")
    }

    /// `GET /readyz`: clients may be sent here.
    func readyz(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        if isDraining() { return state(isWell: false, "draining") }
        let availability = service.availability
        guard availability == .available else {
            return state(isWell: false, availability.rawValue)
        }
        // Watchers and reading go on, so it is no reason to send anybody away.
        return state(isWell: true, service.isDiskNearlyFull ? "disk_nearly_full" : "ready")
    }

    /// `GET /metrics`
    func metrics(
        _ request: HTTPRequest, _: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        switch access {
        case .public: break
        case .off: throw .notFound
        case .local:
            guard request.isFromHere else {
                throw HTTPFailure(
                    status: .forbidden, code: .forbidden,
                    message: "The metrics are for this machine only.")
            }
        }
        // Without them when the pool is stopping: the rest is worth having.
        let process = try? await threadPool.runIfActive { ProcessFigures.current() }
        let webhooks = try? await self.webhooks.webhooks()
        let text = Metrics.text(
            service: service.statistics, queuedCommands: service.queuedCommands,
            gateway: statistics, webhooks: webhooks ?? [], isDraining: isDraining(),
            process: process ?? ProcessFigures(),
            startedAt: startedAt)
        return HTTPResponse(
            type: "text/plain; version=0.0.4; charset=utf-8", body: ByteBuffer(string: text))
    }

    private func state(isWell: Bool, _ word: String) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { $0.field("status", word) }
        return .json(
            writer.bytes, status: isWell ? .ok : .serviceUnavailable,
            headers: isWell ? [:] : ["Retry-After": "1"])
    }
}
