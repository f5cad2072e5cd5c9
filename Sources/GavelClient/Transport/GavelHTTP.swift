import NIOCore
import NIOHTTP1
public import NIOPosix
import NIOSSL

/// A small HTTP/1.1 client: one call, one connection. For administration and for what is no stream.
public struct GavelHTTP: Sendable {
    /// One header field.
    public struct Header: Hashable, Sendable {
        /// As it was written; case does not matter.
        public var name: String
        /// Without the space around it.
        public var value: String

        /// - Parameters:
        ///   - name: of the field.
        ///   - value: of the field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A complete answer.
    public struct Answer: Hashable, Sendable {
        /// The HTTP status.
        public var status: Int
        /// In their order; a name may come twice.
        public var headers: [Header]
        /// All of it.
        public var body: [UInt8]

        /// The first value of that header; names differ in more than case.
        public subscript(header name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// Where the server listens.
    public let endpoint: Endpoint
    /// For the whole call, and for connecting alone.
    public var timeout: Duration
    /// Larger answers are refused.
    public var bodyBytesMax: Int
    private let trust: ServerTrust
    private let group: MultiThreadedEventLoopGroup

    /// - Parameters:
    ///   - endpoint: where the server listens.
    ///   - timeout: for each call, and for its connecting alone.
    ///   - bodyBytesMax: larger answers are refused.
    ///   - trust: who may vouch for a server with TLS.
    ///   - group: the threads that serve the connections.
    public init(
        _ endpoint: Endpoint, timeout: Duration = .seconds(30), bodyBytesMax: Int = 64 << 20,
        trust: ServerTrust = .system, group: MultiThreadedEventLoopGroup = .singleton
    ) {
        self.endpoint = endpoint
        self.timeout = timeout
        self.bodyBytesMax = bodyBytesMax
        self.trust = trust
        self.group = group
    }

    /// Sends a request and waits for the whole answer, whatever its status is.
    ///
    /// - Parameters:
    ///   - method: `GET`, `POST` …
    ///   - target: the path with its query, already percent-encoded.
    ///   - headers: beside `Host`, `Content-Length` and `Connection: close`, which are set here.
    ///   - body: sent as it is.
    public func request(
        _ method: String, _ target: String, headers: [Header] = [], body: [UInt8] = []
    ) async throws(GavelClientError) -> Answer {
        var fields = HTTPHeaders([("Host", endpoint.hostHeader), ("Connection", "close")])
        for header in headers { fields.add(name: header.name, value: header.value) }
        if !body.isEmpty || method == "POST" || method == "PUT" {
            fields.add(name: "Content-Length", value: String(body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: target, headers: fields)
        let bodyBytesMax = bodyBytesMax
        let timeout = TimeAmount(timeout)
        let answer = try await endpoint.connect(
            on: group, timeout: timeout, trust: trust
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                let promise = channel.eventLoop.makePromise(of: Answer.self)
                let exchange = HTTPExchange(
                    head: head, body: ByteBuffer(bytes: body), bodyBytesMax: bodyBytesMax,
                    timeout: timeout, promise)
                do {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(exchange)
                } catch {
                    promise.fail(error)
                }
                return promise.futureResult
            }
        }
        do {
            return try await answer.get()
        } catch let error as GavelClientError {
            throw error
        } catch {
            throw .protocolViolation("the answer is no HTTP (\(error))")
        }
    }
}

/// Sends one request, collects its answer, and closes.
private final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let body: ByteBuffer
    private let bodyBytesMax: Int
    private let timeout: TimeAmount
    /// Nil once it has been completed.
    private var promise: EventLoopPromise<GavelHTTP.Answer>?
    private var answer: GavelHTTP.Answer?
    private var timer: Scheduled<Void>?

    init(
        head: HTTPRequestHead, body: ByteBuffer, bodyBytesMax: Int, timeout: TimeAmount,
        _ promise: EventLoopPromise<GavelHTTP.Answer>
    ) {
        self.head = head
        self.body = body
        self.bodyBytesMax = bodyBytesMax
        self.timeout = timeout
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // After a TLS handshake.
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) { begin(context) }

    private func begin(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [self] in
            complete(context, .failure(.timedOut("no answer to \(head.method) \(head.uri)")))
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let headers = head.headers.map { GavelHTTP.Header($0.name, $0.value) }
            answer = GavelHTTP.Answer(status: Int(head.status.code), headers: headers, body: [])
        case .body(let part):
            guard let count = answer?.body.count, part.readableBytes <= bodyBytesMax - count else {
                return complete(context, .failure(.answerTooLarge(bytesMax: bodyBytesMax)))
            }
            answer?.body.append(contentsOf: part.readableBytesView)
        case .end:
            // The server may say 100 first; its answer follows.
            guard let answer, answer.status >= 200 else { return }
            complete(context, .success(answer))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        complete(
            context, .failure(.connectionClosed(CloseReason(fault: "before the answer's end"))))
    }

    /// A channel that never became active says no more than this.
    func handlerRemoved(context: ChannelHandlerContext) {
        complete(context, .failure(.connectionClosed(CloseReason(fault: "before it was open"))))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A connection that broke off, said by TLS; it goes at once.
        guard error as? NIOSSLError != .uncleanShutdown else { return }
        complete(context, .failure(.protocolViolation("the answer is no HTTP (\(error))")))
    }

    private func complete(
        _ context: ChannelHandlerContext, _ result: Result<GavelHTTP.Answer, GavelClientError>
    ) {
        guard let promise else { return }
        self.promise = nil
        timer?.cancel()
        switch result {
        case .success(let answer): promise.succeed(answer)
        case .failure(let error): promise.fail(error)
        }
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension HTTPExchange: Sendable {}
