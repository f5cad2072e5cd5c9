/// Where a server listens: `HOST:PORT`, `:PORT`, `PORT`, or `[::1]:PORT`; port 0 is any free one.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    let host: String
    let port: Int

    static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init(_ text: String) throws(ValueFault) {
        let example = "write HOST:PORT, like 127.0.0.1:8080"
        let host: Substring
        let portText: Substring
        if text.first == "[", let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.first == ":" else {
                throw ValueFault("\"\(text)\" has no port: \(example)")
            }
            portText = rest.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        } else {
            host = ""
            portText = text[...]
        }
        guard !host.contains(":") || text.first == "[" else {
            throw ValueFault("\"\(text)\": put an IPv6 address into brackets, like [::1]:8080")
        }
        guard !portText.isEmpty, portText.allSatisfy({ ("0"..."9").contains($0) }),
            let port = Int(portText), (0...65_535).contains(port)
        else { throw ValueFault("\"\(text)\" has no port from 0 to 65535: \(example)") }
        self.init(host: host.isEmpty ? Self.standard.host : String(host), port: port)
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension ListenAddress {
    /// The origins of the bidding page that a server here serves to this machine's browsers, or, on
    /// an address of its own, to everybody's. Empty for port 0: nobody knows the port yet.
    ///
    /// - Parameter isSecure: it serves with TLS.
    func pageOrigins(isSecure: Bool) -> [String] {
        guard port != 0 else { return [] }
        let hosts =
            switch host {
            case "127.0.0.1", "::1", "localhost", "0.0.0.0", "::":
                ["127.0.0.1", "localhost", "[::1]"]
            default: [host.contains(":") ? "[\(host)]" : host]
            }
        let scheme = isSecure ? "https" : "http"
        // A browser leaves the port out where it is the scheme's own.
        let suffix = port == (isSecure ? 443 : 80) ? "" : ":\(port)"
        return hosts.map { "\(scheme)://\($0)\(suffix)" }
    }
}
