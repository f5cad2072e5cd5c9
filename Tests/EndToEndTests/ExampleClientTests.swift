import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

/// The client that developers are shown works, by its public interface alone.
@Suite("The example client")
struct ExampleClientTests {
    private static let executable = URL(fileURLWithPath: Gavel.executable)
        .deletingLastPathComponent().appendingPathComponent("gavel-example-client").path

    private func start(
        _ server: TestServer, amount: String, token: String
    ) async throws -> (status: Int32, output: String, errors: String) {
        try await run(
            Self.executable, ["\(server.endpoint)", "lot", amount],
            environment: Gavel.environment.merging(["GAVEL_TOKEN": token]) { _, new in new })
    }

    @Test("bids once, however often it is started, and tells how the lot ended")
    func bidsAndFollows() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Ming vase", "--id", "lot", "--start", "10", "--closes", "+1h")
        let token = try await server.bidder("anna")
        let rival = try await server.connect(token: server.bidder("ben"))
        let watcher = try await Follower.watch("lot", on: server)
        async let first = start(server, amount: "5000", token: token)
        async let second = start(server, amount: "5000", token: token)
        await watcher.wait(forSeq: 2)
        _ = try await rival.bid("lot", 9000, id: "b1")
        await watcher.wait(forSeq: 3)
        try await server.must("auction", "close", "lot")
        for result in try await [first, second] {
            #expect(result.status == 0, "\(result)")
            let lines = result.output.split(separator: "\n")
            #expect(lines.contains("Ming vase is open") || lines.contains("Ming vase is closed"))
            #expect(lines.contains { $0.hasPrefix("accepted") })
            #expect(lines.last == "lost", "\(result.output)")
        }
        let bids = try await Database.query("SELECT count(*) FROM bid_history", in: server.database)
        #expect(bids == "2")
    }

    @Test("says what is wrong, and ends with another status")
    func complains() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Ming vase", "--id", "lot", "--start", "10", "--closes", "+1h")
        let token = try await server.bidder("anna")
        let wrongToken = try await start(
            server, amount: "5000", token: "gvl_" + String(repeating: "x", count: 43))
        #expect(wrongToken.status == 1)
        #expect(!wrongToken.errors.isEmpty)
        let noAmount = try await start(server, amount: "many", token: token)
        #expect(noAmount.status == 2)
        #expect(noAmount.errors.hasPrefix("Usage:"))
    }
}
