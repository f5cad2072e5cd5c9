import NIOCore

/// Stands between a channel and its conduct: upgrades, reads frames, answers pings and closes.
final class LoadHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let conduct: any LoadConduct
    /// Sent as soon as the connection stands; nil for a conduct that says everything itself.
    private let upgrade: ByteBuffer?
    private var reader = LoadReader()
    private var end = LoadEnd()
    private(set) var isOver = false

    init(conduct: any LoadConduct, upgrade: ByteBuffer?) {
        self.conduct = conduct
        self.upgrade = upgrade
    }

    func channelActive(context: ChannelHandlerContext) {
        if let upgrade {
            context.writeAndFlush(wrapOutboundOut(upgrade), promise: nil)
        } else {
            conduct.begin(on: LoadLine(context: context, handler: self))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        reader.receive(&bytes)
        while !isOver, let item = reader.next() { perform(item, context: context) }
    }

    private func perform(_ item: LoadReader.Item, context: ChannelHandlerContext) {
        let line = LoadLine(context: context, handler: self)
        switch item {
        case .answer(let status, let isCompressed):
            end.status = status
            end.isCompressed = isCompressed
            if upgrade == nil { return }
            guard status == 101 else { return context.close(promise: nil) }
            conduct.begin(on: line)
        case .frame(let frame): perform(frame, on: line)
        case .nonsense:
            end.heardNonsense = true
            context.close(promise: nil)
        }
    }

    private func perform(_ frame: LoadFrame, on line: LoadLine) {
        switch frame.opcode {
        case LoadFrame.ping:
            line.send(
                LoadFrame.encode(first: 0x80 | LoadFrame.pong, frame.payload.readableBytesView))
        case LoadFrame.close:
            end.closeCode = frame.payload.getInteger(at: frame.payload.readerIndex)
            line.send(
                LoadFrame.encode(first: 0x80 | LoadFrame.close, frame.payload.readableBytesView))
            line.close()
        case LoadFrame.pong: break
        default: conduct.receive(frame.payload, on: line)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { finish() }

    /// A channel that never became active says no more than this.
    func handlerRemoved(context: ChannelHandlerContext) { finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func finish() {
        guard !isOver else { return }
        isOver = true
        conduct.end(end)
    }
}

@available(*, unavailable)
extension LoadHandler: Sendable {}
