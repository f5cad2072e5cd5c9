import NIOCore
import NIOExtras

/// The connections that are open on one event loop, so that a server that stops can say so to all of
/// them. Belongs to that loop.
final class OpenConnections {
    private var channels: [ObjectIdentifier: any Channel] = [:]
    /// Kept when the server stops, when the last one has gone.
    private var emptied: EventLoopPromise<Void>?

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels[id] = channel
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.remove(id) }
        // It came too late to be told with the others.
        if emptied != nil { Self.quiesce(channel) }
    }

    private func remove(_ id: ObjectIdentifier) {
        channels[id] = nil
        if channels.isEmpty { emptied?.succeed() }
    }

    /// The server stops: has every connection come to its end.
    ///
    /// - Returns: succeeds when there is none any more.
    func quiesce(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = emptied ?? loop.makePromise(of: Void.self)
        emptied = promise
        if channels.isEmpty { promise.succeed() }
        for channel in channels.values { Self.quiesce(channel) }
        return promise.futureResult
    }

    private static func quiesce(_ channel: any Channel) {
        // By a task of its own: what the channel is being made of is there by then.
        channel.eventLoop.execute {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }
}
