import NIOCore
import NIOPosix
import NIOSSL

extension Endpoint {
    /// Connects, with the TLS handshake where there is one, and maps what can go wrong there.
    ///
    /// - Parameter initialize: sets a channel up; with TLS when it is active already.
    func connect<Output: Sendable>(
        on group: any EventLoopGroup, timeout: TimeAmount, trust: ServerTrust,
        _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws(GavelClientError) -> Output {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(timeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
        do {
            switch self {
            case .tcp(let host, let port):
                return
                    try await bootstrap
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: host, port: port, channelInitializer: initialize)
            case .tls(let host, let port):
                let secured =
                    try await bootstrap
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(
                        host: host, port: port,
                        channelInitializer: Self.secure(
                            host: host, timeout: timeout, try await trust.context()))
                try await secured.handshake.get()
                // The server speaks when it is spoken to: nothing can have come in between.
                return try await secured.channel.eventLoop.flatSubmit {
                    initialize(secured.channel)
                }.get()
            case .unix(let path):
                return try await bootstrap.connect(
                    unixDomainSocketPath: path, channelInitializer: initialize)
            }
        } catch let error as GavelClientError {
            throw error
        } catch {
            throw .cannotConnect(self, why: words(for: error))
        }
    }

    private struct Secured: Sendable {
        let channel: any Channel
        let handshake: EventLoopFuture<Void>
    }

    /// Puts TLS into a channel that is about to connect.
    private static func secure(
        host: String, timeout: TimeAmount, _ context: NIOSSLContext
    ) -> @Sendable (any Channel) -> EventLoopFuture<Secured> {
        { channel in
            channel.eventLoop.makeCompletedFuture {
                let done = channel.eventLoop.makePromise(of: Void.self)
                do {
                    let pipeline = channel.pipeline.syncOperations
                    // An address is verified as such, and is no name to ask for.
                    let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
                    try pipeline.addHandler(
                        NIOSSLClientHandler(
                            context: context, serverHostname: isAddress ? nil : host))
                    try pipeline.addHandler(ClientHandshake(patience: timeout, done))
                } catch {
                    done.fail(error)
                }
                return Secured(channel: channel, handshake: done.futureResult)
            }
        }
    }

    private func words(for error: any Error) -> String {
        if case .tls(let host, _) = self, let words = Self.words(forTLS: error, host: host) {
            return words
        }
        return Self.words(for: error)
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { words(for: $0.error) } ?? "the name has no address"
        case let error as IOError where error.errnoCode == ECONNREFUSED: "nobody listens there"
        case let error as IOError where error.errnoCode == ENOENT: "there is no such socket"
        case let error as IOError where error.errnoCode == EACCES: "no right to this socket"
        case ChannelError.connectTimeout: "no answer in time"
        default: "\(error)"
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self = .nanoseconds(overflow ? .max : nanoseconds + attoseconds / 1_000_000_000)
    }
}
