import NIOHTTP1
import WireProtocol

/// What is left of `/v1/ws` when a request for it has not become a WebSocket.
struct UpgradeRoutes: Sendable {
    let policy: WebSocketUpgradePolicy

    /// `GET /v1/ws`
    func refuse(
        _ request: HTTPRequest, _: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard case .refused(let refusal) = WebSocketUpgrade.evaluate(request.head, policy: policy)
        else {
            // Well formed, but NIO upgrades only a connection's first request.
            throw HTTPFailure(
                status: .upgradeRequired, code: .upgradeRequired,
                message: "A WebSocket is opened on a connection of its own: open a new one.",
                headers: ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"],
                closesConnection: true)
        }
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
