import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Gateway

@Suite("An answer without an end", .timeLimit(.minutes(1)))
struct HTTPStreamTests {
    private static let request = "GET /a HTTP/1.1\nHost: a\n\n"

    @Test("has a head, in chunks, and then what the stream writes, byte for byte")
    func takesOver() async throws {
        let stream = ProbeStream()
        let probe = try await HTTPProbe(StreamResponder(stream))
        try await probe.send(Self.request)
        let text = try await probe.text(endingWith: "first")
        let sides = text.components(separatedBy: "\r\n\r\n")
        #expect(sides[0].hasPrefix("HTTP/1.1 200 OK\r\n"))
        for line in [
            "Content-Type: text/probe", "transfer-encoding: chunked", "Connection: close",
            "Cache-Control: no-store", "X-Content-Type-Options: nosniff",
        ] {
            #expect(sides[0].components(separatedBy: "\r\n").contains(line))
        }
        #expect(!sides[0].contains("Content-Length"))
        #expect(sides[1...] == ["first"])
        try await probe.channel.writeAndFlush(ByteBuffer(string: "second"))
        #expect(try await probe.text(endingWith: "second") == "second")
        #expect(probe.statistics.requests.value(.success) == 1)
        #expect(probe.statistics.connections.value(.http) == 0)
        #expect(stream.isChunked == true)
    }

    @Test("is not in chunks for HTTP/1.0, and ends with the connection")
    func version10() async throws {
        let stream = ProbeStream()
        let probe = try await HTTPProbe(StreamResponder(stream))
        try await probe.send("GET /a HTTP/1.0\n\n")
        let text = try await probe.text(endingWith: "first")
        #expect(text.hasPrefix("HTTP/1.0 200 OK\r\n"))
        #expect(!text.contains("chunked"))
        #expect(text.hasSuffix("\r\n\r\nfirst"))
        #expect(stream.isChunked == false)
    }

    @Test("is only a head for HEAD, and then the connection ends")
    func head() async throws {
        let stream = ProbeStream()
        let probe = try await HTTPProbe(StreamResponder(stream))
        try await probe.send("HEAD /a HTTP/1.1\nHost: a\n\n")
        let text = try await probe.text(endingWith: "\r\n\r\n")
        #expect(text.contains("Content-Type: text/probe"))
        try await probe.waitForClose()
        #expect(try await probe.channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(stream.isChunked == nil)
    }

    @Test("is the last one: what was sent behind its request is never answered")
    func pipelined() async throws {
        let stream = ProbeStream()
        let probe = try await HTTPProbe(StreamResponder(stream))
        try await probe.send(Self.request + "GET /b HTTP/1.1\nHost: a\n\nBREW / HTTP/1.1\n\n")
        let text = try await probe.text(endingWith: "first")
        #expect(text.components(separatedBy: "HTTP/1.1 ").count == 2)
        try await probe.sendRaw("and more")
        await probe.channel.testingEventLoop.run()
        #expect(try await probe.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test("comes as well after a request that wants another protocol, with bytes behind it")
    func upgrade() async throws {
        let probe = try await HTTPProbe(StreamResponder(ProbeStream()))
        try await probe.send(
            "GET /a HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: h2c\n\nanything at all")
        #expect(try await probe.text(endingWith: "first").hasPrefix("HTTP/1.1 200 OK"))
        try await probe.sendRaw("and more")
        #expect(probe.channel.isActive)
    }

    @Test("hears that the server stops, whether that was before it began or after")
    func quiescing() async throws {
        let early = ProbeStream()
        let responder = StreamResponder(early, isHeld: true)
        let probe = try await HTTPProbe(responder)
        try await probe.send(Self.request)
        await responder.waitForRequest()
        try await probe.quiesce()
        #expect(early.hasQuiesced == false)
        responder.release()
        _ = try await probe.text(endingWith: "first")
        #expect(early.hasQuiesced == true)

        let late = ProbeStream()
        let other = try await HTTPProbe(StreamResponder(late))
        try await other.send(Self.request)
        _ = try await other.text(endingWith: "first")
        #expect(late.hasQuiesced == false)
        try await other.quiesce()
        #expect(late.hasQuiesced == true)
    }

    @Test("does not begin for a client that has gone meanwhile")
    func goneBefore() async throws {
        let stream = ProbeStream()
        let responder = StreamResponder(stream, isHeld: true)
        let probe = try await HTTPProbe(responder)
        try await probe.send(Self.request)
        await responder.waitForRequest()
        try await probe.channel.close()
        responder.release()
        await probe.channel.testingEventLoop.run()
        #expect(stream.isChunked == nil)
    }
}

@Suite("An answer that comes later", .timeLimit(.minutes(1)))
struct LateAnswerTests {
    private static let request = "GET /a HTTP/1.1\nHost: a\n\n"

    @Test("is written when it comes, and the connection goes on")
    func comesLater() async throws {
        let answer = ProbeLateAnswer()
        let probe = try await HTTPProbe(LateResponder(answer))
        for word in ["one", "two"] {
            try await probe.send(Self.request)
            await answer.waitForBeginning()
            await probe.advance(by: .minutes(5))
            try await probe.channel.testingEventLoop.executeInContext { answer.say(word) }
            let response = try await probe.receive()[0]
            #expect(response.body == word)
            #expect(!response.closes)
        }
        #expect(answer.cancelled == 0)
    }

