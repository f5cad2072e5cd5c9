import AuctionRules
import GavelClient
import Testing
import WireProtocol

@Suite("Watchers that come back miss nothing")
struct ResumeTests {
    @Test("Cut off and back again: every change once, in order, no snapshot")
    func resumes() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h")
        let bidder = try await server.connect(token: server.bidder("anna"))
        let rival = try await server.connect(token: server.bidder("ben"))
        let first = try await Follower.watch("lot", on: server)
        await first.wait(forSeq: 1)
        _ = try await bidder.bid("lot", 1000, id: "a1")
        await first.wait(forSeq: 2)
        first.connection.abort()
        for round in 2...9 {
            let connection = round.isMultiple(of: 2) ? rival : bidder
            _ = try await connection.bid("lot", Int64(round) * 1000, id: "\(round)")
        }
        let log = try #require(
            first.messages.compactMap { message -> String? in
                if case .snapshot(let snapshot) = message { snapshot.log } else { nil }
            }.first)
        let second = try await Follower.watch(
            "lot", on: server, resume: ResumePoint(after: 2, log: log))
        await second.wait { $0.contains { if case .watching = $0 { true } else { false } } }
        #expect(second.seqs == Array(3...10))
        #expect(!second.messages.contains { $0.snapshotSeq != nil })
        _ = try await rival.bid("lot", 20_000, id: "last")
        await second.wait(forSeq: 11)
        #expect(second.seqs == Array(3...11))

        // Of another log nothing can be resumed: a snapshot.
        let third = try await Follower.watch(
            "lot", on: server, resume: ResumePoint(after: 2, log: "another"))
        await third.wait { $0.contains { $0.snapshotSeq == 11 } }
        #expect(third.seqs.isEmpty)
        #expect(await server.stop() == 0)
    }

    @Test("The client library goes on over a restart of the server")
    func overRestart() async throws {
        let server = try await TestServer.start(arguments: ["--min-reopen", "0s"])
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h")
        let bidder = try await server.connect(token: server.bidder("anna"))
        _ = try await bidder.bid("lot", 1000, id: "a1")
        let before = try await Follower.watch("lot", on: server)
        await before.wait(forSeq: 2)
        let log = try #require(
            before.messages.compactMap { message -> String? in
                if case .snapshot(let snapshot) = message { snapshot.log } else { nil }
            }.first)
        #expect(await server.stop() == 0)
        // Everybody was told to come back.
        await before.wait { _ in false }
        #expect(
            before.messages.contains { message in
                if case .bye(let bye) = message { bye.reconnects } else { false }
            })

        let again = try await TestServer.start(
            in: server.folder, arguments: ["--min-reopen", "0s"])
        let after = try await Follower.watch(
            "lot", on: again, resume: ResumePoint(after: 1, log: log))
        await after.wait(forSeq: 2)
        #expect(after.seqs == [2])
        #expect(await again.stop() == 0)
    }

    @Test("A sale's watchers hear of lots that are added later")
    func saleGrows() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must("sale", "create", "Spring", "--id", "spring")
        try await server.must(
            "auction", "create", "One", "--id", "one", "--start", "1", "--closes", "+1h", "--sale",
            "spring")
        let connection = try await server.connect()
        let follower = Follower(connection)
        try await connection.sendAndWait(
            ClientFrame(.watch(.sale(try SaleID("spring")), feed: .full)))
        await follower.wait { $0.contains { $0.snapshotSeq == 1 } }
        try await server.must(
            "auction", "create", "Two", "--id", "two", "--start", "1", "--closes", "+1h", "--sale",
            "spring")
        let bidder = try await server.connect(token: server.bidder("anna"))
        _ = try await bidder.bid("two", 1000, id: "a1")
        await follower.wait { messages in
            messages.contains { $0.change == "2 price 100" }
        }
        let lots = follower.messages.compactMap { message -> String? in
            switch message {
            case .snapshot(let snapshot): "snapshot \(snapshot.lot.auction)"
            case .price(let price): "price \(price.auction)"
            case .status(let status): "status \(status.auction)"
            default: nil
            }
        }
        #expect(lots == ["snapshot one", "snapshot two", "status two", "price two"])
        #expect(await server.stop() == 0)
    }
}
