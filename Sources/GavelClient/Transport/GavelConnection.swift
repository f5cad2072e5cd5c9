import NIOCore
import NIOHTTP1
public import NIOPosix
import NIOWebSocket
import Synchronization
public import WireProtocol

/// One WebSocket to a server, from its upgrade to its close. It does not come back by itself:
/// ``GavelClient`` does.
public final class GavelConnection: Sendable {
    /// How to connect, and how much to hold.
    public struct Options: Sendable {
        /// Where the server upgrades.
        public var path = "/v1/ws"
        /// Sent as `Authorization: Bearer` with the upgrade.
        public var token: String?
        /// What a browser would say of the page that it runs.
        public var origin: String?
        /// How messages are written, both ways.
        public var encoding = WireEncoding.json
        /// Who may vouch for a server with TLS.
        public var trust = ServerTrust.system
        /// For connecting, and again for the upgrade.
        public var timeout: Duration = .seconds(10)
        /// How long ``GavelConnection/close()`` waits for the server's part of the handshake.
        public var closeTimeout: Duration = .seconds(2)
        /// How many messages wait to be taken.
        public var bufferMax = 1024
        /// Whether a full buffer stops the reading from the socket — then replies wait, too, so
        /// somebody must take the messages — or loses the oldest message.
        public var overflow = MessageBuffer<ServerFrame>.Overflow.producerWaits
        /// The largest message taken from the server.
        public var messageBytesMax = 1 << 20
        /// Gets every message as it goes over the wire, one after the other, for a log or a test.
        /// Called where the socket is served: it must not wait for anything.
        public var trace: (@Sendable (Direction, [UInt8]) -> Void)?

        /// - Parameter token: sent with the upgrade; without one the connection may watch, not bid.
        public init(token: String? = nil) { self.token = token }
    }

    /// Which way a message goes.
    public enum Direction: Hashable, Sendable {
        /// From this client to the server.
        case sent
        /// From the server.
        case received
    }

    private let channel: any Channel
    private let state: ConnectionState
    private let encoding: WireEncoding
    private let trace: (@Sendable (Direction, [UInt8]) -> Void)?
    private let closeTimeout: TimeAmount
    private let lastRef = Atomic<Int>(0)

    /// Everything that the server says, but for the replies to ``request(_:)``. Ends with the
    /// connection. For one consumer.
    public var messages: MessageBuffer<ServerFrame> { state.messages }

    private init(
        channel: any Channel, state: ConnectionState, options: Options
    ) {
        self.channel = channel
        self.state = state
        encoding = options.encoding
        trace = options.trace
        closeTimeout = TimeAmount(options.closeTimeout)
    }

