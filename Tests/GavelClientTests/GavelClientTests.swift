import AuctionRules
import GavelClient
import NIOWebSocket
import Testing
import WireProtocol

/// The client against a server that does what the test says, on a clock that the test moves.
@Suite(.timeLimit(.minutes(5))) struct GavelClientTests {
    let clock = ManualClock()

    // MARK: - Watching

    @Test func watchIsResumedAfterALostConnection() async throws {
        try await withClient { peer, client in
            var updates = await client.watch(.auction(Make.lot), feed: .full).makeAsyncIterator()
            var server = try await peer.accept()
            let first = try #require(try await server.receive())
            #expect(first.message == .watch(.auction(Make.lot), feed: .full))
            server.send(Make.snapshot(3), ref: first.ref)
            server.send(Make.price(4))
            #expect(try await next(&updates, 2) == ["snapshot 3", "price 4"])

            server.drop()
            #expect(try await next(&updates, 1) == ["disconnected"])
            await clock.pass(.milliseconds(75))
            server = try await peer.accept()
            let second = try #require(try await server.receive())
            #expect(
                second.message
                    == .watch(
                        .auction(Make.lot), feed: .full,
                        resume: ResumePoint(after: 4, log: "log-1")))
            for seq in 4...6 { server.send(Make.price(Int64(seq))) }
            server.send(Make.watching(6), ref: second.ref)
            #expect(try await next(&updates, 3) == ["price 5", "price 6", "watching"])
        }
    }

    @Test func delaysGrowUntilTheServerSaysSomething() async throws {
        try await withClient { peer, client in
            let updates = await client.watch(.auction(Make.lot))
            for milliseconds in [75, 150, 300] {
                let server = try await peer.accept()
                _ = try await server.receive()
                server.drop()
                await clock.pass(.milliseconds(milliseconds))
            }
            let server = try await peer.accept()
            _ = try await server.receive()
            server.send(Make.heartbeat())
            server.drop()
            await clock.pass(.milliseconds(75))
            _ = try await peer.accept()
            _ = updates
        }
    }

    @Test func byeSaysWhenToComeBack() async throws {
        try await withClient { peer, client in
            var updates = await client.watch(.auction(Make.lot)).makeAsyncIterator()
            let server = try await peer.accept()
            server.close(.draining, wait: 2000, jitter: 1000)
            guard case .disconnected(let reason, let delay)? = try await updates.next() else {
                Issue.record("no word of it")
                return
            }
            #expect(reason.code == .draining)
            #expect(delay == .milliseconds(2500))
            await clock.pass(.milliseconds(2500))
            _ = try await peer.accept()
        }
    }

    @Test func closeForGoodEndsEverything() async throws {
        try await withClient { peer, client in
            var updates = await client.watch(.auction(Make.lot)).makeAsyncIterator()
            let server = try await peer.accept()
            _ = try await server.receive()
            let bid = Task { try await client.bid(Make.bid()) }
            _ = try await server.receive()
            server.close(.revoked)
            let error = await #expect(throws: GavelClientError.self) { try await updates.next() }
            guard case .connectionClosed(let reason)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.code == .revoked)
            await #expect(throws: GavelClientError.connectionClosed(reason)) { try await bid.value }
            await #expect(throws: GavelClientError.connectionClosed(reason)) {
                try await client.bid(Make.bid("b2"))
            }
            var late = await client.watch(.auction(Make.lot)).makeAsyncIterator()
            await #expect(throws: GavelClientError.self) { try await late.next() }
        }
    }

    @Test func refusedWatchEndsAlone() async throws {
        try await withClient { peer, client in
            var unknown = await client.watch(.auction(Make.id("nothing"))).makeAsyncIterator()
            var known = await client.watch(.auction(Make.lot)).makeAsyncIterator()
            let server = try await peer.accept()
            let frames = [try await server.receive(), try await server.receive()]
            let refused = try #require(
                frames.first { $0?.message == .watch(.auction(Make.id("nothing"))) } ?? nil)
            server.send(.error(.init(.unknownAuction, message: "No.")), ref: refused.ref)
            server.send(Make.snapshot(1))
            await #expect(
                throws: GavelClientError.rejected(.init(.unknownAuction, message: "No."))
            ) { try await unknown.next() }
            #expect(try await next(&known, 1) == ["snapshot 1"])
        }
    }

    @Test func watchOverTheRateLimitIsAskedForAgain() async throws {
        try await withClient { peer, client in
            let updates = await client.watch(.auction(Make.lot))
            let server = try await peer.accept()
            let first = try #require(try await server.receive())
            server.send(.error(.init(.rateLimited, message: "", retryAfter: 333)), ref: first.ref)
            await clock.pass(.milliseconds(333))
            #expect(try await server.receive() == first)
            _ = updates
        }
    }

    @Test func watchEndsWithItsLastHolder() async throws {
        try await withClient { peer, client in
            let server: Peer.Connection
            do {
                let updates = await client.watch(.auction(Make.lot))
                server = try await peer.accept()
                _ = try await server.receive()
                _ = updates
            }
            #expect(try await server.receive()?.message == .unwatch(.auction(Make.lot)))
        }
    }

    @Test func slowWatcherOfFullLosesNothing() async throws {
        try await withClient(watchBufferMax: 4) { peer, client in
            var updates = await client.watch(.auction(Make.lot), feed: .full).makeAsyncIterator()
            let server = try await peer.accept()
            _ = try await server.receive()
            server.send(Make.snapshot(1))
            for seq in 2...50 { server.send(Make.price(Int64(seq))) }
            // A round trip: by now the client has seen all of that.
            async let time = client.time()
            let question = try #require(try await server.receive())
            server.send(
                .time(.init(clientTime: nil, serverTime: .init(milliseconds: 1))),
                ref: question.ref)
            _ = try await time

            #expect(try await next(&updates, 3) == ["snapshot 1", "price 2", "price 3"])
            let again = try #require(try await server.receive())
            #expect(
                again.message
                    == .watch(
                        .auction(Make.lot), feed: .full,
                        resume: ResumePoint(after: 4, log: "log-1")))
            for seq in 5...6 { server.send(Make.price(Int64(seq))) }
            #expect(try await next(&updates, 3) == ["price 4", "price 5", "price 6"])
        }
    }

    @Test func slowWatcherOfLatestGetsTheNewestPrice() async throws {
        try await withClient { peer, client in
            var updates = await client.watch(.auction(Make.lot)).makeAsyncIterator()
            let server = try await peer.accept()
            _ = try await server.receive()
            server.send(Make.snapshot(1))
            for seq in 2...9 { server.send(Make.price(Int64(seq))) }
            server.send(Make.status(10))
            server.send(Make.price(11))
            server.send(Make.price(12))
            async let time = client.time()
            let question = try #require(try await server.receive())
            server.send(
                .time(.init(clientTime: nil, serverTime: .init(milliseconds: 1))),
                ref: question.ref)
            _ = try await time
            #expect(
                try await next(&updates, 4) == ["snapshot 1", "price 9", "status 10", "price 12"])
        }
    }

    @Test func silentConnectionIsCutAndReplaced() async throws {
        try await withClient { peer, client in
            var updates = await client.watch(.auction(Make.lot)).makeAsyncIterator()
            let server = try await peer.accept()
            server.welcome(heartbeat: 1000)
            await clock.pass(.milliseconds(2500))
            #expect(try await next(&updates, 1) == ["disconnected"])
            await clock.pass(.milliseconds(75))
            _ = try await peer.accept()
        }
    }

    @Test func privateMessagesHaveTheirOwnWay() async throws {
        try await withClient { peer, client in
            let server = try await peer.accept()
            server.send(Make.outbid())
            let message = try await client.privateMessages.first { _ in true }
            #expect(message == Make.outbid())
        }
    }

    // MARK: - Bidding

    @Test func bidIsRepeatedUnderItsIDUntilItIsAnswered() async throws {
        try await withClient { peer, client in
            async let outcome = client.bid(Make.bid())
            var server = try await peer.accept()
            let first = try #require(try await server.receive())
            #expect(first.message == .bid(Make.bid()))
            server.drop()
            await clock.pass(.milliseconds(75))
            server = try await peer.accept()
            #expect(try await server.receive() == first)
            server.send(Make.accepted(), ref: first.ref)
            guard case .accepted(let accepted) = try await outcome else {
                Issue.record("not accepted")
                return
            }
            #expect(accepted.id == Make.id("b1"))
        }
    }

    @Test func undecidedBidIsSentAgainAfterAPause() async throws {
        try await withClient { peer, client in
            async let outcome = client.bid(Make.bid())
            let server = try await peer.accept()
            let frame = try #require(try await server.receive())
            let replies: [(ServerMessage, Int)] = [
                (Make.rejected(.unavailable), 100),
                (.error(.init(.unknownOutcome, message: "")), 200),
                (.error(.init(.rateLimited, message: "", retryAfter: 1234)), 1234),
            ]
            for (reply, milliseconds) in replies {
                server.send(reply, ref: frame.ref)
                await clock.pass(.milliseconds(milliseconds))
                #expect(try await server.receive() == frame)
            }
            server.send(Make.rejected(.tooLow(minimum: Make.amount(9))), ref: frame.ref)
            guard case .rejected(let rejected) = try await outcome else {
                Issue.record("not rejected")
                return
            }
            #expect(rejected.minimum == Make.amount(9))
        }
    }

    @Test func bidWithoutAnswerByTheDeadlineIsUnknown() async throws {
        try await withClient { peer, client in
            let outcome = Task { try await client.bid(Make.bid(), within: .seconds(7)) }
            let server = try await peer.accept()
            _ = try await server.receive()
            await clock.pass(.seconds(7))
            await #expect(throws: GavelClientError.unknownOutcome) { try await outcome.value }
        }
    }

    @Test func cancelledBidStopsWaiting() async throws {
        try await withClient { peer, client in
            let task = Task { try await client.bid(Make.bid()) }
            let server = try await peer.accept()
            _ = try await server.receive()
            task.cancel()
            await #expect(throws: GavelClientError.cancelled) { try await task.value }
        }
    }

    @Test func statusOfABidThatNobodySawIsNil() async throws {
        try await withClient { peer, client in
            async let status = client.bidStatus(Make.lot, id: Make.id("b1"))
            let server = try await peer.accept()
            let frame = try #require(try await server.receive())
            #expect(frame.message == .bidStatus(Make.lot, id: Make.id("b1")))
            server.send(.error(.init(.notSeen, message: "")), ref: frame.ref)
            #expect(try await status == nil)
        }
    }

    @Test func buyAndRetractHaveTheirAnswers() async throws {
        try await withClient { peer, client in
            let server = try await peer.accept()
            async let bought = client.buy(Make.lot, id: Make.id("b1"))
            let buy = try #require(try await server.receive())
            server.send(Make.accepted(), ref: buy.ref)
            guard case .accepted = try await bought else {
                Issue.record("not bought")
                return
            }
            async let retracted = client.retract(
                Make.lot, id: Make.id("r1"), bid: Make.id("b1"))
            let retract = try #require(try await server.receive())
            let reply = ServerMessage.BidRetracted(auction: Make.lot, id: Make.id("r1"), seq: 5)
            server.send(.bidRetracted(reply), ref: retract.ref)
            #expect(try await retracted == .retracted(reply))
        }
    }

    // MARK: - Beginning and end

    @Test func unreachableServerIsAnErrorAtOnce() async throws {
        let client = GavelClient(configuration(.nobody))
        await #expect(
            throws: GavelClientError.cannotConnect(.nobody, why: "nobody listens there")
        ) { try await client.bid(Make.bid()) }
        await client.close()
    }

    @Test func unreachableServerIsTriedAgainWhenAskedFor() async throws {
        var configuration = configuration(.nobody)
        configuration.retriesFirstConnect = true
        let client = GavelClient(configuration)
        let outcome = Task { try await client.bid(Make.bid(), within: .seconds(9)) }
        for milliseconds in [75, 150] { await clock.pass(.milliseconds(milliseconds)) }
        await clock.waitForSleep(of: .milliseconds(300))
        await clock.pass(.seconds(9))
        await #expect(throws: GavelClientError.timedOut("never connected")) {
            try await outcome.value
        }
        await client.close()
    }

    @Test func refusedTokenIsNotTriedAgain() async throws {
        let peer = try await RawPeer.start(
            answering: "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        var configuration = GavelClient.Configuration(peer.endpoint, token: "old")
        configuration.clock = clock
        configuration.retriesFirstConnect = true
        let client = GavelClient(configuration)
        await #expect(throws: GavelClientError.refused(status: 401, message: "")) {
            try await client.time()
        }
        await client.close()
        await peer.stop()
    }

    @Test func closingEndsWatchesAndRequests() async throws {
        let peer = try await Peer.start()
        let client = GavelClient(configuration(peer))
        var updates = await client.watch(.auction(Make.lot)).makeAsyncIterator()
        let server = try await peer.accept()
        _ = try await server.receive()
        let time = Task { try await client.time() }
        _ = try await server.receive()
        await client.close()
        #expect(try await updates.next() == nil)
        await #expect(throws: GavelClientError.cancelled) { try await time.value }
        await client.close()
        await peer.stop()
    }

    // MARK: - Helpers

    private func configuration(_ peer: Peer) -> GavelClient.Configuration {
        configuration(peer.endpoint)
    }

    private func configuration(_ endpoint: Endpoint) -> GavelClient.Configuration {
        var configuration = GavelClient.Configuration(endpoint, token: "t")
        configuration.connection.timeout = .seconds(240)
        configuration.connection.closeTimeout = .seconds(240)
        configuration.clock = clock
        configuration.chance = { 0.5 }
        configuration.backOff = BackOff(first: .milliseconds(100), longest: .seconds(10))
        return configuration
    }

    private func withClient(
        watchBufferMax: Int = 1024, _ body: (Peer, GavelClient) async throws -> Void
    ) async throws {
        let peer = try await Peer.start()
        var configuration = configuration(peer)
        configuration.watchBufferMax = watchBufferMax
        try await GavelClient.with(configuration) { try await body(peer, $0) }
        await peer.stop()
    }

    private func next(
        _ updates: inout WatchUpdates.AsyncIterator, _ count: Int
    ) async throws -> [String] {
        var kinds: [String] = []
        for _ in 0..<count {
            guard let update = try await updates.next() else { break }
            kinds.append(kind(update))
        }
        return kinds
    }
}
