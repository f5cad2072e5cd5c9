public import BidService

/// Where the gateway listens and whom it lets in.
public struct GatewayConfiguration: Sendable {
    public var host: String
    /// 0: any free port.
    public var port: Int
    /// What the TCP listener speaks TLS with; nil: it speaks plain. The Unix socket never needs it.
    public var tls: TLSFiles?
    /// Whose JSON Web Tokens are taken; nil: none are.
    public var jwt: JWTSettings?
    /// For administrators on this machine, mode 0600; nil: none.
    public var unixSocketPath: String?
    /// Origins that browsers may come from, as `scheme://host[:port]`; `*` allows any.
    public var allowedOrigins: [String]
    /// Whether permessage-deflate is agreed to with clients that offer it.
    public var compression: Bool
    /// How many event loops share the connections.
    public var eventLoops: Int
    /// Of the event loops.
    public var scheduling: Scheduling
    public var limits: GatewayLimits
    public var addresses: AddressPolicy
    /// Who may read the metrics.
    public var metrics: MetricsAccess

    public init(
        host: String = "127.0.0.1", port: Int = 8080, tls: TLSFiles? = nil,
        jwt: JWTSettings? = nil, unixSocketPath: String? = nil, allowedOrigins: [String] = [],
        compression: Bool = false, eventLoops: Int = 2, scheduling: Scheduling = .normal,
        limits: GatewayLimits = GatewayLimits(), addresses: AddressPolicy = AddressPolicy(),
        metrics: MetricsAccess = .local
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.jwt = jwt
        self.unixSocketPath = unixSocketPath
        self.allowedOrigins = allowedOrigins
        self.compression = compression
        self.eventLoops = eventLoops
        self.scheduling = scheduling
        self.limits = limits
        self.addresses = addresses
        self.metrics = metrics
    }
}
