import NIOCore
import NIOHTTP1
import Synchronization

/// Makes a WebSocket of a connection whose first request asks for one at `/v1/ws`, and rightly so.
/// Any other request stays HTTP, and is answered there.
final class WebSocketUpgrader: HTTPServerProtocolUpgrader, Sendable {
    static let path = "/v1/ws"

    /// What a connection gets when it has become a WebSocket. Called on its event loop.
    typealias Handlers =
        @Sendable (any EventLoop, HTTPRequestHead, WebSocketUpgrade.Acceptance)
        -> [any ChannelHandler]

    let supportedProtocol = "websocket"
    /// None: ``WebSocketUpgrade`` checks them, and can say what is wrong.
    let requiredUpgradeHeaders: [String] = []

    private let policy: WebSocketUpgradePolicy
    private let handlers: Handlers

    init(policy: WebSocketUpgradePolicy, handlers: @escaping Handlers) {
        self.policy = policy
        self.handlers = handlers
    }

    /// For conversations.
    convenience init(policy: WebSocketUpgradePolicy, stations: Stations) {
        let connections = Counter()
        self.init(policy: policy) { loop, head, acceptance in
            WebSocketHandler.handlers(
                id: ConnectionID(number: connections.next()), form: acceptance.form,
                token: head.headers.bearerToken, station: stations.station(on: loop))
        }
    }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        guard upgradeRequest.uri.prefix(while: { $0 != "?" }) == Self.path,
            let acceptance = acceptance(of: upgradeRequest)
        else {
            return channel.eventLoop.makeFailedFuture(NotUpgraded())
        }
        return channel.eventLoop.makeSucceededFuture(acceptance.headers)
    }

    func upgrade(
        context: ChannelHandlerContext, upgradeRequest: HTTPRequestHead
    ) -> EventLoopFuture<Void> {
        // The same request gets the same verdict: this one was accepted a moment ago.
        guard let acceptance = acceptance(of: upgradeRequest) else {
            return context.eventLoop.makeFailedFuture(NotUpgraded())
        }
        return context.eventLoop.makeCompletedFuture {
            try context.pipeline.syncOperations.addHandlers(
                handlers(context.eventLoop, upgradeRequest, acceptance))
        }
    }

    private func acceptance(of request: HTTPRequestHead) -> WebSocketUpgrade.Acceptance? {
        guard case .accepted(let acceptance) = WebSocketUpgrade.evaluate(request, policy: policy)
        else { return nil }
        return acceptance
    }

    private struct NotUpgraded: Error {}

    private final class Counter: Sendable {
        private let count = Atomic<Int64>(0)

        func next() -> Int64 { count.add(1, ordering: .relaxed).newValue }
    }
}
