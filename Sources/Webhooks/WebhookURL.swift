import Foundation
import NIOCore

/// Where a receiver listens. `https`, but for a receiver on this very machine.
public struct WebhookURL: Hashable, Sendable, CustomStringConvertible {
    /// As it was given. Path and query may hold a key: not for logs.
    public let text: String
    public let isSecure: Bool
    /// A name, or an IP address without brackets.
    public let host: String
    public let port: Int
    /// Path and query, as they go over the wire.
    let target: String

    /// - Throws: ``WebhookFault`` with what is wrong and what to write.
    public init(_ text: String) throws(WebhookFault) {
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            let parts = URLComponents(string: text), let scheme = parts.scheme,
            let encoded = parts.encodedHost, !encoded.isEmpty
        else {
            throw WebhookFault(
                "is no URL: write it like https://office.example/gavel, special characters "
                    + "percent-encoded")
        }
        guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
            throw WebhookFault("must have no user, password or fragment")
        }
        let host = encoded.hasPrefix("[") ? String(encoded.dropFirst().dropLast()) : encoded
        guard !host.contains("%") else { throw WebhookFault("must have a plain host name") }
        switch scheme.lowercased() {
        case "https": isSecure = true
        case "http" where Self.isThisMachine(host): isSecure = false
        case "http":
            throw WebhookFault(
                "must begin with https: http goes to a receiver on this machine only, at "
                    + "127.0.0.1, [::1] or localhost")
        default: throw WebhookFault("must begin with https://")
        }
        let port = parts.port ?? (isSecure ? 443 : 80)
        guard (1...65_535).contains(port) else {
            throw WebhookFault("must have a port from 1 to 65535")
        }
        self.text = text
        self.host = host
        self.port = port
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        target = path + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
    }

    /// The address, where the host is one.
    var address: SocketAddress? { try? SocketAddress(ipAddress: host, port: port) }

    private static func isThisMachine(_ host: String) -> Bool {
        host.lowercased() == "localhost"
            || (try? SocketAddress(ipAddress: host, port: 0)).map(Reach.init) == .thisMachine
    }

    /// The host as the header of that name has it.
    var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Without path and query, in which some receivers hide a key: may be shown and logged.
    public var description: String { "\(isSecure ? "https" : "http")://\(hostHeader)" }
}

/// What is wrong with something that an operator has set, in words that follow its name.
public struct WebhookFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
