public import AuctionRules
public import NIOPosix
public import Proof
public import WireProtocol

/// A client that stays in touch with a server: it comes back after a lost connection, resumes what
/// was watched after the last change seen, and repeats what has no answer yet under the same ids.
///
/// Guarantees that a bid is made at most once, whatever happens on the way, and that a watcher gets
/// nothing twice or out of order. Does not guarantee that a bid is made: no answer by the deadline
/// is an error that says whether the server may have got it.
public final class GavelClient: Sendable {
    /// How the client connects and what it holds.
    public struct Configuration: Sendable {
        /// Where the server listens.
        public var endpoint: Endpoint
        /// For each of the connections: the token, the encoding, whom to trust.
        public var connection: GavelConnection.Options
        /// The threads that serve the connections.
        public var group: MultiThreadedEventLoopGroup
        /// How long to stay away after a connection has ended.
        public var backOff = BackOff()
        /// Whether to keep on trying when not even the first connection comes about.
        public var retriesFirstConnect = false
        /// How long a request may take in all, unless it says otherwise.
        public var deadline: Duration = .seconds(30)
        /// How many updates wait for a watcher of `full`; beyond, the rest is asked for again once
        /// it has caught up. A watcher of `latest` has one price a lot waiting.
        public var watchBufferMax = 1024
        /// How many private messages wait; beyond, the oldest goes.
        public var privateMessagesMax = 1024
        /// What measures delays and deadlines.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// Gives numbers in 0 ..< 1, for the jitter of delays.
        public var chance: @Sendable () -> Double = { Double.random(in: 0..<1) }

        /// - Parameters:
        ///   - endpoint: where the server listens.
        ///   - token: a bidder's; without one the client may watch, not bid.
        ///   - group: the threads that serve the connections.
        public init(
            _ endpoint: Endpoint, token: String? = nil,
            group: MultiThreadedEventLoopGroup = .singleton
        ) {
            self.endpoint = endpoint
            connection = GavelConnection.Options(token: token)
            self.group = group
        }
    }

    private let core: ClientCore
    private let task: Task<Void, Never>
    private let deadline: Duration

    /// Starts to connect. ``close()`` ends it; so does letting go of the client.
    public init(_ configuration: Configuration) {
        let core = ClientCore(configuration)
        self.core = core
        deadline = configuration.deadline
        task = Task { await core.run() }
    }

    deinit { task.cancel() }

