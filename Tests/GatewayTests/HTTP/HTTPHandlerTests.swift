import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Gateway

@Suite("A connection's HTTP", .timeLimit(.minutes(5)))
struct HTTPHandlerTests {
    @Test("A request is answered, and the connection stays open for the next one")
    func keepsAlive() async throws {
        let probe = try await HTTPProbe()
        for number in 1...3 {
            let response = try await probe.exchange("GET /\(number) HTTP/1.1\nHost: a\n\n")
            #expect(response.status == 200)
            #expect(response.body == "GET /\(number) ")
            #expect(!response.closes)
        }
    }

    @Test("What every answer carries")
    func commonHeaders() async throws {
        let response = try await HTTPProbe().exchange("GET / HTTP/1.1\nHost: a\n\n")
        #expect(response.headers["X-Content-Type-Options"] == ["nosniff"])
        #expect(response.headers["Cache-Control"] == ["no-store"])
        #expect(response.headers["Content-Length"] == ["6"])
    }

    @Test("Pipelined requests are answered one at a time, in their order")
    func pipelining() async throws {
        let responder = HeldResponder()
        let probe = try await HTTPProbe(responder)
        try await probe.send(
            "GET /1 HTTP/1.1\nHost: a\n\nGET /2 HTTP/1.1\nHost: a\n\nGET /3 HTTP/1.1\nHost: a\n\n")
        for number in 1...3 {
            #expect(await responder.waitForRequest() == "\(number)")
            #expect(responder.waiting == 1)
            responder.release()
            #expect(try await probe.receive()[0].body == "\(number)")
        }
    }

    @Test("HEAD gets the headers of GET and no body")
    func head() async throws {
        let probe = try await HTTPProbe()
        let response = try await probe.exchange("HEAD /a HTTP/1.1\nHost: a\n\n", isHead: true)
        #expect(response.headers["Content-Length"] == ["8"])
        // The next answer begins right after the empty line.
        let next = try await probe.exchange("GET /b HTTP/1.1\nHost: a\n\n")
        #expect(next.body == "GET /b ")
    }

    @Test("A client that waits for it is told to go on with its body")
    func continues() async throws {
        let probe = try await HTTPProbe()
        try await probe.send(
            "POST / HTTP/1.1\nHost: a\nContent-Length: 5\nExpect: 100-continue\n\n")
        #expect(try await probe.receive()[0].status == 100)
        let response = try await probe.exchange("hello")
        #expect(response.body == "POST / hello")
    }

    @Test("A body that is announced as too large is refused before it comes, without a 100")
    func refusesEarly() async throws {
        let probe = try await HTTPProbe()
        let response = try await probe.exchange(
            "POST / HTTP/1.1\nHost: a\nContent-Length: 1001\nExpect: 100-continue\n\n")
        #expect(response.status == 413)
        #expect(response.closes)
        try await probe.waitForClose()
    }

    @Test("A chunked body is taken up to the bound, and refused beyond it")
    func chunked() async throws {
        let head = "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n"
        let probe = try await HTTPProbe(EchoResponder(bytesMax: 6))
        let response = try await probe.exchange(head + "3\nabc\n3\ndef\n0\n\n")
        #expect(response.body == "POST / abcdef")
        let refused = try await probe.exchange(head + "3\nabc\n4\ndefg\n0\n\n")
        #expect(refused.status == 413)
        #expect(refused.closes)
    }

    @Test("A body that comes byte by byte is put together")
    func dribbles() async throws {
        let probe = try await HTTPProbe()
        for byte in "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" {
            try await probe.sendRaw(String(byte))
        }
        #expect(try await probe.receive()[0].body == "POST / abc")
    }

    @Test("HTTP/1.0 closes, unless the client asks otherwise")
    func version10() async throws {
        let closing = try await HTTPProbe().exchange("GET / HTTP/1.0\n\n")
        #expect(closing.closes)
        let probe = try await HTTPProbe()
        let staying = try await probe.exchange("GET / HTTP/1.0\nConnection: keep-alive\n\n")
        #expect(staying.headers["Connection"] == ["keep-alive"])
        #expect(try await probe.exchange("GET /2 HTTP/1.0\n\n").body == "GET /2 ")
    }

    @Test("A client that asks to close is obeyed")
    func closes() async throws {
        let probe = try await HTTPProbe()
        let response = try await probe.exchange("GET / HTTP/1.1\nHost: a\nConnection: close\n\n")
        #expect(response.status == 200)
        #expect(response.closes)
        try await probe.waitForClose()
    }

    @Test("After a request for another protocol nothing more is read")
    func upgradeIsTheLast() async throws {
        let probe = try await HTTPProbe()
        let response = try await probe.exchange(
            "GET / HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: h2c\n\n")
        #expect(response.status == 200)
        #expect(response.closes)
        try await probe.waitForClose()
    }

    @Test("A connection that sends nothing is closed after its time, without a word")
    func idle() async throws {
        let probe = try await HTTPProbe(limits: GatewayLimits())
        await probe.advance(by: .seconds(4))
        #expect(probe.channel.isActive)
        await probe.advance(by: .seconds(1))
        try await probe.waitForClose()
        #expect(probe.statistics.limitsReached.value(.requestHead) == 1)
    }

