import AuctionRules
import GavelClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Testing
import WireProtocol

/// A WebSocket server whose every word a test says itself.
final class Peer: Sendable {
    /// One connection, as the server has it.
    struct Connection: Sendable {
        let headers: HTTPHeaders
        let channel: any Channel
        let frames: Inbox<WebSocketFrame>

        /// The next message, or nil when the connection has ended.
        func receive() async throws -> ClientFrame? {
            while let frame = await frames.next() {
                #expect(frame.maskKey != nil, "A client's frames are masked")
                guard frame.opcode == .text else { continue }
                return try ClientFrame.decode(Array(frame.unmaskedData.readableBytesView))
            }
            return nil
        }

        func send(_ message: ServerMessage, ref: String? = nil) {
            send(text: ServerFrame(message, ref: ref).encoded())
        }

        func send(text: [UInt8], opcode: WebSocketOpcode = .text, isFinal: Bool = true) {
            let frame = WebSocketFrame(
                fin: isFinal, opcode: opcode, data: ByteBuffer(bytes: text))
            channel.writeAndFlush(frame, promise: nil)
        }

        func welcome(heartbeat: Int64 = 15_000) {
            send(
                .welcome(
                    .init(
                        serverTime: .init(milliseconds: 1), session: "s",
                        heartbeatInterval: heartbeat)))
        }

        func close(_ code: CloseCode, wait: Int64 = 0, jitter: Int64 = 0) {
            send(.bye(.init(code, wait: wait, jitter: jitter)))
            var data = ByteBuffer(integer: code.rawValue)
            data.writeString("bye")
            channel.writeAndFlush(
                WebSocketFrame(fin: true, opcode: .connectionClose, data: data), promise: nil)
        }

        func drop() { channel.close(promise: nil) }
    }

    private let server: any Channel
    private let connections: Inbox<Connection>

    private init(server: any Channel, connections: Inbox<Connection>) {
        self.server = server
        self.connections = connections
    }

    static func start() async throws -> Peer {
        let connections = Inbox<Connection>()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                let upgrader = NIOWebSocketServerUpgrader(
                    shouldUpgrade: { channel, _ in
                        channel.eventLoop.makeSucceededFuture(HTTPHeaders())
                    },
                    upgradePipelineHandler: { channel, head in
                        channel.eventLoop.makeCompletedFuture {
                            let frames = Inbox<WebSocketFrame>()
                            try channel.pipeline.syncOperations.addHandler(Collector(frames))
                            connections.put(
                                Connection(
                                    headers: head.headers, channel: channel, frames: frames))
                        }
                    })
                return channel.pipeline.configureHTTPServerPipeline(
                    withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Peer(server: server, connections: connections)
    }

    var endpoint: Endpoint {
        .tcp(host: "127.0.0.1", port: server.localAddress?.port ?? 0)
    }

    func accept() async throws -> Connection {
        try #require(await connections.next())
    }

    func stop() async {
        try? await server.close()
    }
}

/// What has come and nobody has taken yet.
final class Inbox<Element: Sendable>: Sendable {
    private let stream: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func put(_ element: Element) { continuation.yield(element) }
    func finish() { continuation.finish() }

    func next() async -> Element? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let frames: Inbox<WebSocketFrame>

    init(_ frames: Inbox<WebSocketFrame>) { self.frames = frames }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        frames.put(frame)
        guard frame.opcode == .connectionClose else { return }
        // The closing handshake is every server's; a test need not say it.
        let echo = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
        context.writeAndFlush(wrapOutboundOut(echo), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { frames.finish() }
}

/// A server that answers whatever is sent to it with fixed bytes, and keeps what was sent.
final class RawPeer: Sendable {
    private let server: any Channel
    private let requests: Inbox<String>
    let endpoint: Endpoint

    private init(server: any Channel, requests: Inbox<String>, endpoint: Endpoint) {
        self.server = server
        self.requests = requests
        self.endpoint = endpoint
    }

    /// - Parameters:
    ///   - answer: nil: none at all.
    ///   - closes: hangs up afterwards.
    ///   - path: of a Unix domain socket; nil: TCP.
    static func start(
        answering answer: String?, closes: Bool = false, socket path: String? = nil
    ) async throws -> RawPeer {
        let requests = Inbox<String>()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Answerer(answer, closes: closes, requests))
                }
            }
        if let path {
            let server = try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true
            ).get()
            return RawPeer(server: server, requests: requests, endpoint: .unix(path: path))
        }
        let server = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        return RawPeer(
            server: server, requests: requests, endpoint: .tcp(host: "127.0.0.1", port: port))
    }

    /// What one client sent.
    func request() async throws -> String { try #require(await requests.next()) }

    func stop() async {
        try? await server.close()
        if case .unix(let path) = endpoint { unlink(path) }
    }
}

private final class Answerer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String?
    private let closes: Bool
    private let requests: Inbox<String>
    private var received = ""
    private var isDone = false

    init(_ answer: String?, closes: Bool, _ requests: Inbox<String>) {
        self.answer = answer
        self.closes = closes
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard !isDone, let end = received.firstRange(of: "\r\n\r\n") else { return }
        let length = received.lowercased().split(separator: "content-length: ").dropFirst().first
            .flatMap { Int($0.prefix { $0.isNumber }) }
        guard received[end.upperBound...].utf8.count >= length ?? 0 else { return }
        isDone = true
        requests.put(received)
        if let answer {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
        if closes { context.close(promise: nil) }
    }
}
