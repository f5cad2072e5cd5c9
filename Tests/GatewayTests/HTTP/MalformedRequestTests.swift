import StrictJSON
import Testing

@testable import Gateway

/// Requests that are none, each with what it gets.
struct MalformedRequest: CustomTestStringConvertible, Sendable {
    let what: String
    let text: String
    let status: Int

    init(_ what: String, _ status: Int, _ text: String) {
        self.what = what
        self.text = text
        self.status = status
    }

    var testDescription: String { what }

    static let all: [MalformedRequest] = [
        .init("no HTTP at all", 400, "hello\n\n"),
        .init("a TLS greeting", 400, "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\n\n"),
        .init("an unknown method", 400, "BREW / HTTP/1.1\nHost: a\n\n"),
        .init("no version", 505, "GET /\nHost: a\n\n"),
        .init("HTTP/2's greeting", 400, "PRI * HTTP/2.0\n\nSM\n\n"),
        .init("an unknown version", 505, "GET / HTTP/3.7\nHost: a\n\n"),
        .init("a version of long ago", 505, "GET / HTTP/0.9\n\n"),
        .init("no Host", 400, "GET / HTTP/1.1\n\n"),
        .init("two Hosts", 400, "GET / HTTP/1.1\nHost: a\nHost: b\n\n"),
        .init("a header without a colon", 400, "GET / HTTP/1.1\nHost: a\nnothing\n\n"),
        .init("a space before a header's colon", 400, "GET / HTTP/1.1\nHost : a\n\n"),
        .init("a header without a name", 400, "GET / HTTP/1.1\nHost: a\n: b\n\n"),
        .init("a folded header", 400, "GET / HTTP/1.1\nHost: a\nX: b\n c\n\n"),
        .init("a control character in a header", 400, "GET / HTTP/1.1\nHost: a\nX: \u{1}\n\n"),
        .init("a negative length", 400, "POST / HTTP/1.1\nHost: a\nContent-Length: -1\n\n"),
        .init("a length that is no number", 400, "POST / HTTP/1.1\nHost: a\nContent-Length: x\n\n"),
        .init(
            "a length beyond all bounds", 400,
            "POST / HTTP/1.1\nHost: a\nContent-Length: 99999999999999999999\n\n"),
        .init(
            "two lengths", 400,
            "POST / HTTP/1.1\nHost: a\nContent-Length: 1\nContent-Length: 2\n\n"),
        .init(
            "a length and chunks", 400,
            "POST / HTTP/1.1\nHost: a\nContent-Length: 1\nTransfer-Encoding: chunked\n\n0\n\n"),
        .init(
            "chunks and a length", 400,
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nContent-Length: 1\n\n0\n\n"),
        .init(
            "an unknown encoding", 501,
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked\n\n0\n\n"),
        .init(
            "a chunk's size that is none", 400,
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nxyz\n"),
        .init(
            "a chunk longer than it said", 400,
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n1\nabc\n0\n\n"),
        .init("another expectation", 417, "GET / HTTP/1.1\nHost: a\nExpect: the-unexpected\n\n"),
        .init("an address that is no path", 400, "GET auctions HTTP/1.1\nHost: a\n\n"),
        .init("an asterisk", 400, "OPTIONS * HTTP/1.1\nHost: a\n\n"),
        .init("an escape without digits", 400, "GET /%zz HTTP/1.1\nHost: a\n\n"),
        .init("an escape cut short", 400, "GET /%4 HTTP/1.1\nHost: a\n\n"),
        .init("an escaped zero byte", 400, "GET /%00 HTTP/1.1\nHost: a\n\n"),
        .init("an escape that is no UTF-8", 400, "GET /%ff HTTP/1.1\nHost: a\n\n"),
        .init("an escaped line break in the query", 400, "GET /?a=%0d%0a HTTP/1.1\nHost: a\n\n"),
        .init(
            "an address without end", 414,
            "GET /\(String(repeating: "a", count: 4000)) HTTP/1.1\nHost: a\n\n"),
        .init(
            "a header without end", 431,
            "GET / HTTP/1.1\nHost: a\nX: \(String(repeating: "a", count: 9000))\n\n"),
        .init(
            "headers without end", 431,
            "GET / HTTP/1.1\nHost: a\n\(String(repeating: "X: a\n", count: 100))\n"),
        .init(
            "headers of too many bytes", 431,
            "GET / HTTP/1.1\nHost: a\n"
                + String(repeating: "X: \(String(repeating: "a", count: 4000))\n", count: 10) + "\n"
        ),
    ]
}

@Suite("A malformed request", .timeLimit(.minutes(5)))
struct MalformedRequestTests {
    @Test("is answered with a JSON error, and ends its connection", arguments: MalformedRequest.all)
    func isRefused(_ request: MalformedRequest) async throws {
        let probe = try await HTTPProbe()
        let response = try await probe.exchange(request.text)
        #expect(response.status == request.status)
        #expect(response.closes)
        let error = try #require(try JSONValue(parsing: response.body.utf8).asObject)
        #expect(try error.string("type") == "error")
        #expect(try !error.string("code").isEmpty)
        #expect(try !error.string("message").isEmpty)
        try await probe.waitForClose()
    }

    @Test("does not keep the next connection from being served", arguments: MalformedRequest.all)
    func harmsNobody(_ request: MalformedRequest) async throws {
        let other = try await HTTPProbe()
        _ = try await HTTPProbe().exchange(request.text)
        #expect(try await other.exchange("GET / HTTP/1.1\nHost: a\n\n").status == 200)
    }
}
