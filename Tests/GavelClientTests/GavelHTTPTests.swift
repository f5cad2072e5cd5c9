import AuctionRules
import GavelClient
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(5))) struct GavelHTTPTests {
    @Test func requestAndAnswerOverTCP() async throws {
        let peer = try await RawPeer.start(
            answering: "HTTP/1.1 409 Conflict\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nno")
        let answer = try await GavelHTTP(peer.endpoint).request(
            "POST", "/v1/x?y=1", headers: [.init("X-B", "2")], body: Array("{}".utf8))
        #expect(answer.status == 409)
        #expect(answer[header: "x-a"] == "1")
        #expect(answer.body == Array("no".utf8))
        let request = try await peer.request()
        #expect(request.hasPrefix("POST /v1/x?y=1 HTTP/1.1\r\n"))
        for line in ["X-B: 2", "Content-Length: 2", "Connection: close", "Host: 127.0.0.1:"] {
            #expect(request.contains("\r\n\(line)"), "\(line)")
        }
        #expect(request.hasSuffix("\r\n\r\n{}"))
        await peer.stop()
    }

    @Test func requestAndAnswerOverASocket() async throws {
        // A name of its own; the path of a socket is short.
        let path = "/tmp/gavel-test-\(UInt32.random(in: 0 ... .max)).sock"
        let peer = try await RawPeer.start(
            answering: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            socket: path)
        let answer = try await GavelHTTP(.unix(path: path)).request("GET", "/")
        #expect(answer.body == Array("abc".utf8))
        #expect(try await peer.request().contains("\r\nHost: localhost\r\n"))
        await peer.stop()
    }

    @Test func tooLargeAnswerIsRefused() async throws {
        let peer = try await RawPeer.start(
            answering: "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world")
        await #expect(throws: GavelClientError.answerTooLarge(bytesMax: 10)) {
            try await GavelHTTP(peer.endpoint, bodyBytesMax: 10).request("GET", "/")
        }
        await peer.stop()
    }

    @Test func silenceTimesOut() async throws {
        let peer = try await RawPeer.start(answering: nil)
        await #expect(throws: GavelClientError.timedOut("no answer to GET /a")) {
            // Counted twice, for connecting and for the answer: long enough for the first of them
            // on a busy machine.
            try await GavelHTTP(peer.endpoint, timeout: .seconds(3)).request("GET", "/a")
        }
        await peer.stop()
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"])
    func answerCutShortIsAnError(answer: String) async throws {
        let peer = try await RawPeer.start(answering: answer, closes: true)
        await #expect(throws: GavelClientError.self) {
            try await GavelHTTP(peer.endpoint).request("GET", "/")
        }
        await peer.stop()
    }

    @Test func whatIsNoHTTPIsAnError() async throws {
        let peer = try await RawPeer.start(answering: "220 mail ready\r\n\r\n")
        let error = await #expect(throws: GavelClientError.self) {
            try await GavelHTTP(peer.endpoint).request("GET", "/")
        }
        guard case .protocolViolation? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await peer.stop()
    }

    @Test func nobodyThereIsAnError() async throws {
        let endpoint = Endpoint.unix(path: "/nonexistent/gavel.sock")
        await #expect(
            throws: GavelClientError.cannotConnect(endpoint, why: "there is no such socket")
        ) { try await GavelHTTP(endpoint).request("GET", "/") }
    }
}

@Suite(.timeLimit(.minutes(5))) struct AdminClientTests {
    @Test func commandIsPostedAndItsAnswerRead() async throws {
        let peer = try await answering(200, #"{"revoked":2}"#)
        let answer = try await AdminClient(peer.endpoint, token: "t")
            .perform(.revokeTokens(Make.id("ann")))
        #expect(answer == .revoked(2))
        let request = try await peer.request()
        #expect(request.hasPrefix("POST /v1/admin/revoke-tokens HTTP/1.1\r\n"))
        #expect(request.contains("\r\nAuthorization: Bearer t\r\n"))
        #expect(request.hasSuffix(#"{"bidder":"ann"}"#))
        await peer.stop()
    }

    @Test func refusalIsThrown() async throws {
        let peer = try await answering(
            404, #"{"error":{"code":"unknown_bidder","message":"There is no bidder ann."}}"#)
        let fault = AdminFault(Objection(.unknownBidder, "There is no bidder ann."))
        await #expect(throws: GavelClientError.fault(fault)) {
            try await AdminClient(peer.endpoint).perform(.reinstateBidder(Make.id("ann")))
        }
        await peer.stop()
    }

    @Test func somebodyElsesAnswerIsARefusalOrAViolation() async throws {
        let proxy = try await answering(502, "<h1>Bad gateway</h1>")
        await #expect(throws: GavelClientError.refused(status: 502, message: "")) {
            try await AdminClient(proxy.endpoint).perform(.listSales)
        }
        await proxy.stop()
        let other = try await answering(200, #"{"sales":7}"#)
        let error = await #expect(throws: GavelClientError.self) {
            try await AdminClient(other.endpoint).perform(.listSales)
        }
        guard case .protocolViolation? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await other.stop()
    }

    private func answering(_ status: Int, _ body: String) async throws -> RawPeer {
        try await RawPeer.start(
            answering: "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
