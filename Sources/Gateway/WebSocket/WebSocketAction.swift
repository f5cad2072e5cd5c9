import NIOCore
import WireProtocol

/// A whole message from the peer.
enum WebSocketMessage: Sendable, Equatable {
    /// Valid UTF-8.
    case text(ByteBuffer)
    case binary(ByteBuffer)
}

/// What a close frame said.
struct WebSocketClose: Sendable, Equatable {
    /// Nil when the frame had no body.
    var code: CloseCode?
    var reason: String
}

/// What the owner of a ``WebSocketSession`` is to do next.
enum WebSocketAction: Sendable, Equatable {
    /// Nothing, until more bytes have been received.
    case needMoreData
    /// The peer said something.
    case message(WebSocketMessage)
    /// Answer a ping with a pong of this payload.
    case sendPong(ByteBuffer)
    /// The peer is alive; the payload is what a ping of ours carried, if it answers one.
    case pong(ByteBuffer)
    /// The peer closes. Send the reply, if there is one (a whole frame), then close the channel.
    /// There is none when our own close had gone out before. Nothing follows.
    case peerClosed(WebSocketClose, reply: ByteBuffer?)
    /// The peer broke a rule. Send the close frame, if there is one, then close the channel.
    /// There is none when our own close had gone out before. Nothing follows.
    case fail(WebSocketFailure, closeFrame: ByteBuffer?)
}
