import AuctionRules
import BidService
import Ledger
import Logging
import NIOCore
import Testing

@testable import Gateway

@Suite("The network's end as a whole", .timeLimit(.minutes(5)))
struct GatewayServerTests {
    private struct House {
        let fanOut = FanOut()
        let service: BidService
        let administration: Administration

        init() throws {
            let log = MemoryLog()
            service = try BidService(publisher: fanOut) { () throws(LedgerError) in log }
            administration = Administration(
                service: service, archive: LogArchive(log: log),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        func start(port: Int) async throws -> GatewayServer {
            try await GatewayServer.start(
                configuration: GatewayConfiguration(port: port), service: service, fanOut: fanOut,
                administration: administration,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    @Test("An address in use is told so, and what had been started is gone")
    func addressInUse() async throws {
        let (first, second) = (try House(), try House())
        let server = try await first.start(port: 0)
        let port = try #require(server.localAddress?.port)
        let error = await #expect(throws: ListenError.self) { try await second.start(port: port) }
        #expect(error?.description.contains("in use") == true)
        #expect(!second.fanOut.isAttached)
        await server.drain()
        #expect(!first.fanOut.isAttached)
        // What is still committed reaches for no event loop.
        for house in [first, second] {
            try await house.service.createLot()
            house.service.stop()
        }
    }
}
