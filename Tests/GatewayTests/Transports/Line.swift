import NIOCore
import NIOPosix
import Synchronization

/// A TCP connection as a client has it. One reader at a time.
final class Line: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// - Parameter receiveBuffer: how many bytes the kernel takes for a client that does not read.
    static func open(port: Int, receiveBuffer: Int? = nil) async throws -> Line {
        let inbox = Inbox()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(
                .socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiving(inbox: inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return Line(channel: channel, inbox: inbox)
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends text; `\n` goes as CR LF.
    func send(_ text: String) async throws {
        try await send(Array(text.replacing("\n", with: "\r\n").utf8))
    }

    /// What comes next; nil at the end.
    func receive() async -> ByteBuffer? { await inbox.next() }

    /// Reads no more, or reads on.
    func read(_ reads: Bool) async throws {
        try await channel.setOption(.autoRead, value: reads).get()
    }

    /// Hangs up.
    func close() async { try? await channel.close() }

    private final class Receiving: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let inbox: Inbox

        init(inbox: Inbox) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            inbox.put(unwrapInboundIn(data))
        }

        func channelInactive(context: ChannelHandlerContext) { inbox.end() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

/// What has come and was not read.
private final class Inbox: Sendable {
    private struct State {
        var bytes = ByteBuffer()
        var isOver = false
        var reader: CheckedContinuation<ByteBuffer?, Never>?

        /// What a reader gets now; nil when it has to wait.
        mutating func take() -> ByteBuffer?? {
            if bytes.readableBytes > 0 {
                defer { bytes = ByteBuffer() }
                return .some(bytes)
            }
            return isOver ? .some(nil) : nil
        }
    }

    private let state = Mutex(State())

    func put(_ bytes: ByteBuffer) { change { $0.bytes.writeImmutableBuffer(bytes) } }

    func end() { change { $0.isOver = true } }

    func next() async -> ByteBuffer? {
        await withCheckedContinuation { continuation in
            change { $0.reader = continuation }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let ready = state.withLock {
            state -> (CheckedContinuation<ByteBuffer?, Never>, ByteBuffer?)? in
            body(&state)
            guard let reader = state.reader, let taken = state.take() else { return nil }
            state.reader = nil
            return (reader, taken)
        }
        if let (reader, bytes) = ready { reader.resume(returning: bytes) }
    }
}
