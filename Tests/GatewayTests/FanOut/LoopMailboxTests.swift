import AuctionRules
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

@Suite("The way from the log to an event loop", .timeLimit(.minutes(2)))
struct LoopMailboxTests {
    @Test("A loop hears of its sockets though there is always more to deliver")
    func pause() async throws {
        #expect(try await hears { try Self.endless(on: $0, $1, pause: .microseconds(100)) })
    }

    @Test("That is the pause's doing: without it a loop delivers on and on")
    func noPause() async throws {
        #expect(try await !hears { try Self.endless(on: $0, $1, pause: nil) })
    }

    @Test("A loop hears of its sockets while a crowd is being told")
    func crowd() async throws {
        #expect(try await hears { try Self.crowd(on: $0, $1, slice: 1) })
    }

    @Test("That is the slices' doing: told in one go they all come before")
    func inOneGo() async throws {
        #expect(try await !hears { try Self.crowd(on: $0, $1, slice: 1000) })
    }

    /// What keeps a loop busy.
    private struct Work {
        /// What has to live as long.
        let holds: [Any]
        let begin: () -> Void
    }

    /// More to deliver after each delivery.
    private static func endless(
        on loop: any EventLoop, _ isHeard: EventLoopPromise<Bool>, pause: TimeAmount?
    ) throws -> Work {
        let floor = Floor()
        let endless = Endless(
            LoopMailbox(loop: loop, hub: floor.hub, pause: pause), isHeard: isHeard)
        let seat = try floor.connect()
        try floor.watch("lot", by: seat)
        return Work(holds: [endless, floor, seat]) { endless.goOn() }
    }

    /// Three hundred to be told of one change. When the last one has been, the loop has not heard.
    private static func crowd(
        on loop: any EventLoop, _ isHeard: EventLoopPromise<Bool>, slice: Int
    ) throws -> Work {
        let floor = Floor(slice: slice)
        let mailbox = LoopMailbox(loop: loop, hub: floor.hub)
        let seats = try (0..<300).map { _ in try floor.connect() }
        for seat in seats { try floor.watch("lot", by: seat) }
        seats.last?.onFlush { isHeard.succeed(false) }
        let change = Delivery.broadcast(try floor.broadcast("lot", 1, sale: nil, .price))
        return Work(holds: [mailbox, floor, seats]) {
            mailbox.append(change)
            mailbox.post()
        }
    }

    /// Whether a loop that has something to do hears of a byte that came.
    private func hears(
        over work: @escaping @Sendable (any EventLoop, EventLoopPromise<Bool>) throws -> Work
    ) async throws -> Bool {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let isHeard = loop.makePromise(of: Bool.self)
        let connected = loop.makePromise(of: (any Channel).self)
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Ear(connected: connected, isHeard: isHeard))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: try #require(listener.localAddress)).get()
        let channel = try await connected.futureResult.get()
        let bound = try await loop.submit {
            NIOLoopBound(try work(loop, isHeard), eventLoop: loop)
        }.get()
        try await client.writeAndFlush(ByteBuffer(string: "x")).get()
        // The byte is there, and the loop has both to do from the same moment on.
        loop.execute {
            channel.setOption(.autoRead, value: true).whenComplete { _ in }
            bound.value.begin()
        }
        let result = try await isHeard.futureResult.get()
        try await client.close()
        try await group.shutdownGracefully()
        return result
    }

    /// Notes the first byte.
    private final class Ear: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let connected: EventLoopPromise<any Channel>
        private let isHeard: EventLoopPromise<Bool>

        init(connected: EventLoopPromise<any Channel>, isHeard: EventLoopPromise<Bool>) {
            self.connected = connected
            self.isHeard = isHeard
        }

        func channelActive(context: ChannelHandlerContext) {
            connected.succeed(context.channel)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { isHeard.succeed(true) }
    }

    /// Each of its broadcasts puts in the next one while it is delivered, until the loop has heard
    /// of the byte, or has been given far more turns than it needs.
    private final class Endless: Sendable {
        private static let deliveriesMax: Int64 = 2000
        private let mailbox: LoopMailbox
        private let isHeard: EventLoopPromise<Bool>
        private let isOver = Atomic(false)
        private let count = Atomic<Int64>(0)

        init(_ mailbox: LoopMailbox, isHeard: EventLoopPromise<Bool>) {
            self.mailbox = mailbox
            self.isHeard = isHeard
            isHeard.futureResult.whenComplete { _ in
                self.isOver.store(true, ordering: .relaxed)
            }
        }

        func goOn() {
            let number = count.wrappingAdd(1, ordering: .relaxed).newValue
            guard !isOver.load(ordering: .relaxed) else { return }
            guard number <= Self.deliveriesMax else { return isHeard.succeed(false) }
            mailbox.append(
                .broadcast(
                    Broadcast(
                        kind: .important, auction: Self.lot, sale: nil, head: nil, version: number,
                        message: SharedMessage { _, _ in
                            self.goOn()
                            return ByteBuffer(string: "x")
                        })))
            mailbox.post()
        }

        private static let lot: AuctionID = {
            do { return try AuctionID("lot") } catch { preconditionFailure("\(error)") }
        }()
    }
}
