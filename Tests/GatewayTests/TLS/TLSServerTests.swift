import Foundation
import GavelClient
import NIOCore
import NIOPosix
import NIOSSL
import TestAuthority
import Testing
import WireProtocol

@testable import Gateway

/// Answers whatever comes as a web server without TLS does.
private final class PlainAnswer: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(
            wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")),
            promise: nil)
    }
}

@Suite("TLS on the listener", .timeLimit(.minutes(2)))
struct TLSServerTests {
    // MARK: - Handshakes

    @Test(
        "TLS 1.2 and 1.3 are spoken, with HTTP/1.1 by ALPN",
        arguments: [TLSVersion.tlsv12, .tlsv13])
    func versions(version: TLSVersion) async throws {
        let house = try await SecureHouse()
        let caller = try TLSCaller(house, oldest: version, newest: version)
        let answer = try await caller.ask("GET /v1/time HTTP/1.1\r\nHost: h\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        try await house.waitForMetric("gavel_tls_handshake_failures_total{reason=\"other\"}", 0)
        await house.close()
    }

    @Test("TLS 1.1 is refused and counted")
    func oldVersion() async throws {
        let house = try await SecureHouse()
        let caller = try TLSCaller(house, oldest: .tlsv1, newest: .tlsv11)
        await #expect(throws: (any Error).self) {
            try await caller.ask("GET /v1/time HTTP/1.1\r\nHost: h\r\n")
        }
        try await house.waitForMetric(
            "gavel_tls_handshake_failures_total{reason=\"nothing_in_common\"}", 1)
        await house.close()
    }

    @Test("Plain HTTP on the TLS port is closed and counted, and harms nobody")
    func plainHTTP() async throws {
        let house = try await SecureHouse()
        let other = try await house.connect()
        let plain = GavelHTTP(.tcp(host: "127.0.0.1", port: house.port))
        await #expect(throws: GavelClientError.self) { try await plain.request("GET", "/v1/time") }
        try await house.waitForMetric(
            "gavel_tls_handshake_failures_total{reason=\"not_tls\"}", 1)
        let reply = try await other.request(.time(ClientTime(1)))
        #expect(reply.message.type == "time")
        await other.close()
        await house.close()
    }

    @Test("Who says nothing is closed when the handshake's time is over, and counted")
    func silence() async throws {
        var limits = GatewayLimits.generous
        limits.tlsSecondsMax = 1
        let house = try await SecureHouse(limits: limits)
        let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: house.port).get()
        try await silent.closeFuture.get()
        try await house.waitForMetric(
            "gavel_tls_handshake_failures_total{reason=\"timed_out\"}", 1)
        try await house.waitForMetric("gavel_connections{state=\"handshaking\"}", 0)
        await house.close()
    }

    @Test("Who hangs up in the handshake is counted")
    func hangUp() async throws {
        let house = try await SecureHouse()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: house.port).get()
        // The beginning of a handshake's record.
        try await channel.writeAndFlush(ByteBuffer(bytes: [0x16, 3, 1, 0, 200, 1] as [UInt8]))
        try await channel.close()
        try await house.waitForMetric("gavel_tls_handshake_failures_total{reason=\"hung_up\"}", 1)
        await house.close()
    }

    @Test("A server that stops waits for no handshake")
    func drain() async throws {
        let house = try await SecureHouse()
        let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: house.port).get()
        try await house.waitForMetric("gavel_connections{state=\"handshaking\"}", 1)
        await house.close()
        try await silent.closeFuture.get()
    }

    // MARK: - Clients

    @Test("A client verifies the name, and who vouches for it")
    func verification() async throws {
        let house = try await SecureHouse()
        #expect(try await house.http().request("GET", "/v1/time").status == 200)
        #expect(try await house.http(host: "localhost").request("GET", "/v1/time").status == 200)

        let stranger = try TestAuthority("Somebody else")
        try await expectRefusal("no authority that is trusted here") {
            _ = try await house.connect(trusting: stranger)
        }
        // As if one machine answered in another's name.
        try house.authority.issue(["auctions.example", "192.0.2.1"]).write(into: house.folder)
        await house.server.reload()
        for host in ["localhost", "127.0.0.1"] {
            try await expectRefusal("its certificate is not for \"\(host)\"") {
                _ = try await house.http(host: host).request("GET", "/v1/time")
            }
        }
        await house.close()
    }

    @Test("A client that wants TLS of a server without it is told so")
    func noTLSThere() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.addHandler(PlainAnswer())
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await expectRefusal("it does not speak TLS there") {
            _ = try await GavelHTTP(.tls(host: "127.0.0.1", port: port)).request("GET", "/")
        }
        try await listener.close()
    }

    private func expectRefusal(
        _ words: String, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
            Issue.record("The server was trusted")
        } catch let error as GavelClientError {
            guard case .cannotConnect(_, let why) = error else { throw error }
            #expect(why.contains(words), "\(why)")
        }
    }

    // MARK: - Reloading

    @Test("A new certificate is for new connections; the old ones go on")
    func reload() async throws {
        let house = try await SecureHouse()
        let old = try await house.connect()
        let next = try TestAuthority("The next authority")
        try next.issue().write(into: house.folder)
        await house.server.reload()
        #expect(house.logged.all.contains { $0.contains("The certificate was reloaded") })
        #expect(try await old.request(.time(ClientTime(1))).message.type == "time")
        let new = try await house.connect(trusting: next)
        #expect(try await new.request(.time(ClientTime(2))).message.type == "time")
        await #expect(throws: GavelClientError.self) { try await house.connect() }
        for connection in [old, new] { await connection.close() }
        await house.close()
    }

    @Test("A bad new pair is logged as an error, and the old one stays")
    func badReload() async throws {
        let house = try await SecureHouse()
        let other = try house.authority.issue()
        try Data(other.key.utf8).write(to: URL(fileURLWithPath: house.files.key))
        await house.server.reload()
        let line = try #require(house.logged.all.first { $0.hasPrefix("error") })
        #expect(line.contains("the old one stays"))
        #expect(line.contains("give the two that were made together"))
        #expect(try await house.http().request("GET", "/v1/time").status == 200)
        await house.close()
    }
}
