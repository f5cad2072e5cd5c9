import Foundation
import GavelClient
import Testing
import WireProtocol

/// SIGTERM while everybody bids as fast as he can.
@Suite("A server that is asked to stop ends in order")
struct DrainTests {
    @Test("Under load: every bid that counts was answered, everybody gets bye and 1001")
    func underLoad() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+10h",
            "--increments", "0.01")
        var bidders: [WindowedBidder] = []
        for number in 0..<8 {
            bidders.append(
                WindowedBidder(number, try await server.connect(token: server.bidder("b\(number)")))
            )
        }
        let watcher = try await Follower.watch("lot", on: server)
        for bidder in bidders { bidder.start(window: 50) }
        for bidder in bidders { await bidder.follower.wait { $0.count >= 200 } }
        #expect(await server.stop() == 0)

        for bidder in bidders {
            await bidder.wait()
            let codes = bidder.follower.messages.compactMap { message -> CloseCode? in
                if case .bye(let bye) = message { bye.code } else { nil }
            }
            #expect(codes == [.goingAway])
            #expect(await bidder.follower.connection.closed().code == .goingAway)
        }
        let answered = Set(bidders.flatMap(\.answered))
        await watcher.wait { _ in false }
        #expect(watcher.messages.last?.type == "bye")
        let rows = try await Database.query("SELECT bid FROM reply", in: server.database)
        let stored = Set(rows.split(separator: "\n").map(String.init))
        #expect(stored.count > 500)
        // Neither an answer without its bid on disk, nor a bid on disk without its answer.
        #expect(answered == stored)
        #expect(
            try await Database.query("SELECT * FROM integrity_faults", in: server.database) == "")
    }

    @Test("Connections over the machine's own socket hear of it, too")
    func localSocket() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        let socket = server.folder.appendingPathComponent("gavel.db.sock").path
        let connection = try await GavelConnection.connect(to: .unix(path: socket))
        let follower = Follower(connection)
        await follower.wait { !$0.isEmpty }
        #expect(await server.stop() == 0)
        let reason = await connection.closed()
        #expect(reason.code == .goingAway)
        #expect(reason.bye?.reconnects == true)
    }

    @Test("For the time of the notice /readyz says so, and everything else goes on")
    func notice() async throws {
        // Longer than any test takes: the second signal ends it.
        let server = try await TestServer.start(
            arguments: ["--limit", "drain-notice-milliseconds=600000"])
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+10h")
        let token = try await server.bidder("anna")
        let http = GavelHTTP(server.endpoint, timeout: .seconds(240))
        #expect(try await http.request("GET", "/readyz").status == 200)
        server.send(SIGTERM)
        var answer = try await http.request("GET", "/readyz")
        while answer.status == 200 { answer = try await http.request("GET", "/readyz") }
        #expect(answer.status == 503)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("draining"))
        #expect(try await http.request("GET", "/healthz").status == 200)
        let connection = try await server.connect(token: token)
        #expect(try await connection.bid("lot", 1000, id: "a").isLeading == true)
        // Another one than the first: the same could come so soon that it is taken for its echo.
        #expect(await server.stop(by: SIGINT) == 128 + SIGINT)
    }
}
