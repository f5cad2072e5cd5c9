import AuctionRules
import GavelClient
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(5))) struct GavelConnectionTests {
    @Test func upgradeSaysWhoAndWhence() async throws {
        let peer = try await Peer.start()
        var options = GavelConnection.Options.patient
        options.token = "secret"
        options.origin = "https://gavel.example"
        async let connecting = GavelConnection.connect(to: peer.endpoint, options: options)
        let server = try await peer.accept()
        #expect(server.headers["Authorization"] == ["Bearer secret"])
        #expect(server.headers["Origin"] == ["https://gavel.example"])
        #expect(server.headers["Sec-WebSocket-Protocol"] == ["gavel.v1.json"])
        #expect(server.headers["Host"] == [String(peer.endpoint.description.dropFirst(7))])
        let connection = try await connecting
        await finish(connection, peer)
    }

    @Test func repliesFindTheirRequests() async throws {
        let (peer, connection, server) = try await connected()
        async let time = connection.request(.time(ClientTime(5)))
        let first = try #require(try await server.receive())
        async let bid = connection.request(.bid(Make.bid()))
        let second = try #require(try await server.receive())
        server.send(Make.price(1))
        server.send(Make.accepted(), ref: second.ref)
        server.send(
            .time(.init(clientTime: ClientTime(5), serverTime: .init(milliseconds: 9))),
            ref: first.ref)
        #expect(try await time.message.type == "time")
        #expect(try await bid.message == Make.accepted())
        #expect(try await connection.messages.first { _ in true }?.message == Make.price(1))
        await finish(connection, peer)
    }

    @Test func protocolBuffersAreSpokenBothWays() async throws {
        let peer = try await Peer.start()
        var options = GavelConnection.Options.patient
        options.encoding = .protobuf
        async let connecting = GavelConnection.connect(to: peer.endpoint, options: options)
        let server = try await peer.accept()
        #expect(server.headers["Sec-WebSocket-Protocol"] == ["gavel.v1.proto"])
        let connection = try await connecting
        async let time = connection.request(.time(ClientTime(5)))
        let asked = try #require(await server.frames.next())
        #expect(asked.opcode == .binary)
        let question = try ClientFrame.decode(
            asked.unmaskedData.readableBytesView, as: .protobuf)
        #expect(question.message == .time(ClientTime(5)))
        let answer = ServerMessage.time(
            .init(clientTime: ClientTime(5), serverTime: .init(milliseconds: 9)))
        server.send(
            text: ServerFrame(answer, ref: question.ref).encoded(as: .protobuf),
            opcode: .binary)
        #expect(try await time.message == answer)
        server.send(text: ServerFrame(answer).encoded(as: .json))
        #expect(await connection.closed().fault == "a text frame")
        await peer.stop()
    }

    @Test func messagesSentAtOnceWithTheUpgradeAreKept() async throws {
        let (peer, connection, server) = try await connected()
        server.welcome()
        let frame = try await connection.messages.first { _ in true }
        #expect(frame?.message.type == "welcome")
        await finish(connection, peer)
    }

    @Test func pingIsAnswered() async throws {
        let (peer, connection, server) = try await connected()
        server.send(text: Array("abc".utf8), opcode: .ping)
        while let frame = await server.frames.next() {
            guard frame.opcode == .pong else { continue }
            #expect(String(buffer: frame.unmaskedData) == "abc")
            break
        }
        await finish(connection, peer)
    }

    @Test func fragmentsAreOneMessage() async throws {
        let (peer, connection, server) = try await connected()
        let bytes = ServerFrame(Make.price(1)).encoded()
        server.send(text: Array(bytes.prefix(20)), isFinal: false)
        server.send(text: [], opcode: .ping)
        server.send(text: Array(bytes.dropFirst(20)), opcode: .continuation)
        #expect(try await connection.messages.first { _ in true }?.message == Make.price(1))
        await finish(connection, peer)
    }

    @Test func closeSaysWhyAndWhetherToComeBack() async throws {
        let (peer, connection, server) = try await connected()
        let reply = Task { try await connection.request(.time(ClientTime(1))) }
        _ = try await server.receive()
        server.close(.draining, wait: 5, jitter: 6)
        let reason = await connection.closed()
        #expect(reason.code == .draining)
        #expect(reason.text == "bye")
        #expect(reason.bye == .init(.draining, wait: 5, jitter: 6))
        #expect(reason.reconnects)
        await #expect(throws: GavelClientError.connectionClosed(reason)) { try await reply.value }
        await #expect(throws: GavelClientError.connectionClosed(reason)) {
            try await connection.request(.time(ClientTime(2)))
        }
        var types: [String] = []
        for try await frame in connection.messages { types.append(frame.message.type) }
        #expect(types == ["bye"])
        await peer.stop()
    }

    @Test func brokenConnectionIsWorthAnotherTry() async throws {
        let (peer, connection, server) = try await connected()
        server.drop()
        let reason = await connection.closed()
        #expect(reason.code == nil)
        #expect(reason.reconnects)
        await peer.stop()
    }

    @Test(arguments: ["nonsense", "{}", "[]"])
    func whatIsNoMessageEndsTheConnection(text: String) async throws {
        let (peer, connection, server) = try await connected()
        server.send(text: Array(text.utf8))
        let reason = await connection.closed()
        #expect(reason.fault != nil)
        while let frame = await server.frames.next() {
            guard frame.opcode == .connectionClose else { continue }
            var data = frame.unmaskedData
            #expect(data.readInteger(as: UInt16.self) == CloseCode.protocolError.rawValue)
        }
        await peer.stop()
    }

    @Test func oversizedMessageEndsTheConnection() async throws {
        let peer = try await Peer.start()
        var options = GavelConnection.Options.patient
        options.messageBytesMax = 100
        async let connecting = GavelConnection.connect(to: peer.endpoint, options: options)
        let server = try await peer.accept()
        let connection = try await connecting
        server.send(Make.price(1))
        #expect(await connection.closed().fault != nil)
        await peer.stop()
    }

    @Test func closingIsAHandshake() async throws {
        let (peer, connection, server) = try await connected()
        await connection.close()
        let frame = await server.frames.next()
        #expect(frame?.opcode == .connectionClose)
        #expect(await connection.closed().code == .normal)
        await peer.stop()
    }

    @Test func slowConsumerStopsTheReadingAndLosesNothing() async throws {
        let peer = try await Peer.start()
        var options = GavelConnection.Options.patient
        options.bufferMax = 8
        async let connecting = GavelConnection.connect(to: peer.endpoint, options: options)
        let server = try await peer.accept()
        let connection = try await connecting
        for seq in 1...5000 { server.send(Make.price(Int64(seq))) }
        server.close(.normal)
        var next: Int64 = 1
        for try await frame in connection.messages {
            guard case .price(let price) = frame.message else { continue }
            #expect(price.seq == next)
            next += 1
        }
        #expect(next == 5001)
        await peer.stop()
    }

    @Test func refusedUpgradeSaysWhy() async throws {
        let body = #"{"type":"error","code":"unauthenticated","message":"Who?","ref":null}"#
        let peer = try await RawPeer.start(
            answering: "HTTP/1.1 401 Unauthorized\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body)
        await #expect(throws: GavelClientError.refused(status: 401, message: "Who?")) {
            try await GavelConnection.connect(to: peer.endpoint, options: .patient)
        }
        await peer.stop()
    }

    @Test(arguments: ["HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nx"])
    func anyOtherStatusIsARefusal(answer: String) async throws {
        let peer = try await RawPeer.start(answering: answer, closes: true)
        let error = await #expect(throws: GavelClientError.self) {
            try await GavelConnection.connect(to: peer.endpoint, options: .patient)
        }
        guard case .refused? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await peer.stop()
    }

    @Test(arguments: ["", "SMTP ready\r\n\r\n"])
    func whoDoesNotSpeakHTTPIsNoServer(answer: String) async throws {
        let peer = try await RawPeer.start(answering: answer, closes: true)
        await #expect(throws: GavelClientError.self) {
            try await GavelConnection.connect(to: peer.endpoint, options: .patient)
        }
        await peer.stop()
    }

    @Test func nobodyThereIsAnError() async throws {
        await #expect(
            throws: GavelClientError.cannotConnect(.nobody, why: "nobody listens there")
        ) { try await GavelConnection.connect(to: .nobody, options: .patient) }
        let socket = Endpoint.unix(path: "/nonexistent/gavel.sock")
        await #expect(
            throws: GavelClientError.cannotConnect(socket, why: "there is no such socket")
        ) { try await GavelConnection.connect(to: socket) }
    }

    @Test func silentServerIsGivenUp() async throws {
        let peer = try await RawPeer.start(answering: nil)
        var options = GavelConnection.Options.patient
        options.timeout = .milliseconds(20)
        await #expect(throws: GavelClientError.self) {
            try await GavelConnection.connect(to: peer.endpoint, options: options)
        }
        await peer.stop()
    }

    private func connected() async throws -> (Peer, GavelConnection, Peer.Connection) {
        let peer = try await Peer.start()
        async let connecting = GavelConnection.connect(to: peer.endpoint, options: .patient)
        let server = try await peer.accept()
        return (peer, try await connecting, server)
    }

    private func finish(_ connection: GavelConnection, _ peer: Peer) async {
        connection.abort()
        _ = await connection.closed()
        await peer.stop()
    }
}
