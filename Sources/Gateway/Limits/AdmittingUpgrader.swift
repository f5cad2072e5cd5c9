import NIOCore
import NIOHTTP1

/// Has the visitor's limits asked before its connection becomes a WebSocket.
struct AdmittingUpgrader: HTTPServerProtocolUpgrader, Sendable {
    let upgrader: WebSocketUpgrader
    let visitor: NIOLoopBound<Visitor>

    var supportedProtocol: String { upgrader.supportedProtocol }
    var requiredUpgradeHeaders: [String] { upgrader.requiredUpgradeHeaders }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        upgrader.buildUpgradeResponse(
            channel: channel, upgradeRequest: upgradeRequest,
            initialResponseHeaders: initialResponseHeaders
        ).flatMapThrowing { headers in
            guard visitor.value.mayUpgrade(upgradeRequest) else { throw Refused() }
            if visitor.value.isCounted {
                channel.closeFuture.whenComplete { _ in visitor.value.leave() }
            }
            return headers
        }
    }

    func upgrade(
        context: ChannelHandlerContext, upgradeRequest: HTTPRequestHead
    ) -> EventLoopFuture<Void> {
        upgrader.upgrade(context: context, upgradeRequest: upgradeRequest)
    }

    /// The request stays HTTP, and is told why there.
    private struct Refused: Error {}
}
