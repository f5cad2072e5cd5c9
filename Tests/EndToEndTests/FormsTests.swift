import AuctionRules
import GavelClient
import Testing
import WireProtocol

@Suite("JSON and Protocol Buffers on one server", .timeLimit(.minutes(5)))
struct FormsTests {
    @Test("Watchers of either form see the same stream, and bids of either form make it")
    func sameStream() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "A lot", "--id", "lot", "--start", "1", "--closes", "+1h")
        let anna = try await server.connect(token: server.bidder("anna"))
        let ben = try await server.connect(token: server.bidder("ben"), encoding: .protobuf)
        let watchers = [
            try await Follower.watch("lot", on: server),
            try await Follower.watch("lot", on: server, encoding: .protobuf),
        ]
        for watcher in watchers { await watcher.wait { $0.contains { $0.snapshotSeq == 1 } } }

        for (number, bidder) in [anna, ben, anna, ben].enumerated() {
            let amount = Int64(number + 1) * 1000
            let answer = try await bidder.bid("lot", amount, id: "b\(number)")
            #expect(answer.type == "bid_accepted")
        }
        try await server.must("auction", "announce", "lot", "Going once")
        try await server.must("auction", "close", "lot", "--reason", "That was all")
        for watcher in watchers {
            await watcher.wait { $0.contains { $0.change?.contains("closed") == true } }
        }

        let streams = watchers.map { watcher in
            watcher.messages.filter { ["price", "status", "notice"].contains($0.type) }
        }
        #expect(streams[0] == streams[1])
        #expect(streams[0].map(\.type).suffix(3) == ["price", "notice", "status"])
        #expect(watchers[1].seqs == Array(2...Int64(watchers[1].seqs.count + 1)))
        #expect(await server.stop() == 0)
    }
}