    /// Connects and upgrades.
    public static func connect(
        to endpoint: Endpoint, options: Options = Options(),
        group: MultiThreadedEventLoopGroup = .singleton
    ) async throws(GavelClientError) -> GavelConnection {
        let timeout = TimeAmount(options.timeout)
        let outcome = try await endpoint.connect(
            on: group, timeout: timeout, trust: options.trust
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                try upgrade(channel, endpoint, options, timeout)
            }
        }
        do {
            switch try await outcome.get() {
            case .upgraded(let connection): return connection
            case .refused(let answer): throw try await answer.get()
            }
        } catch let error as GavelClientError {
            throw error
        } catch ChannelError.inappropriateOperationForState {
            throw .cannotConnect(endpoint, why: "it hung up instead of upgrading")
        } catch {
            throw .protocolViolation("no upgrade to a WebSocket (\(error))")
        }
    }

    // MARK: - Talking

    /// Sends a message, after those sent before; does not wait for it to be written.
    public func send(_ frame: ClientFrame) {
        channel.writeAndFlush(encode(frame), promise: nil)
    }

    /// Sends a message and waits until the socket has taken it.
    public func sendAndWait(_ frame: ClientFrame) async throws(GavelClientError) {
        do {
            try await channel.writeAndFlush(encode(frame)).get()
        } catch {
            throw .connectionClosed(state.reason)
        }
    }

    /// Sends a message under a `ref` of its own and waits for the first reply to it. Any number of
    /// requests may wait at once.
    public func request(_ message: ClientMessage) async throws(GavelClientError) -> ServerFrame {
        let ref = "q\(lastRef.add(1, ordering: .relaxed).newValue)"
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: ConnectionState.Waiter) in
                guard state.add(waiter, for: ref) else {
                    return waiter.resume(returning: .failure(.connectionClosed(state.reason)))
                }
                send(ClientFrame(message, ref: ref))
                if Task.isCancelled { state.giveUp(ref) }
            }
        } onCancel: {
            state.giveUp(ref)
        }
        return try result.get()
    }

    private func encode(_ frame: ClientFrame) -> WebSocketFrame {
        let bytes = frame.encoded(as: encoding)
        trace?(.sent, bytes)
        return WebSocketFrame(
            fin: true, opcode: encoding.opcode, maskKey: .random(), data: ByteBuffer(bytes: bytes))
    }

    // MARK: - Closing

    /// Closes as the protocol asks for, and waits until it is closed; without an answer in
    /// ``Options/closeTimeout`` the connection is cut.
    public func close() async {
        channel.pipeline.fireUserInboundEventTriggered(CloseRequest())
        let cut = channel.eventLoop.scheduleTask(in: closeTimeout) { [channel] in
            channel.close(promise: nil)
        }
        await state.waitForClose()
        cut.cancel()
    }

    /// Cuts the connection, without a word.
    public func abort() {
        channel.close(promise: nil)
    }

    /// Waits for the end, whoever brings it about.
    public func closed() async -> CloseReason {
        await state.waitForClose()
        return state.reason
    }

    // MARK: - Upgrading

    private enum Outcome: Sendable {
        case upgraded(GavelConnection)
        case refused(EventLoopFuture<GavelClientError>)
    }

    private static func upgrade(
        _ channel: any Channel, _ endpoint: Endpoint, _ options: Options, _ timeout: TimeAmount
    ) throws -> EventLoopFuture<Outcome> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Outcome>(
            maxFrameSize: options.messageBytesMax, enableAutomaticErrorHandling: false
        ) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                let state = ConnectionState(
                    bufferMax: options.bufferMax, overflow: options.overflow)
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(
                    NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1024,
                        maxAccumulatedFrameSize: options.messageBytesMax))
                try pipeline.addHandler(
                    FrameHandler(state, encoding: options.encoding, trace: options.trace))
                return .upgraded(
                    GavelConnection(channel: channel, state: state, options: options))
            }
        }
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<Outcome>(
            upgradeRequestHead: head(endpoint, options), upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    let promise = channel.eventLoop.makePromise(of: GavelClientError.self)
                    try channel.pipeline.syncOperations.addHandler(RefusalHandler(promise))
                    return .refused(promise.futureResult)
                }
            })
        var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: configuration)
        // The welcome may come in one segment with the server's 101.
        pipeline.leftOverBytesStrategy = .forwardBytes
        let outcome = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: pipeline)
        let timer = channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
        outcome.whenComplete { _ in timer.cancel() }
        return outcome
    }

    private static func head(_ endpoint: Endpoint, _ options: Options) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("Host", endpoint.hostHeader),
            ("Sec-WebSocket-Protocol", options.encoding.subprotocol),
        ])
        if let token = options.token {
            headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        if let origin = options.origin { headers.add(name: "Origin", value: origin) }
        return HTTPRequestHead(
            version: .http1_1, method: .GET, uri: options.path, headers: headers)
    }
}

/// Reads the answer of a server that does not upgrade.
private final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<GavelClientError>
    private var status = 0
    private var body = ByteBuffer()
    private static let bodyBytesMax = 4096

    init(_ promise: EventLoopPromise<GavelClientError>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let part):
            let room = Self.bodyBytesMax - body.readableBytes
            body.writeBytes(part.readableBytesView.prefix(room))
        case .end: context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(.refused(status: status, message: message))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// The message of an `error`, if the server sent one.
    private var message: String {
        let frame = try? ServerFrame.decode(body.readableBytesView)
        guard case .error(let failure)? = frame?.message else { return "" }
        return failure.message
    }
}

@available(*, unavailable)
extension RefusalHandler: Sendable {}
