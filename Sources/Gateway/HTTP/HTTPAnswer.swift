import NIOCore
import NIOHTTP1

/// What a responder has for a request.
enum HTTPAnswer: Sendable {
    /// A whole answer.
    case response(HTTPResponse)
    /// A whole answer, too, as soon as there is something to say.
    case later(any LateAnswer)
    /// A head, and then bytes until the connection ends.
    case stream(any HTTPStream)
}

/// An answer that the connection's event loop has to wait for.
protocol LateAnswer: Sendable {
    /// Begins to wait. Call it on the connection's event loop.
    ///
    /// - Parameter answer: called there, too, once, and neither before this has returned nor after
    ///   the wait was cancelled.
    func begin(on loop: any EventLoop, _ answer: @escaping (HTTPResponse) -> Void) -> LateBeginning
}

/// What a late answer begins with.
enum LateBeginning {
    /// There is something to say already.
    case over(HTTPResponse)
    case waiting(any PendingAnswer)
}

/// An answer that somebody waits for. Belongs to an event loop.
protocol PendingAnswer: AnyObject {
    /// Nobody waits for it any more.
    func cancel()
}

/// An answer without an end. What writes it takes the connection over, as a WebSocket does; it is
/// the last thing that happens on the connection.
protocol HTTPStream: Sendable {
    /// Beside those that every answer has.
    var headers: HTTPHeaders { get }
    /// What takes the connection over: gets and writes plain bytes. Call it on the connection's
    /// event loop.
    ///
    /// - Parameter isChunked: whether the body is written in chunks, as HTTP/1.1 has them, and ends
    ///   with the last chunk; otherwise it ends with the connection.
    func makeHandler(on loop: any EventLoop, isChunked: Bool) -> any ChannelHandler
}
