import Foundation
import GavelClient
import Testing

/// Whom a server takes its clients for, when there are proxies before it.
@Suite("Behind proxies", .onThreadsOfItsOwn, .timeLimit(.minutes(10)))
struct ProxyTests {
    private static let limits = [
        "--exempt-networks", "none", "--limit", "connections-per-address-max=2",
        "--limit", "new-connections-per-address-per-second=1000000",
        "--limit", "new-connections-per-address-burst=1000000",
    ]

    /// Asks for a WebSocket; the first line of the answer, and the connection.
    private static func upgrade(
        _ server: TestServer, _ headers: [String] = [], preface: [UInt8] = [],
        from source: String = "127.0.0.1"
    ) throws -> (socket: RawSocket, status: String) {
        let socket = try RawSocket(to: server.endpoint, from: source)
        socket.send(preface)
        socket.send(text: RawSocket.upgrade(headers))
        let answer = String(decoding: socket.receive(4096), as: UTF8.self)
        return (socket, String(answer.prefix(12)))
    }

    @Test("X-Forwarded-For of a trusted proxy says who is counted")
    func forwardedFor() async throws {
        let server = try await TestServer.start(
            arguments: Self.limits + ["--trusted-proxies", "127.0.0.1,10.0.0.0/8"])
        defer { server.removeFolder() }
        func upgrade(_ list: String) throws -> (socket: RawSocket, status: String) {
            try Self.upgrade(server, ["X-Forwarded-For: \(list)"])
        }
        var open = [try upgrade("192.0.2.1"), try upgrade("1.1.1.1, 192.0.2.1, 10.0.0.7")]
        #expect(open.map(\.status) == ["HTTP/1.1 101", "HTTP/1.1 101"])
        // What stands further left the client may have made up.
        #expect(try upgrade("192.0.2.9, 192.0.2.1").status == "HTTP/1.1 429")
        open.append(try upgrade("192.0.2.2"))
        #expect(open.last?.status == "HTTP/1.1 101")
        // IPv6 by the network of 64 bits.
        open += [try upgrade("2001:db8::1"), try upgrade("2001:db8::2")]
        #expect(open.suffix(2).map(\.status) == ["HTTP/1.1 101", "HTTP/1.1 101"])
        #expect(try upgrade("2001:db8::3").status == "HTTP/1.1 429")
        #expect(try upgrade("2001:db8:0:1::3").status == "HTTP/1.1 101")
        // What can't be read counts for the proxy.
        open.append(try upgrade("somebody"))
        #expect(open.last?.status == "HTTP/1.1 101")
        #expect(
            try await server.metrics()
                .contains("gavel_limits_reached_total{limit=\"forwarded_for\"} 1\n"))
        // One that ends makes room.
        open.removeFirst()
        var status = ""
        for _ in 0..<100_000 where status != "HTTP/1.1 101" {
            status = try upgrade("192.0.2.1").status
        }
        #expect(status == "HTTP/1.1 101")
        #expect(await server.stop() == 0)
    }

    @Test("Of nobody else it says anything")
    func notTrusted() async throws {
        let server = try await TestServer.start(
            arguments: Self.limits + ["--trusted-proxies", "10.0.0.0/8"])
        defer { server.removeFolder() }
        let open = try (0..<2).map {
            try Self.upgrade(server, ["X-Forwarded-For: 192.0.2.\($0)"], from: "127.0.0.2")
        }
        #expect(open.map(\.status) == ["HTTP/1.1 101", "HTTP/1.1 101"])
        let third = try Self.upgrade(server, ["X-Forwarded-For: 10.0.0.1"], from: "127.0.0.2")
        #expect(third.status == "HTTP/1.1 429")
        #expect(await server.stop() == 0)
    }

    @Test("With the PROXY protocol every connection of a trusted proxy says whose it is")
    func proxyProtocol() async throws {
        let server = try await TestServer.start(
            arguments: Self.limits
                + ["--trusted-proxies", "127.0.0.1", "--proxy-protocol", "required"])
        defer { server.removeFolder() }
        let text = Array("PROXY TCP4 192.0.2.1 127.0.0.1 5000 80\r\n".utf8)
        let binary: [UInt8] =
            [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
            + [0x21, 0x11, 0, 12] + [192, 0, 2, 1, 127, 0, 0, 1, 0x13, 0x88, 0, 80]
        let open = [
            try Self.upgrade(server, preface: text), try Self.upgrade(server, preface: binary),
        ]
        #expect(open.map(\.status) == ["HTTP/1.1 101", "HTTP/1.1 101"])
        #expect(try Self.upgrade(server, preface: text).status == "HTTP/1.1 429")
        // A header of another's, a byte at a time; then the proxy that looks whether we live.
        let slow = try RawSocket(to: server.endpoint)
        for byte in Array("PROXY TCP6 2001:db8::1 ::1 1 2\r\n".utf8) { slow.send([byte]) }
        slow.send(text: "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(slow.receiveToTheEnd().hasPrefix("HTTP/1.1 200 "))
        let health = try RawSocket(to: server.endpoint)
        health.send(text: "PROXY UNKNOWN\r\n")
        health.send(text: "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(health.receiveToTheEnd().hasPrefix("HTTP/1.1 200 "))
        // Without a header, with another one, and from elsewhere: not a word.
        for preface in ["", "PROXY TCP4 nowhere 127.0.0.1 1 2\r\n"] {
            let refused = try Self.upgrade(server, preface: Array(preface.utf8))
            #expect(refused.status == "", "\(preface)")
        }
        #expect(try Self.upgrade(server, preface: text, from: "127.0.0.2").status == "")
        let metrics = try RawSocket(to: server.endpoint)
        metrics.send(text: "PROXY UNKNOWN\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n")
        metrics.send(text: "Connection: close\r\n\r\n")
        #expect(
            metrics.receiveToTheEnd().contains(
                "gavel_limits_reached_total{limit=\"proxy_header\"} 3\n"))
        #expect(await server.stop() == 0)
    }
}