    @Test("that is there at once is written at once")
    func isOver() async throws {
        let answer = ProbeLateAnswer(word: "now")
        let probe = try await HTTPProbe(LateResponder(answer))
        for _ in 1...2 { #expect(try await probe.exchange(Self.request).body == "now") }
    }

    @Test("is no longer waited for when the client has gone")
    func goesAway() async throws {
        let answer = ProbeLateAnswer()
        let probe = try await HTTPProbe(LateResponder(answer))
        try await probe.send(Self.request)
        await answer.waitForBeginning()
        try await probe.channel.close()
        #expect(answer.cancelled == 1)
    }

    @Test("may be a 304, which has neither a body nor a length")
    func notModified() async throws {
        let answer = ProbeLateAnswer(word: "", status: .notModified)
        let probe = try await HTTPProbe(LateResponder(answer))
        let response = try await probe.exchange(Self.request)
        #expect(response.status == 304)
        #expect(response.headers["Content-Length"] == [])
        #expect(response.headers["Transfer-Encoding"] == [])
        #expect(!response.closes)
        #expect(try await probe.exchange(Self.request).status == 304)
    }
}

// MARK: - What answers

/// Answers everything with one stream, when it may.
private final class StreamResponder: HTTPResponder {
    private let stream: ProbeStream
    private let gate: Gate?
    private let arrivals = Gate()

    init(_ stream: ProbeStream, isHeld: Bool = false) {
        self.stream = stream
        gate = isHeld ? Gate() : nil
    }

    func bodyBytesMax(of head: HTTPRequestHead, target: RequestTarget, isLocal: Bool) -> Int { 0 }

    func respond(to request: HTTPRequest) async -> HTTPAnswer {
        arrivals.open()
        await gate?.pass()
        return .stream(stream)
    }

    func waitForRequest() async { await arrivals.pass() }

    func release() { gate?.open() }
}

/// Says `first`, and then nothing by itself.
private final class ProbeStream: HTTPStream {
    private struct State {
        var isChunked: Bool?
        var hasQuiesced = false
    }

    private let state = Mutex(State())
    let headers: HTTPHeaders = ["Content-Type": "text/probe"]

    /// Nil before it has begun.
    var isChunked: Bool? { state.withLock { $0.isChunked } }
    var hasQuiesced: Bool { state.withLock { $0.hasQuiesced } }

    func makeHandler(on loop: any EventLoop, isChunked: Bool) -> any ChannelHandler {
        state.withLock { $0.isChunked = isChunked }
        return Handler(stream: self)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer
        let stream: ProbeStream

        init(stream: ProbeStream) { self.stream = stream }

        func handlerAdded(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "first")), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is ChannelShouldQuiesceEvent {
                stream.state.withLock { $0.hasQuiesced = true }
            }
        }
    }
}

private struct LateResponder: HTTPResponder {
    let answer: ProbeLateAnswer

    init(_ answer: ProbeLateAnswer) { self.answer = answer }

    func bodyBytesMax(of head: HTTPRequestHead, target: RequestTarget, isLocal: Bool) -> Int { 0 }

    func respond(to request: HTTPRequest) async -> HTTPAnswer { .later(answer) }
}

/// Has its word at once, or when the test says it. The test's event loop is the only one that says
/// anything, which is what makes the box in here safe.
private final class ProbeLateAnswer: LateAnswer {
    private final class Wait: PendingAnswer {
        let answer: (HTTPResponse) -> Void
        let onCancel: () -> Void

        init(answer: @escaping (HTTPResponse) -> Void, onCancel: @escaping () -> Void) {
            self.answer = answer
            self.onCancel = onCancel
        }

        func cancel() { onCancel() }
    }

    private let word: String?
    private let status: HTTPResponseStatus
    private let waits = Mutex<[NIOLoopBound<Wait>]>([])
    private let cancellations = Atomic(0)
    private let beginnings = Gate()

    init(word: String? = nil, status: HTTPResponseStatus = .ok) {
        self.word = word
        self.status = status
    }

    var cancelled: Int { cancellations.load(ordering: .relaxed) }

    func begin(
        on loop: any EventLoop, _ answer: @escaping (HTTPResponse) -> Void
    ) -> LateBeginning {
        if let word { return .over(response(word)) }
        let wait = Wait(answer: answer) { self.cancellations.add(1, ordering: .relaxed) }
        let bound = NIOLoopBound(wait, eventLoop: loop)
        waits.withLock { $0.append(bound) }
        beginnings.open()
        return .waiting(wait)
    }

    func waitForBeginning() async { await beginnings.pass() }

    /// Call it on the connection's event loop.
    func say(_ word: String) {
        waits.withLock { $0.removeFirst() }.value.answer(response(word))
    }

    private func response(_ word: String) -> HTTPResponse {
        HTTPResponse(status, type: "text/plain", body: ByteBuffer(string: word))
    }
}

/// Lets one through for each time that it is opened.
final class Gate: Sendable {
    private struct State {
        var openings = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.openings += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                guard state.openings > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.openings -= 1
                return true
            }
            if isOpen { continuation.resume() }
        }
    }
}
