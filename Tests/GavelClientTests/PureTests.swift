import AuctionRules
import Testing
import WireProtocol

@testable import GavelClient

@Suite struct EndpointTests {
    @Test(arguments: [
        ("http://localhost:8080", Endpoint.tcp(host: "localhost", port: 8080)),
        ("ws://10.0.0.1:1/v1/ws?x", .tcp(host: "10.0.0.1", port: 1)),
        ("http://gavel.example", .tcp(host: "gavel.example", port: 80)),
        ("http://[::1]:8080/", .tcp(host: "::1", port: 8080)),
        ("ws://[::1]", .tcp(host: "::1", port: 80)),
        ("https://gavel.example", .tls(host: "gavel.example", port: 443)),
        ("wss://gavel.example:8443/v1/ws", .tls(host: "gavel.example", port: 8443)),
        ("https://[::1]/", .tls(host: "::1", port: 443)),
        ("unix:/run/gavel.sock", .unix(path: "/run/gavel.sock")),
        ("unix:///run/gavel.sock", .unix(path: "/run/gavel.sock")),
        ("unix:gavel.db.sock", .unix(path: "gavel.db.sock")),
    ])
    func addressIsRead(address: String, endpoint: Endpoint) throws {
        #expect(try Endpoint(address) == endpoint)
        #expect(try Endpoint(endpoint.description) == endpoint)
    }

    @Test(arguments: [
        "", "localhost:8080", "ftp://localhost", "https://", "wss://:1", "http://", "http://:80",
        "http://a:0", "http://a:65536", "http://a:b", "http://a:", "http://u@a:1", "http://::1:8",
        "http://[::1", "http://[::1]8", "unix:", "unix:/\(String(repeating: "x", count: 107))",
    ])
    func whatIsNoAddressIsRefused(address: String) {
        #expect(throws: GavelClientError.self) { try Endpoint(address) }
    }
}

@Suite struct BackOffTests {
    @Test func delaysDoubleUpToTheLongest() {
        var backOff = BackOff(first: .milliseconds(200), longest: .seconds(3))
        let delays = (0..<6).map { _ in backOff.next(after: nil, chance: 0.5) }
        #expect(delays == [150, 300, 600, 1200, 2250, 2250].map { .milliseconds($0) })
        backOff.succeeded()
        #expect(backOff.next(after: nil, chance: 0) == .milliseconds(100))
        #expect(backOff.next(after: nil, chance: 1) == .milliseconds(400))
    }

    @Test func byeSaysWhenToComeBackFirst() {
        var backOff = BackOff(first: .milliseconds(200), longest: .seconds(3))
        let bye = ServerMessage.Bye(.draining, wait: 10, jitter: 40)
        #expect(backOff.next(after: bye, chance: 0.25) == .milliseconds(20))
        #expect(backOff.next(after: bye, chance: 0.25) == .milliseconds(250))
        let long = ServerMessage.Bye(.draining, wait: 60_000, jitter: 0)
        #expect(backOff.next(after: long, chance: 0.25) == .seconds(60))
    }

    @Test func manyTriesDoNotOverflow() {
        var backOff = BackOff()
        for _ in 0..<200 { #expect(backOff.next(after: nil, chance: 0.999) <= .seconds(30)) }
    }
}

@Suite struct RequestVerdictTests {
    @Test func decidedBidsAreAnswers() {
        for reply in [Make.accepted(), Make.rejected(.paused), Make.rejected(.closed(lateBy: 3))] {
            #expect(RequestVerdict(reply, repeats: 0) == .answer(reply))
        }
    }

    @Test func undecidedBidsAreSentAgainAfterGrowingPauses() {
        let replies: [ServerMessage] = [
            Make.rejected(.unavailable), .error(.init(.unavailable, message: "")),
            .error(.init(.unknownOutcome, message: "")),
        ]
        for reply in replies {
            #expect(RequestVerdict(reply, repeats: 0) == .again(after: .milliseconds(100)))
            #expect(RequestVerdict(reply, repeats: 2) == .again(after: .milliseconds(400)))
            #expect(RequestVerdict(reply, repeats: 99) == .again(after: .milliseconds(6400)))
        }
    }

    @Test func rateLimitSaysWhen() {
        let failure = ServerMessage.Failure(.rateLimited, message: "", retryAfter: 777)
        #expect(
            RequestVerdict(.error(failure), repeats: 0) == .again(after: .milliseconds(777)))
    }

    @Test func otherErrorsAreFinal() {
        for code in [ErrorCode.badMessage, .unauthenticated, .forbidden, .notSeen] {
            let failure = ServerMessage.Failure(code, message: "")
            #expect(RequestVerdict(.error(failure), repeats: 0) == .refused(failure))
        }
    }
}
