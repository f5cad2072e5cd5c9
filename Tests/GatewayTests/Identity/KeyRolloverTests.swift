import AuctionRules
import BidService
import GavelClient
import Ledger
import NIOCore
import TestAuthority
import Testing
import WireProtocol

@testable import Gateway

@Suite("An identity provider and a whole server", .timeLimit(.minutes(2)))
struct KeyRolloverTests {
    @Test("A key that is gone after a reload takes its connections along, on every event loop")
    func rollover() async throws {
        let (signer, next) = (TestIssuer.ed25519("old"), TestIssuer.p256("new"))
        let lodge = try Lodge(signer)
        defer { lodge.remove() }
        let log = MemoryLog()
        let fanOut = FanOut()
        let service = try BidService(publisher: fanOut) { () throws(LedgerError) in log }
        let server = try await GatewayServer.start(
            configuration: GatewayConfiguration(port: 0, jwt: lodge.settings, limits: .generous),
            service: service,
            fanOut: fanOut,
            administration: Administration(service: service, archive: LogArchive(log: log)),
            logger: lodge.logged.logger)
        let port = try #require(server.localAddress?.port)
        let now = SystemClock().now()

        func connect(_ signer: TestIssuer, _ bidder: String) async throws -> GavelConnection {
            let token = try signer.sign(
                claims: Lodge.claims(
                    sub: "\"\(bidder)\"", exp: "\(now.milliseconds / 1000 + 3600)", now: now))
            let connection = try await GavelConnection.connect(
                to: .tcp(host: "127.0.0.1", port: port), options: .init(token: token))
            // Whoever is answered here has been let in.
            #expect(try await connection.request(.time(ClientTime(1))).message.type == "time")
            return connection
        }

        var old: [GavelConnection] = []
        for number in 0..<4 { old.append(try await connect(signer, "bidder-\(number)")) }
        try lodge.write(try TestIssuer.keySet(signer, next))
        await server.reload()
        let stays = try await connect(next, "ben")
        try lodge.write(try TestIssuer.keySet(next))
        await server.reload()
        for connection in old {
            let reason = await connection.closed()
            #expect(reason.code == .revoked)
            #expect(reason.bye?.reconnects == false)
        }
        #expect(try await stays.request(.time(ClientTime(1))).message.type == "time")
        // The old key opens nothing any more.
        let late = try await GavelConnection.connect(
            to: .tcp(host: "127.0.0.1", port: port),
            options: .init(
                token: try signer.sign(
                    claims: Lodge.claims(exp: "\(now.milliseconds / 1000 + 3600)", now: now))))
        #expect(await late.closed().code == .badToken)
        await stays.close()
        await server.drain()
        service.stop()
    }

    @Test("A server does not start with keys that can't be used, and leaves nothing behind")
    func badKeys() async throws {
        let lodge = try Lodge(#"{"keys":[]}"#)
        defer { lodge.remove() }
        let log = MemoryLog()
        let fanOut = FanOut()
        let service = try BidService(publisher: fanOut) { () throws(LedgerError) in log }
        let error = await #expect(throws: KeySetFault.self) {
            try await GatewayServer.start(
                configuration: GatewayConfiguration(
                    port: 0, jwt: lodge.settings, limits: .generous),
                service: service, fanOut: fanOut,
                administration: Administration(service: service, archive: LogArchive(log: log)),
                logger: lodge.logged.logger)
        }
        #expect(error?.kind == .empty)
        #expect(!fanOut.isAttached)
        service.stop()
    }
}
