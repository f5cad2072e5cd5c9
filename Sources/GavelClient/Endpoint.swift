/// Where a server listens.
public enum Endpoint: Hashable, Sendable {
    /// Over TCP, without TLS.
    case tcp(host: String, port: Int)
    /// Over TLS.
    case tls(host: String, port: Int)
    /// A Unix domain socket.
    case unix(path: String)

    /// Reads `http://HOST:PORT` and `https://HOST:PORT`, the same with `ws://` and `wss://` (a path
    /// after it is passed over), or `unix:PATH`. Without a port it is 80, with TLS 443.
    public init(_ address: String) throws(GavelClientError) {
        if let path = Self.rest(of: address, after: "unix://")
            ?? Self.rest(of: address, after: "unix:")
        {
            // sockaddr_un holds 108 bytes with the closing zero.
            guard !path.isEmpty, path.utf8.count <= 107 else {
                throw .badAddress("\"\(address)\": a socket's path has 1 to 107 bytes.")
            }
            self = .unix(path: path)
            return
        }
        let plain =
            Self.rest(of: address, after: "http://") ?? Self.rest(of: address, after: "ws://")
        let secure =
            Self.rest(of: address, after: "https://") ?? Self.rest(of: address, after: "wss://")
        guard let rest = plain ?? secure else {
            throw .badAddress(
                "\"\(address)\": write https://HOST:PORT, or http://HOST:PORT without TLS (or "
                    + "the same with wss and ws), or unix:PATH.")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let isPlain = plain != nil
        guard let (host, port) = Self.hostAndPort(authority, standardPort: isPlain ? 80 : 443)
        else {
            throw .badAddress("\"\(address)\": write HOST:PORT with a port from 1 to 65535.")
        }
        self = isPlain ? .tcp(host: host, port: port) : .tls(host: host, port: port)
    }

    private static func rest(of text: String, after prefix: String) -> String? {
        guard text.hasPrefix(prefix) else { return nil }
        return String(text.dropFirst(prefix.count))
    }

    private static func hostAndPort(
        _ authority: Substring, standardPort: Int
    ) -> (String, Int)? {
        var host = authority
        var port = standardPort
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            if !after.isEmpty {
                guard let number = Int(after.dropFirst()) else { return nil }
                port = number
            }
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            guard !host.contains(":"), let number = Int(authority[authority.index(after: colon)...])
            else { return nil }
            port = number
        }
        guard !host.isEmpty, !host.contains("@"), (1...65_535).contains(port) else { return nil }
        return (String(host), port)
    }

    /// Whether it is on this machine and nobody but its user gets in.
    public var isUnixSocket: Bool {
        if case .unix = self { true } else { false }
    }

    /// What a `Host` header says of it.
    var hostHeader: String {
        switch self {
        case .tcp(let host, let port), .tls(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix: "localhost"
        }
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tcp: "http://\(hostHeader)"
        case .tls: "https://\(hostHeader)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
