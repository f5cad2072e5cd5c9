import BidService
import NIOCore
import NIOHTTP1
import StrictJSON
import WireProtocol

/// What clocks, supervisors and monitors ask.
struct OperationRoutes: Sendable {
    private let service: BidService
    private let statistics: GatewayStatistics
    private let clock: any ServiceClock
    private let isDraining: @Sendable () -> Bool

    init(_ parts: HTTPParts) {
        service = parts.service
        statistics = parts.statistics
        clock = parts.clock
        isDraining = parts.isDraining
    }

    /// `GET /v1/time`
    func time(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        .message(.time(.init(clientTime: nil, serverTime: clock.now())))
    }

    /// `GET /v1/keys`: none, as long as no receipts are signed.
    func keys(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { $0.array("keys") { _ in } }
        return .json(writer.bytes)
    }

    /// `GET /healthz`: the process lives.
    func healthz(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        state(isWell: true, "ok")
    }

    /// `GET /readyz`: clients may be sent here.
    func readyz(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        if isDraining() { return state(isWell: false, "draining") }
        return service.isAvailable
            ? state(isWell: true, "ready") : state(isWell: false, "log_unavailable")
    }

    /// `GET /metrics`
    func metrics(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        let text = Metrics.text(
            service: service.statistics, queuedCommands: service.queuedCommands,
            gateway: statistics, isDraining: isDraining())
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
