/// Whose word counts for whom a connection is, and whose connections are not counted.
public struct AddressPolicy: Hashable, Sendable {
    public enum ProxyProtocol: String, Hashable, Sendable, CaseIterable {
        case off
        case required
    }

    /// Whose connections are not counted by their address: this machine's.
    public var exemptNetworks = Network.loopback
    /// The proxies that are believed when they say whom they speak for: by `X-Forwarded-For`, or by
    /// the PROXY protocol. Nobody else is.
    public var trustedProxies: [Network] = []
    /// Whether every connection begins with a PROXY header, of a trusted proxy.
    public var proxyProtocol = ProxyProtocol.off

    public init() {}
}
