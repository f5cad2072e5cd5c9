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
        #expect(try await hears { LoopMailbox(loop: $0, hub: $1) })
    }

    @Test("That is the pause's doing: without it a loop delivers on and on")
    func noPause() async throws {
        #expect(try await !hears { LoopMailbox(loop: $0, hub: $1, pause: nil) })
    }

    /// Whether a loop that has more to deliver after each delivery hears of a byte that came.
    private func hears(
        _ mailbox: @escaping @Sendable (any EventLoop, LoopHub) -> LoopMailbox
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
        let endless = try await loop.submit {
            let floor = Floor()
            let endless = Endless(mailbox(loop, floor.hub), isHeard: isHeard)
            let seat = try floor.connect()
            try floor.watch("lot", by: seat)
            return NIOLoopBound((endless, floor, seat), eventLoop: loop)
        }.get()
        try await client.writeAndFlush(ByteBuffer(string: "x")).get()
        // The byte is there, and the loop has both to do from the same moment on.
        loop.execute {
            channel.setOption(.autoRead, value: true).whenComplete { _ in }
            endless.value.0.goOn()
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
