import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StrictJSON
import Synchronization

/// A back office, as far as a webhook goes: listens on a real socket, keeps what comes, and answers, byte
/// for byte, as the test says.
final class Receiver: Sendable {
    /// What came with one request.
    struct Delivery: Sendable {
        let target: String
        let id: String
        let time: String
        let signatures: [String]
        let body: [UInt8]

        var json: JSONObject { get throws { try JSONValue(parsing: body).object() } }
        var type: String { get throws { try json.string("type") } }
        var data: JSONObject { get throws { try json.object("data") } }
        var lot: String { get throws { try data.string("auction") } }
    }

    /// How it answers.
    enum Conduct: Sendable {
        /// Says this, and closes.
        case say(String)
        /// Says this, again and again, as long as anybody listens.
        case babble(head: String, String)
        /// Says nothing, and keeps the connection.
        case hang
        /// Says a status.
        static func status(_ status: Int, _ headers: String = "") -> Conduct {
            .say("HTTP/1.1 \(status) X\r\n\(headers)Content-Length: 0\r\n\r\n")
        }
        static var ok: Conduct { .status(200) }
    }

    private struct State {
        var deliveries: [Delivery] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var conduct: @Sendable (Delivery, Int) -> Conduct
    }

    private let state: Mutex<State>
    private let channel = Mutex<(any Channel)?>(nil)
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private init(_ conduct: @escaping @Sendable (Delivery, Int) -> Conduct) {
        state = Mutex(State(conduct: conduct))
    }

    /// - Parameter conduct: gets each delivery, and how many came before.
    static func start(
        tls: NIOSSLContext? = nil,
        _ conduct: @escaping @Sendable (Delivery, Int) -> Conduct = { _, _ in .ok }
    ) async throws -> Receiver {
        let receiver = Receiver(conduct)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(Answering(receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        receiver.channel.withLock { $0 = channel }
        return receiver
    }

    var port: Int { channel.withLock { $0?.localAddress?.port } ?? 0 }

    func behave(_ conduct: @escaping @Sendable (Delivery, Int) -> Conduct) {
        state.withLock { $0.conduct = conduct }
    }

    var deliveries: [Delivery] { state.withLock { $0.deliveries } }

    /// Waits until so many have come.
    @discardableResult
    func wait(for count: Int) async -> [Delivery] {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.deliveries.count < count else { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
        return deliveries
    }

    func stop() async throws {
        guard let channel = channel.withLock({ $0 }) else { return }
        try await channel.close()
    }

    fileprivate func take(_ delivery: Delivery) -> Conduct {
        let (conduct, ready) = state.withLock { state in
            let conduct = state.conduct(delivery, state.deliveries.count)
            state.deliveries.append(delivery)
            let count = state.deliveries.count
            let ready = state.waiters.filter { $0.count <= count }.map(\.continuation)
            state.waiters.removeAll { $0.count <= count }
            return (conduct, ready)
        }
        for waiter in ready { waiter.resume() }
        return conduct
    }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let receiver: Receiver
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ receiver: Receiver) { self.receiver = receiver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let part): body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            let headers = head.headers
            let delivery = Receiver.Delivery(
                target: head.uri, id: headers.first(name: "webhook-id") ?? "",
                time: headers.first(name: "webhook-timestamp") ?? "",
                signatures: (headers.first(name: "webhook-signature") ?? "")
                    .split(separator: " ").map(String.init), body: body)
            answer(receiver.take(delivery), context)
        }
    }

    private func answer(_ conduct: Receiver.Conduct, _ context: ChannelHandlerContext) {
        switch conduct {
        case .hang: break
        case .say(let text):
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)))
                .whenComplete { _ in bound.value.close(promise: nil) }
        case .babble(let head, let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
            babble(text, context)
        }
    }

    private func babble(_ text: String, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenSuccess {
            let (handler, context) = bound.value
            handler.babble(text, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension Answering: Sendable {}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension JSONValue {
    func object() throws -> JSONObject {
        guard let asObject else { throw Failure("no object") }
        return asObject
    }
}
