import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Writes to a connection's socket itself, past its channel: `send(2)` from the channel's event loop.
///
/// What a watcher costs is the kernel's work, and what NIO does around it. Of one message of some 200
/// bytes to each of many watchers, in µs of CPU for each: see docs/performance.md, "Fan-out". The
/// plain path is the channel; ``Watcher`` takes this one only while nothing waits in the channel, and
/// gives the channel what the socket does not take, so that a peer gets the same bytes either way
/// (`DirectSendTests`).
///
/// The descriptor is the channel's and is closed by it. It is good for as long as the watcher is not
/// closed: NIO closes it in `close0` and in the same call fires `channelInactive`, where the watcher
/// is marked as closed; what runs in between are promises' callbacks, and none of ours writes when its
/// promise has failed.
struct DirectSend {
    private let descriptor: CInt

    /// Nil where all bytes have to go through the channel: they are encrypted on their way, or there is
    /// no socket, as in tests.
    ///
    /// Call on the channel's event loop.
    init?(_ channel: any Channel) {
        let pipeline = channel.pipeline.syncOperations
        guard (try? pipeline.handler(type: NIOSSLServerHandler.self)) == nil,
            let descriptor = try? pipeline.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self, { $0 })
        else { return nil }
        self.descriptor = descriptor
    }

    /// - Returns: how many of the bytes the socket has taken. Whatever keeps it from more, be it that it
    ///   is full or broken, the channel finds out when it gets the rest.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        max(0, Foundation.send(descriptor, bytes.baseAddress, bytes.count, Self.flags))
    }

    /// No signal when the peer is gone, no waiting when it is slow.
    private static let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
}
