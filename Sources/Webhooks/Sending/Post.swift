import AuctionRules
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One attempt to deliver a message: a connection of its own, one request, and of the answer no more than
/// the status.
///
/// All of it has to be over within the time, from connecting on, whatever the receiver does.
struct Post: Sendable {
    let url: WebhookURL
    let headers: [(String, String)]
    let body: [UInt8]
    let answerBytesMax: Int
    let timeout: TimeAmount
    let tls: NIOSSLContext

    /// Tries the addresses in turn until one takes the connection.
    func send(to addresses: [SocketAddress], on loop: any EventLoop) -> EventLoopFuture<
        AttemptResult
    > {
        let promise = loop.makePromise(of: AttemptResult.self)
        let exchange = NIOLoopBound(Exchange(promise, isSecure: url.isSecure), eventLoop: loop)
        loop.scheduleTask(in: timeout) {
            exchange.value.end(.failed(AttemptFault(.timeout, "no whole answer in time")))
        }.cancelled(with: promise.futureResult)
        connect(addresses[...], exchange, on: loop)
        return promise.futureResult
    }

    private func connect(
        _ addresses: ArraySlice<SocketAddress>, _ exchange: NIOLoopBound<Exchange>,
        on loop: any EventLoop
    ) {
        guard let address = addresses.first else {
            return exchange.value.end(
                .failed(AttemptFault(.connection, "nobody takes the connection")))
        }
        ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // What is read is thrown away: little at a time is enough.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try set(up: channel, exchange.value) }
            }
            .connect(to: address)
            .whenFailure { _ in
                // As long as nobody was reached, nothing was sent.
                guard !exchange.value.hasBegun else { return }
                connect(addresses.dropFirst(), exchange, on: loop)
            }
    }

    private func set(up channel: any Channel, _ exchange: Exchange) throws {
        let pipeline = channel.pipeline.syncOperations
        if url.isSecure {
            // An address is verified as such, and is no name to ask for.
            let name = url.address == nil ? url.host : nil
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
        }
        try pipeline.addHandler(AnswerBound(bytesMax: answerBytesMax, exchange))
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(AnswerHandler(head: head, body: body, exchange))
    }

    private var head: HTTPRequestHead {
        var fields = HTTPHeaders([("Host", url.hostHeader), ("Connection", "close")])
        for (name, value) in headers { fields.add(name: name, value: value) }
        fields.add(name: "Content-Length", value: "\(body.count)")
        return HTTPRequestHead(
            version: .http1_1, method: .POST, uri: url.target, headers: fields)
    }
}

extension Scheduled where T == Void {
    /// A timer that is not needed once something has come about.
    fileprivate func cancelled(with future: EventLoopFuture<AttemptResult>) {
        future.whenComplete { _ in cancel() }
    }
}

/// What the parts of one attempt share: how it has gone so far, and who waits for that. Lives on its
/// channel's event loop.
private final class Exchange {
    private var promise: EventLoopPromise<AttemptResult>?
    let isSecure: Bool
    /// The connection stands: nobody else is tried.
    var hasBegun = false
    var status: Int?
    var retryAfter: Milliseconds?
    /// What to close at the end.
    weak var channel: (any Channel)?

    init(_ promise: EventLoopPromise<AttemptResult>, isSecure: Bool) {
        self.promise = promise
        self.isSecure = isSecure
    }

    func end(_ result: AttemptResult) {
        hasBegun = true
        guard let promise else { return }
        self.promise = nil
        channel?.close(promise: nil)
        promise.succeed(result)
    }

    /// The answer has been said, as far as anybody listens.
    func endWithStatus() {
        guard let status else {
            return end(.failed(AttemptFault(.malformed, "an answer without a status")))
        }
        end(
            (200..<300).contains(status)
                ? .delivered : .failed(AttemptFault(status: status, retryAfter: retryAfter)))
    }
}

/// Counts what a receiver sends, before anything is made of it: heads and bodies without end.
private final class AnswerBound: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var bytesLeft: Int
    private let exchange: Exchange

    init(bytesMax: Int, _ exchange: Exchange) {
        bytesLeft = bytesMax
        self.exchange = exchange
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytesLeft -= unwrapInboundIn(data).readableBytes
        guard bytesLeft < 0 else { return context.fireChannelRead(data) }
        // A status that came before all of that counts.
        guard exchange.status == nil else { return exchange.endWithStatus() }
        exchange.end(.failed(AttemptFault(.malformed, "the answer's head has no end")))
    }
}

/// Sends the request and looks at the status.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let body: [UInt8]
    private let exchange: Exchange

    init(head: HTTPRequestHead, body: [UInt8], _ exchange: Exchange) {
        self.head = head
        self.body = body
        self.exchange = exchange
    }

    func handlerAdded(context: ChannelHandlerContext) { exchange.channel = context.channel }

    func channelActive(context: ChannelHandlerContext) {
        exchange.hasBegun = true
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let buffer = context.channel.allocator.buffer(bytes: body)
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            exchange.status = Int(head.status.code)
            exchange.retryAfter = head.headers.first(name: "Retry-After").flatMap(Self.seconds)
        case .body: break
        case .end:
            // 100 Continue and its like come before the answer.
            guard let status = exchange.status, status >= 200 else { return exchange.status = nil }
            exchange.endWithStatus()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange.end(
            .failed(AttemptFault(.cut, "the connection ended before the answer did")))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A connection that broke off, said by TLS; it goes at once.
        guard error as? NIOSSLError != .uncleanShutdown else { return }
        exchange.end(.failed(fault(for: error)))
    }

    private func fault(for error: any Error) -> AttemptFault {
        switch error {
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            AttemptFault(.connection, "no TLS could be agreed on: \(Self.words(error))")
        case is IOError: AttemptFault(.cut, "the connection was reset")
        case HTTPParserError.invalidEOFState:
            AttemptFault(.cut, "the connection ended before the answer did")
        default: AttemptFault(.malformed, "the answer is no HTTP")
        }
    }

    private static func words(_ error: any Error) -> String {
        let words = "\(error)"
        if words.contains("CERTIFICATE_VERIFY_FAILED") { return "nobody vouches for the receiver" }
        if words.contains("HOSTNAME") || words.lowercased().contains("hostname") {
            return "the certificate is for another host"
        }
        return "the handshake failed"
    }

    /// Whole seconds; a date is not read, as our clock and the receiver's need not agree.
    private static func seconds(_ text: String) -> Milliseconds? {
        guard let seconds = Int64(text), (0...86_400).contains(seconds) else { return nil }
        return seconds * 1000
    }
}

@available(*, unavailable)
extension Exchange: Sendable {}

@available(*, unavailable)
extension AnswerBound: Sendable {}

@available(*, unavailable)
extension AnswerHandler: Sendable {}
