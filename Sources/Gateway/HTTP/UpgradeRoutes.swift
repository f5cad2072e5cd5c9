import Logging
import NIOHTTP1
import WireProtocol

/// What is left of `/v1/ws` when a request for it has not become a WebSocket.
struct UpgradeRoutes: Sendable {
    private let policy: WebSocketUpgradePolicy
    private let statistics: GatewayStatistics
    private let log: QuietLog

    init(_ parts: HTTPParts) {
        policy = parts.upgradePolicy
        statistics = parts.statistics
        log = QuietLog(parts.logger)
    }

    /// `GET /v1/ws`
    func refuse(
        _ request: HTTPRequest, _: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard case .refused(let refusal) = WebSocketUpgrade.evaluate(request.head, policy: policy)
        else {
            // Well formed, but NIO upgrades only a connection's first request.
            statistics.handshakesFailed.count(.badRequest)
            throw HTTPFailure(
                status: .upgradeRequired, code: .upgradeRequired,
                message: "A WebSocket is opened on a connection of its own: open a new one.",
                headers: ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"],
                closesConnection: true)
        }
        statistics.handshakesFailed.count(refusal.reason)
        // No header's text: anybody can write anything into it, a token too.
        log.info(
            "A WebSocket was refused",
            metadata: ["reason": "\(refusal.reason.rawValue)", "message": "\(refusal.message)"])
        throw HTTPFailure(
            status: refusal.status, code: refusal.code, message: refusal.message,
            headers: refusal.headers, closesConnection: true)
    }
}

extension WebSocketUpgrade.Refusal {
    fileprivate var code: ErrorCode {
        switch status {
        case .upgradeRequired: .upgradeRequired
        case .forbidden: .forbidden
        case .methodNotAllowed: .methodNotAllowed
        default: .badMessage
        }
    }
}