    @Test("A head that comes a byte at a time has to be whole in time")
    func slowHead() async throws {
        let probe = try await HTTPProbe(limits: GatewayLimits())
        for byte in "GET /".utf8 {
            #expect(probe.channel.isActive)
            try await probe.sendRaw(String(UnicodeScalar(byte)))
            await probe.advance(by: .seconds(1))
        }
        try await probe.waitForClose()
    }

    @Test("Between requests a connection may be idle for longer than a head may take")
    func keptAlive() async throws {
        let probe = try await HTTPProbe(limits: GatewayLimits())
        _ = try await probe.exchange("GET /1 HTTP/1.1\nHost: a\n\n")
        await probe.advance(by: .seconds(29))
        #expect(probe.channel.isActive)
        // From its first byte on the next head has its five seconds.
        try await probe.sendRaw("G")
        await probe.advance(by: .seconds(4))
        #expect(try await probe.exchange("ET /2 HTTP/1.1\nHost: a\n\n").body == "GET /2 ")
        await probe.advance(by: .seconds(10))
        try await probe.sendRaw("GE")
        await probe.advance(by: .seconds(4))
        #expect(probe.channel.isActive)
        await probe.advance(by: .seconds(1))
        try await probe.waitForClose()
    }

    @Test("A request that comes a byte at a time has to be whole in time")
    func slow() async throws {
        let probe = try await HTTPProbe()
        try await probe.send("POST / HTTP/1.1\nHost: a\nContent-Length: 9\n\n")
        for _ in 0..<4 {
            try await probe.sendRaw("x")
            await probe.advance(by: .seconds(8))
        }
        #expect(try await probe.receive()[0].status == 408)
        try await probe.waitForClose()
    }

    @Test("A request that takes long to answer is not cut off")
    func slowAnswer() async throws {
        let responder = HeldResponder()
        let probe = try await HTTPProbe(responder)
        try await probe.send("GET /1 HTTP/1.1\nHost: a\n\n")
        _ = await responder.waitForRequest()
        await probe.advance(by: .minutes(5))
        responder.release()
        #expect(try await probe.receive()[0].status == 200)
    }

    @Test("A client that has gone away costs nothing but its answer")
    func goesAway() async throws {
        let responder = HeldResponder()
        let probe = try await HTTPProbe(responder)
        try await probe.send("GET /1 HTTP/1.1\nHost: a\n\n")
        _ = await responder.waitForRequest()
        #expect(probe.statistics.connections.value(.http) == 1)
        try await probe.channel.close()
        responder.release()
        await probe.channel.testingEventLoop.run()
        #expect(probe.statistics.connections.value(.http) == 0)
        #expect(probe.statistics.connectionsOpened.value(.http) == 1)
    }

    @Test("A client that has said all it will is answered, and then the connection ends")
    func halfClosed() async throws {
        let responder = HeldResponder()
        let probe = try await HTTPProbe(responder)
        try await probe.send("GET /1 HTTP/1.1\nHost: a\n\n")
        _ = await responder.waitForRequest()
        probe.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        await probe.channel.testingEventLoop.run()
        responder.release()
        let response = try await probe.receive()[0]
        #expect(response.body == "1")
        #expect(response.closes)
        try await probe.waitForClose()
    }

    @Test("A client that says nothing more before its request is whole is not waited for")
    func halfClosedEarly() async throws {
        let probe = try await HTTPProbe()
        try await probe.send("GET /1 HTTP/1.1\n")
        probe.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        try await probe.waitForClose()
    }

    @Test("A pipelined request after a malformed one is never read")
    func nothingAfterMalformed() async throws {
        let probe = try await HTTPProbe()
        try await probe.send("GET /1 HTTP/1.1\nHost: a\n\nBREW / HTTP/1.1\n\nGET /3 HTTP/1.1\n\n")
        let responses = try await probe.receive(2)
        #expect(responses.map(\.status) == [200, 400])
        try await probe.waitForClose()
    }

    @Test("Only the Unix socket's connections are local")
    func local() async throws {
        let request = "GET / HTTP/1.1\nHost: a\n\n"
        #expect(try await HTTPProbe(isLocal: true).exchange(request).body.hasSuffix("local"))
        #expect(try await !HTTPProbe().exchange(request).body.hasSuffix("local"))
    }
}

/// Answers when the test says so, with the request's path.
final class HeldResponder: HTTPResponder {
    private struct State {
        var held: [CheckedContinuation<Void, Never>] = []
        var seen: [String] = []
        var watcher: CheckedContinuation<String, Never>?
    }

    private let state = Mutex(State())

    var waiting: Int { state.withLock { $0.held.count } }

    /// The next request's path.
    func waitForRequest() async -> String {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                if state.seen.isEmpty {
                    state.watcher = continuation
                } else {
                    continuation.resume(returning: state.seen.removeFirst())
                }
            }
        }
    }

    func release() { state.withLock { $0.held.removeFirst() }.resume() }

    func bodyBytesMax(of head: HTTPRequestHead, target: RequestTarget, isLocal: Bool) -> Int { 0 }

    func respond(to request: HTTPRequest) async -> HTTPAnswer {
        let path = request.target.path[0]
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.held.append(continuation)
                if let watcher = state.watcher {
                    state.watcher = nil
                    watcher.resume(returning: path)
                } else {
                    state.seen.append(path)
                }
            }
        }
        return .response(HTTPResponse(type: "text/plain", body: ByteBuffer(string: path)))
    }
}
