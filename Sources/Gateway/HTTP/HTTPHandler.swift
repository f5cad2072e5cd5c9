import NIOCore
import NIOHTTP1

/// What answers requests, whoever brings them.
protocol HTTPResponder: Sendable {
    /// How many bytes the body of that request may have. Called on an event loop.
    func bodyBytesMax(of head: HTTPRequestHead, target: RequestTarget, isLocal: Bool) -> Int
    func respond(to request: HTTPRequest) async -> HTTPAnswer
}

/// A connection's HTTP: brings each request to the responder, one at a time, and writes the answers
/// in their order. Holds no rule: the collector knows what a request is, the responder what it
/// means.
///
/// Stands after NIO's HTTP handlers, with its pipelining assistance and without its error handling.
/// Goes when the connection becomes something else: a WebSocket, or a stream.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let responder: any HTTPResponder
    private let statistics: GatewayStatistics
    private let limits: GatewayLimits
    private let visitor: Visitor
    private let isLocal: Bool
    private var collector: RequestCollector
    private var deadline: Scheduled<Void>?
    /// The answer that the client waits for, when it comes later.
    private var pending: (any PendingAnswer)?
    /// Whether a request's head is awaited, rather than that one begins.
    private var awaitsHead = false
    /// Whether something came out of the bytes that are being read.
    private var partsCame = false
    private var isCounted = false
    /// The server stops, and NIO's handlers are no longer there to see to that.
    private var isQuiescing = false

    /// - Parameters:
    ///   - isLocal: the connection came in over the Unix domain socket.
    ///   - visitor: whose it is.
    init(
        responder: any HTTPResponder, statistics: GatewayStatistics, isLocal: Bool,
        visitor: Visitor, limits: GatewayLimits
    ) {
        self.responder = responder
        self.statistics = statistics
        self.limits = limits
        self.visitor = visitor
        self.isLocal = isLocal
        collector = RequestCollector(limits: limits, isLocal: isLocal)
    }

    // MARK: - The connection

    func handlerAdded(context: ChannelHandlerContext) {
        isCounted = true
        statistics.httpConnectionOpened()
        expectHead(context: context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        collector.finish()
        deadline?.cancel()
        deadline = nil
        pending?.cancel()
        pending = nil
        guard isCounted else { return }
        isCounted = false
        statistics.httpConnectionClosed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed, !collector.lastRequestCame() {
            context.close(promise: nil)
        }
        if event is ChannelShouldQuiesceEvent { isQuiescing = true }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError:
            if error == .headerOverflow { statistics.reached(.head) }
            perform(collector.receive(error: error), context: context)
        case is IOError, is ChannelError:
            collector.finish()
            context.close(promise: nil)
        default:
            // A refused upgrade: its request comes here next, and is told why.
            break
        }
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partsCame = true
        switch unwrapInboundIn(data) {
        case .head(let head):
            if collector.isIdle {
                awaitsHead = false
                expire(in: limits.requestSecondsMax, context: context)
            }
            let action = collector.receive(head: head) { target in
                responder.bodyBytesMax(of: head, target: target, isLocal: isLocal)
            }
            perform(action, context: context)
        case .body(let part): perform(collector.receive(body: part), context: context)
        case .end: perform(collector.receiveEnd(), context: context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes that made no part of a request: its head has begun.
        if !partsCame, collector.isIdle, !awaitsHead { expectHead(context: context) }
        partsCame = false
        context.fireChannelReadComplete()
    }

    private func perform(_ action: RequestCollector.Action, context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .sendContinue:
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        case .answer(let request): answer(request, context: context)
        case .refuse(let failure, let isAdministration):
            write(
                isAdministration ? failure.administrationResponse : failure.response,
                keepsAlive: false, context: context)
        }
    }

    private func answer(_ request: HTTPRequest, context: ChannelHandlerContext) {
        deadline?.cancel()
        var request = request
        request.isFromHere =
            isLocal || visitor.isFromHere && !request.headers.comeFromProxy
        let loop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: loop)
        if let response = visitor.refusal(of: request.head) {
            // Later, like any other answer: what is pipelined behind would be answered within it.
            return loop.execute {
                let (handler, context) = bound.value
                handler.finish(response, context: context)
            }
        }
        Task { [responder, request] in
            let answer = await responder.respond(to: request)
            loop.execute {
                let (handler, context) = bound.value
                handler.take(answer, context: context)
            }
        }
    }

    // MARK: - Answers

    private func take(_ answer: HTTPAnswer, context: ChannelHandlerContext) {
        guard collector.isAnswering else { return }
        switch answer {
        case .response(let response): finish(response, context: context)
        case .later(let answer): wait(for: answer, context: context)
        case .stream(let stream): begin(stream, context: context)
        }
    }

    private func wait(for answer: any LateAnswer, context: ChannelHandlerContext) {
        let beginning = answer.begin(on: context.eventLoop) { response in
            self.pending = nil
            self.finish(response, context: context)
        }
        switch beginning {
        case .over(let response): finish(response, context: context)
        case .waiting(let pending): self.pending = pending
        }
    }

    private func finish(_ response: HTTPResponse, context: ChannelHandlerContext) {
        guard collector.isAnswering else { return }
        // First of all: what was pipelined behind comes in while the answer is being written.
        let keepsAlive = collector.answered(closing: response.closesConnection)
        if keepsAlive { expire(in: limits.requestSecondsMax, context: context) }
        write(response, keepsAlive: keepsAlive, context: context)
    }

    private func write(
        _ response: HTTPResponse, keepsAlive: Bool, context: ChannelHandlerContext
    ) {
        let isHead = collector.isHead
        var headers = response.headers
        // A 304 speaks of an answer that it does not hold: any length would be that one's.
        if response.status != .notModified {
            headers.replaceOrAdd(name: "Content-Length", value: "\(response.body.readableBytes)")
        }
        if keepsAlive, collector.version == .http1_0 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        writeHead(
            HTTPResponseHead(version: .http1_1, status: response.status, headers: headers),
            keepsAlive: keepsAlive, context: context)
        if !isHead, response.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if !keepsAlive { linger(context: context) }
    }

    /// Writes a head, with what every answer carries.
    private func writeHead(
        _ head: HTTPResponseHead, keepsAlive: Bool, context: ChannelHandlerContext
    ) {
        statistics.requestAnswered(status: Int(head.status.code))
        var head = head
        head.headers.replaceOrAdd(name: "X-Content-Type-Options", value: "nosniff")
        if !head.headers.contains(name: "Cache-Control") {
            head.headers.add(name: "Cache-Control", value: "no-store")
        }
        if !keepsAlive { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Writes the head, and leaves the connection to the stream.
    private func begin(_ stream: any HTTPStream, context: ChannelHandlerContext) {
        // Whatever was sent behind the request is never answered.
        _ = collector.answered(closing: true)
        let isChunked = collector.version != .http1_0
        var headers = stream.headers
        if isChunked { headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked") }
        writeHead(
            HTTPResponseHead(
                version: isChunked ? .http1_1 : .http1_0, status: .ok, headers: headers),
            keepsAlive: false, context: context)
        context.flush()
        // No end: what NIO's encoder would write for it is part of a body.
        if collector.isHead { return linger(context: context) }
        do {
            let pipeline = context.pipeline.syncOperations
            try HTTPStreaming.freeOutbound(of: pipeline)
            try pipeline.addHandler(
                stream.makeHandler(on: context.eventLoop, isChunked: isChunked),
                position: .after(self))
        } catch {
            // The connection broke while the head was written.
            return context.close(promise: nil)
        }
        if isQuiescing { context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    // MARK: - Time

    private func expectHead(context: ChannelHandlerContext) {
        awaitsHead = true
        expire(in: limits.requestHeadSecondsMax, context: context)
    }

    private func expire(in seconds: Int, context: ChannelHandlerContext) {
        deadline?.cancel()
        let delay = TimeAmount.seconds(Int64(seconds))
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.requestDidNotCome(context: context)
        }
    }

    private func requestDidNotCome(context: ChannelHandlerContext) {
        guard collector.isCollecting else {
            if awaitsHead { statistics.reached(.requestHead) }
            collector.finish()
            return context.close(promise: nil)
        }
        statistics.reached(.requestBody)
        collector.finish()
        let failure = HTTPFailure.malformed(
            "The request did not come in time.", status: .requestTimeout)
        write(failure.response, keepsAlive: false, context: context)
    }

    /// Ends our side first and reads away what still comes: a full close with unread bytes would
    /// reset the connection, and the peer might never see the answer.
    private func linger(context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = context.loopBound
        context.close(mode: .output).whenFailure { _ in bound.value.close(promise: nil) }
        let delay = TimeAmount.seconds(Int64(limits.lingerSecondsMax))
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            context.close(promise: nil)
        }
    }
}

extension HTTPHeaders {
    /// Whether a proxy says that it brings the request for somebody else.
    fileprivate var comeFromProxy: Bool {
        ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].contains { contains(name: $0) }
    }
}

@available(*, unavailable)
extension HTTPHandler: Sendable {}
