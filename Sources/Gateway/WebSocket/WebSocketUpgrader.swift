import NIOCore
import NIOHTTP1
import Synchronization

/// Makes a WebSocket of a connection whose first request asks for one at `/v1/ws`, and rightly so.
/// Any other request stays HTTP, and is answered there.
final class WebSocketUpgrader: HTTPServerProtocolUpgrader, Sendable {
    static let path = "/v1/ws"

    let supportedProtocol = "websocket"
    /// None: ``WebSocketUpgrade`` checks them, and can say what is wrong.
    let requiredUpgradeHeaders: [String] = []

    private let policy: WebSocketUpgradePolicy
    private let stations: Stations
    private let connections = Atomic<Int64>(0)

    init(policy: WebSocketUpgradePolicy, stations: Stations) {
        self.policy = policy
        self.stations = stations
    }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        guard upgradeRequest.uri.prefix(while: { $0 != "?" }) == Self.path,
            let acceptance = acceptance(of: upgradeRequest)
        else { return channel.eventLoop.makeFailedFuture(NotUpgraded()) }
        return channel.eventLoop.makeSucceededFuture(acceptance.headers)
    }

    func upgrade(
        context: ChannelHandlerContext, upgradeRequest: HTTPRequestHead
    ) -> EventLoopFuture<Void> {
        // The same request gets the same verdict: this one was accepted a moment ago.
        guard let acceptance = acceptance(of: upgradeRequest) else {
            return context.eventLoop.makeFailedFuture(NotUpgraded())
        }
        let number = connections.add(1, ordering: .relaxed).newValue
        let handler = WebSocketHandler(
            id: ConnectionID(number: number), form: acceptance.form,
            token: upgradeRequest.headers.bearerToken,
            station: stations.station(on: context.eventLoop))
        return context.eventLoop.makeCompletedFuture {
            try context.pipeline.syncOperations.addHandler(handler)
        }
    }

    private func acceptance(of request: HTTPRequestHead) -> WebSocketUpgrade.Acceptance? {
        guard case .accepted(let acceptance) = WebSocketUpgrade.evaluate(request, policy: policy)
        else { return nil }
        return acceptance
    }

    private struct NotUpgraded: Error {}
}
