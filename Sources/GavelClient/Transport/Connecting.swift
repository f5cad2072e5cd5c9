import NIOCore
import NIOPosix

extension Endpoint {
    /// Connects, and maps what can go wrong there.
    func connect<Output: Sendable>(
        on group: any EventLoopGroup, timeout: TimeAmount,
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
            case .unix(let path):
                return try await bootstrap.connect(
                    unixDomainSocketPath: path, channelInitializer: initialize)
            }
        } catch let error as GavelClientError {
            throw error
        } catch {
            throw .cannotConnect(self, why: Self.words(for: error))
        }
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
