public import NIOCore
public import NIOPosix
public import NIOSSL

/// Opens connections by the thousand, each as lean as can be, for what loads or besieges a server.
/// No part of the client library: it keeps no promise of that.
public struct LoadClient: Sendable {
    /// How to connect.
    public struct Settings: Sendable {
        public var host: String
        public var port: Int
        /// An address of this machine to come from; else the system's choice.
        public var source: String?
        /// With TLS, whatever certificate the server has.
        public var tls: NIOSSLContext?
        /// Asks for a WebSocket at once. Otherwise the conduct says what there is to say.
        public var upgrades = true
        public var token: String?
        public var offersDeflate = false
        /// The kernel's receive buffer, in bytes.
        public var receiveBuffer: Int?
        /// Thousands at once wait for each other.
        public var connectTimeMax: TimeAmount = .seconds(60)

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public var settings: Settings
    private let group: MultiThreadedEventLoopGroup

    public init(_ settings: Settings, group: MultiThreadedEventLoopGroup) {
        self.settings = settings
        self.group = group
    }

    /// TLS without looking at the server's certificate.
    public static func blindTLS() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return try NIOSSLContext(configuration: configuration)
    }

    /// Connects. What becomes of it, its conduct hears.
    ///
    /// - Parameter conduct: called on the connection's event loop.
    public func connect(_ conduct: @escaping @Sendable () -> any LoadConduct) {
        let settings = settings
        let upgrade = settings.upgrades ? Self.upgrade(settings) : nil
        var bootstrap = ClientBootstrap(group: group)
            .connectTimeout(settings.connectTimeMax)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls = settings.tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil))
                    }
                    try pipeline.addHandler(LoadHandler(conduct: conduct(), upgrade: upgrade))
                }
            }
        if let size = settings.receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(size))
        }
        do {
            if let source = settings.source {
                bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0))
            }
        } catch {
            preconditionFailure("\(settings.source ?? "") is no address: \(error)")
        }
        // An address needs no resolver, which has threads of its own.
        let connection =
            if let address = try? SocketAddress(ipAddress: settings.host, port: settings.port) {
                bootstrap.connect(to: address)
            } else {
                bootstrap.connect(host: settings.host, port: settings.port)
            }
        // A failure ends the handler, and so the conduct hears of it.
        connection.whenComplete { _ in }
    }

    private static func upgrade(_ settings: Settings) -> ByteBuffer {
        var request = """
            GET /v1/ws HTTP/1.1\r\nHost: \(settings.host):\(settings.port)\r\n\
            Upgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n
            """
        if let token = settings.token { request += "Authorization: Bearer \(token)\r\n" }
        if settings.offersDeflate {
            request += "Sec-WebSocket-Extensions: permessage-deflate\r\n"
        }
        return ByteBuffer(string: request + "\r\n")
    }
}
