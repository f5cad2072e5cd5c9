import NIOCore
import NIOHTTP1

/// Tells a client that it may not come in now, without having read a byte of it, and closes.
///
/// What still comes is read away for a moment: a full close with unread bytes would reset the
/// connection, and the client might never see the answer.
final class RefusedConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let refusal: RateRefusal
    private let linger: TimeAmount
    private var isAnswered = false

    init(_ refusal: RateRefusal, lingering linger: TimeAmount) {
        self.refusal = refusal
        self.linger = linger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { answer(context: context) }
    }

    func channelActive(context: ChannelHandlerContext) { answer(context: context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(context: ChannelHandlerContext) {
        guard !isAnswered else { return }
        isAnswered = true
        context.writeAndFlush(wrapOutboundOut(Self.bytes(of: refusal.response())), promise: nil)
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: linger) {
            context.close(promise: nil)
        }
    }

    private static func bytes(of response: HTTPResponse) -> ByteBuffer {
        let status = response.status
        var bytes = ByteBuffer(string: "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        for (name, value) in response.headers { bytes.writeString("\(name): \(value)\r\n") }
        bytes.writeString(
            "Content-Length: \(response.body.readableBytes)\r\nCache-Control: no-store\r\n"
                + "Connection: close\r\n\r\n")
        bytes.writeImmutableBuffer(response.body)
        return bytes
    }
}

@available(*, unavailable)
extension RefusedConnectionHandler: Sendable {}
