import NIOCore
import NIOSSL
import NIOWebSocket
import WireProtocol

/// Turns WebSocket frames into messages, answers pings, and follows the closing handshake.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let state: ConnectionState
    private let encoding: WireEncoding
    private let trace: (@Sendable (GavelConnection.Direction, [UInt8]) -> Void)?
    private var hasSentClose = false

    init(
        _ state: ConnectionState, encoding: WireEncoding,
        trace: (@Sendable (GavelConnection.Direction, [UInt8]) -> Void)? = nil
    ) {
        self.state = state
        self.encoding = encoding
        self.trace = trace
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        var payload = frame.unmaskedData
        switch frame.opcode {
        case encoding.opcode:
            trace?(.received, Array(payload.readableBytesView))
            do {
                let message = try ServerFrame.decode(payload.readableBytesView, as: encoding)
                if !state.receive(message) { pauseReading(context) }
            } catch {
                fail(context, error.message, .protocolError)
            }
        case .ping:
            let pong = WebSocketFrame(
                fin: true, opcode: .pong, maskKey: .random(), data: payload)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            let code = payload.readInteger(as: UInt16.self).map(CloseCode.init(rawValue:))
            state.note(code: code, text: String(buffer: payload))
            sendClose(context, code ?? .normal)
            context.close(promise: nil)
        case .text: fail(context, "a text frame", .unacceptableData)
        case .binary: fail(context, "a binary frame", .unacceptableData)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.close()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { state.close() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength: fail(context, "a message too large", .tooBig)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            fail(context, "\(error)", .protocolError)
        case NIOSSLError.uncleanShutdown:
            // It broke off, and goes at once: nothing that one who uses it could mend.
            break
        default:
            state.note(fault: "\(error)")
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is CloseRequest else { return context.fireUserInboundEventTriggered(event) }
        sendClose(context, .normal)
    }

    private func fail(_ context: ChannelHandlerContext, _ fault: String, _ code: CloseCode) {
        state.note(fault: fault)
        sendClose(context, code)
        context.close(promise: nil)
    }

    private func sendClose(_ context: ChannelHandlerContext, _ code: CloseCode) {
        guard !hasSentClose else { return }
        hasSentClose = true
        var data = context.channel.allocator.buffer(capacity: 2)
        data.writeInteger(code.rawValue)
        let frame = WebSocketFrame(
            fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    /// The consumer lags: let the server's socket fill up until it has caught up.
    private func pauseReading(_ context: ChannelHandlerContext) {
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenComplete { [state] _ in
            state.messages.whenRoom {
                channel.setOption(.autoRead, value: true).whenComplete { _ in }
            }
        }
    }
}

@available(*, unavailable)
extension FrameHandler: Sendable {}

extension WireEncoding {
    /// The kind of frame that its messages come in.
    var opcode: WebSocketOpcode {
        switch self {
        case .json: .text
        case .protobuf: .binary
        }
    }
}

/// Sent down the channel to start the closing handshake.
struct CloseRequest: Sendable {}
