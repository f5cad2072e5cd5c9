import Glibc
public import NIOCore

/// What one connection does. Made on its connection's event loop, and called only there.
public protocol LoadConduct: AnyObject {
    /// The connection stands; of one that upgrades, the server has answered 101 since.
    func begin(on line: LoadLine)
    /// The server said something. Pings and closes are answered without it.
    func receive(_ text: ByteBuffer, on line: LoadLine)
    /// The connection has ended, or has never come about. Called once, whatever happens.
    func end(_ end: LoadEnd)
}

extension LoadConduct {
    public func receive(_ text: ByteBuffer, on line: LoadLine) {}
}

/// How a connection came to its end.
public struct LoadEnd: Hashable, Sendable {
    /// Of the server's answer to the upgrade, or to what was sent instead of one.
    public var status: Int?
    /// Of the server's close frame.
    public var closeCode: UInt16?
    /// The server accepted permessage-deflate.
    public var isCompressed = false
    /// What came made no sense as HTTP or as frames.
    public var heardNonsense = false
}

/// A connection as its conduct sees it. For its event loop only.
public struct LoadLine {
    let context: ChannelHandlerContext
    let handler: LoadHandler

    public var loop: any EventLoop { context.eventLoop }
    public var isOver: Bool { handler.isOver }

    /// Sends these bytes as they are.
    public func send(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        context.writeAndFlush(handler.wrapOutboundOut(bytes), promise: nil)
    }

    /// Sends a message.
    public func send(text: String) { send(LoadFrame.text(text)) }

    /// Does something later, unless the connection has ended by then.
    public func schedule(in delay: TimeAmount, _ body: @escaping (LoadLine) -> Void) {
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            if !isOver { body(self) }
        }
    }

    /// Reads nothing more, so that what the server sends stays with it.
    public func stopReading() {
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
    }

    public func close() { context.close(promise: nil) }

    /// Closes with a reset: nothing of the connection is left on either side.
    public func reset() {
        if let channel = context.channel as? any SocketOptionProvider {
            // Done at once, as this is the channel's loop.
            channel.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in }
        }
        context.close(promise: nil)
    }
}
