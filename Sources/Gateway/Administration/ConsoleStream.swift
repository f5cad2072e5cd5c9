import NIOCore
import NIOHTTP1
import WireProtocol

/// What an administrator asked for who wants to be told of a sale, or of lots.
struct ConsoleStream: HTTPStream {
    let watch: AdminWatch
    /// What the request's Authorization header carried; nil over the machine's own socket.
    let token: String?
    /// The station of an event loop of the server's; called on that loop.
    let station: @Sendable (any EventLoop) -> Station

    let headers: HTTPHeaders = [
        "Content-Type": "text/event-stream",
        // For proxies that would keep events back until there are many.
        "X-Accel-Buffering": "no",
    ]

    func makeHandler(on loop: any EventLoop, isChunked: Bool) -> any ChannelHandler {
        EventStreamHandler(station: station(loop), isChunked: isChunked) { watcher, station in
            ConsoleTelling(self, to: watcher, at: station)
        }
    }
}