    /// Runs `body` with a client, where the caller runs, and closes the client afterwards.
    ///
    /// - Throws: what `body` throws.
    public static func with<R: Sendable>(
        _ configuration: Configuration, isolation: isolated (any Actor)? = #isolation,
        _ body: (GavelClient) async throws -> R
    ) async throws -> R {
        let client = GavelClient(configuration)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    /// Closes the connection and ends everything that waits. Idempotent.
    public func close() async {
        task.cancel()
        await task.value
    }

    // MARK: - Watching

    /// Watches a lot, or all lots of a sale, until the sequence is let go of.
    public func watch(_ target: WatchTarget, feed: Feed = .latest) async -> WatchUpdates {
        let (number, buffer) = await core.watch(target, feed: feed)
        return WatchUpdates(buffer: buffer, hold: .init(core: core, number: number))
    }

    /// `outbid`, `won`, `lost` and what else concerns the bidder alone. For one consumer.
    public var privateMessages: MessageBuffer<ServerMessage> { core.privateMessages }

    // MARK: - Bidding

    /// Places a bid. Safe to call again with the same id: it gets the same answer.
    public func bid(
        _ bid: BidMessage, within limit: Duration? = nil
    ) async throws(GavelClientError) -> BidOutcome {
        try await outcome(of: .bid(bid), limit)
    }

    /// Takes the lot at its buy-now price.
    public func buy(
        _ auction: AuctionID, id: BidID, within limit: Duration? = nil
    ) async throws(GavelClientError) -> BidOutcome {
        try await outcome(of: .buy(auction, id: id), limit)
    }

    /// Takes back the bid `bid`, under an id of its own.
    public func retract(
        _ auction: AuctionID, id: BidID, bid: BidID, within limit: Duration? = nil
    ) async throws(GavelClientError) -> BidOutcome {
        try await outcome(of: .retract(auction, id: id, bid: bid), limit)
    }

    /// What became of a bid, a buy or a retraction; nil when the server has decided on none with
    /// that id.
    public func bidStatus(
        _ auction: AuctionID, id: BidID, within limit: Duration? = nil
    ) async throws(GavelClientError) -> BidOutcome? {
        do {
            return try await outcome(of: .bidStatus(auction, id: id), limit)
        } catch .rejected(let failure) where failure.code == .notSeen {
            return nil
        }
    }

    /// The receipt for a bid, a buy or a retraction of one's own; nil when the server has decided on
    /// none with that id. Not checked yet: see `SignedStatement.verify(with:)`.
    public func receipt(
        _ auction: AuctionID, id: BidID, within limit: Duration? = nil
    ) async throws(GavelClientError) -> SignedStatement? {
        let reply: ServerMessage
        do { reply = try await request(.receipt(auction, id: id), limit) } catch {
            if case .rejected(let failure) = error, failure.code == .notSeen { return nil }
            throw error
        }
        guard case .receipt(let receipt) = reply else { throw Self.unexpected(reply) }
        do { return try SignedStatement(receipt.content) } catch {
            throw .protocolViolation(error.message)
        }
    }

    /// The server's clock.
    public func time(
        _ clientTime: ClientTime = ClientTime(0), within limit: Duration? = nil
    ) async throws(GavelClientError) -> ServerMessage.Time {
        let reply = try await request(.time(clientTime), limit)
        guard case .time(let time) = reply else { throw Self.unexpected(reply) }
        return time
    }

    /// Any request; its reply.
    public func request(
        _ message: ClientMessage, _ limit: Duration? = nil
    ) async throws(GavelClientError) -> ServerMessage {
        try await core.request(message, within: limit ?? deadline).get()
    }

    private func outcome(
        of message: ClientMessage, _ limit: Duration?
    ) async throws(GavelClientError) -> BidOutcome {
        let reply = try await request(message, limit)
        switch reply {
        case .bidAccepted(let accepted): return .accepted(accepted)
        case .bidRejected(let rejected): return .rejected(rejected)
        case .bidRetracted(let retracted): return .retracted(retracted)
        default: throw Self.unexpected(reply)
        }
    }

    private static func unexpected(_ reply: ServerMessage) -> GavelClientError {
        .protocolViolation("\(reply.type) is no answer to this")
    }
}

/// What was decided about a bid, a buy or a retraction.
public enum BidOutcome: Hashable, Sendable {
    /// It is on disk, and counts.
    case accepted(ServerMessage.BidAccepted)
    /// The rules refused it: the `code` says why, the `message` what to do.
    case rejected(ServerMessage.BidRejected)
    /// The bid was taken back.
    case retracted(ServerMessage.BidRetracted)
}

/// The updates of one watch; it goes on until this and its iterators are let go of, and throws what
/// ends it. For one consumer.
public struct WatchUpdates: AsyncSequence, Sendable {
    /// Ends the watch with its last holder.
    final class Hold: Sendable {
        let core: ClientCore
        let number: Int

        init(core: ClientCore, number: Int) {
            self.core = core
            self.number = number
        }

        deinit {
            Task { [core, number] in await core.unwatch(number) }
        }
    }

    let buffer: MessageBuffer<WatchUpdate>
    let hold: Hold

    /// Goes through the updates of a watch.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: MessageBuffer<WatchUpdate>.AsyncIterator
        let hold: Hold

        /// The next update; waits for it. Nil when the client was closed.
        ///
        /// - Throws: what has ended the watch.
        public mutating func next() async throws -> WatchUpdate? { try await base.next() }
    }

    /// Begins to take the updates: from one task at a time.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: buffer.makeAsyncIterator(), hold: hold)
    }
}
