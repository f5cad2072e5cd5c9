import BidService
import Foundation
import NIOCore
import Synchronization

/// Takes the connections that come over TCP out of the kernel's queue, on a thread of its own.
///
/// In a siege most are turned away. An event loop that had to look at each would keep those waiting
/// who are in; this thread keeps nobody waiting but who knocks, and runs at a lower priority than all
/// who serve. One connection is one `accept`, and for one that is turned away a `close`: nothing is
/// made for it.
final class Door: Sendable {
    /// Where it listens, with its real port.
    let address: SocketAddress
    private let descriptor: CInt
    /// Whether the descriptor is closed, and its number another file's.
    private let isGone = Mutex(false)

    /// As many as the kernel lets wait: thousands reconnect at once after a restart.
    private static let backlog: CInt = 4096
    /// Below the event loops, the writer and the log's thread. Still a quarter of what one of them gets
    /// of a core that both want, and a connection takes microseconds.
    private static let niceness: CInt = 5
    /// Until it tries again, in microseconds, when the process has no descriptor to spare.
    private static let pause: UInt32 = 20_000

    /// Listens; nobody is let in before ``open(_:)``.
    ///
    /// - Throws: `IOError`, or what is wrong with the host's name.
    init(host: String, port: Int) throws {
        let wanted = try SocketAddress.makeAddressResolvingHost(host, port: port)
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let family = wanted.protocol == .inet6 ? AF_INET6 : AF_INET
        let descriptor = try Self.check("socket", socket(family, kind, 0))
        do {
            var on: CInt = 1
            try Self.check(
                "setsockopt",
                setsockopt(
                    descriptor, SOL_SOCKET, SO_REUSEADDR, &on,
                    socklen_t(MemoryLayout<CInt>.size)))
            _ = try wanted.withSockAddr { address, length in
                try Self.check("bind", bind(descriptor, address, socklen_t(length)))
            }
            try Self.check("listen", listen(descriptor, Self.backlog))
            var (name, length) = Self.room
            // Written to within its length, which the call is told.
            try withUnsafeMutableBytes(of: &name) { name in
                let address = name.assumingMemoryBound(to: sockaddr.self).baseAddress
                try Self.check("getsockname", getsockname(descriptor, address, &length))
            }
            guard let address = Self.address(name) else {
                throw IOError(errnoCode: EAFNOSUPPORT, reason: "getsockname")
            }
            (self.descriptor, self.address) = (descriptor, address)
        } catch {
            Foundation.close(descriptor)
            throw error
        }
    }

    @discardableResult
    private static func check(_ call: String, _ result: CInt) throws(IOError) -> CInt {
        guard result >= 0 else { throw IOError(errnoCode: errno, reason: call) }
        return result
    }

    /// Lets connections come, until ``close()``.
    ///
    /// - Parameter receive: gets each one's socket, which is then its own to close, and its address;
    ///   called on the door's thread.
    /// - Returns: what succeeds, after ``close()``, when the last has been received.
    func open(
        on loop: any EventLoop, _ receive: @escaping @Sendable (CInt, IPAddress?) -> Void
    ) -> EventLoopFuture<Void> {
        let closed = loop.makePromise(of: Void.self)
        let thread = Thread { [self] in
            ThreadName.set("gavel-door")
            // Of the calling thread only: Linux counts threads here. Without it all is well but slower.
            let process = __priority_which_t(PRIO_PROCESS.rawValue)
            _ = setpriority(process, 0, getpriority(process, 0) + Self.niceness)
            Self.serve(descriptor, receive)
            discard()
            closed.succeed()
        }
        thread.start()
        return closed.futureResult
    }

    private static func serve(
        _ descriptor: CInt, _ receive: (CInt, IPAddress?) -> Void
    ) {
        while true {
            var (name, length) = room
            // Written to within its length, which the call is told.
            let taken = withUnsafeMutableBytes(of: &name) { name in
                accept(
                    descriptor, name.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
            }
            if taken >= 0 {
                // No program that is ever started from here gets it.
                _ = fcntl(taken, F_SETFD, FD_CLOEXEC)
                receive(taken, IPAddress(address(name)))
                continue
            }
            switch errno {
            // The socket listens no more: it was closed.
            case EINVAL, EBADF: return
            // The kernel has no room. What waits stays in its queue.
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(pause)
            // Who knocked is gone, or a signal came.
            default: continue
            }
        }
    }

    /// Turns away whoever has not been received, and whoever comes. May be called again.
    func close() {
        // The thread closes the descriptor, which it may be waiting at; this has it come back.
        isGone.withLock { isGone in
            if !isGone { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
    }

    /// Frees the port, where nobody waits for connections.
    func discard() {
        isGone.withLock { isGone in
            guard !isGone else { return }
            isGone = true
            Foundation.close(descriptor)
        }
    }

    /// For an address of any family, and its length.
    private static var room: (sockaddr_storage, socklen_t) {
        (sockaddr_storage(), socklen_t(MemoryLayout<sockaddr_storage>.size))
    }

    private static func address(_ name: sockaddr_storage) -> SocketAddress? {
        // The family says as what the kernel has written it, and there is room for either.
        withUnsafeBytes(of: name) { bytes in
            switch CInt(name.ss_family) {
            case AF_INET: SocketAddress(bytes.load(as: sockaddr_in.self))
            case AF_INET6: SocketAddress(bytes.load(as: sockaddr_in6.self))
            default: nil
            }
        }
    }
}
