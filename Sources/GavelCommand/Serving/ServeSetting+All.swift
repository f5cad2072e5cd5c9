import AuctionRules
import BidService
import Gateway

extension ServeSetting {
    /// Every setting of a server, in the order in which it is shown.
    static let all: [ServeSetting] = main + webhooks + limits

    private static let main: [ServeSetting] = [
        .text("database", \.database, "path", "The database file."),
        .value(
            "listen", \.listen, "host:port", "Where to listen; port 0: any free one.",
            read: { text throws(ValueFault) in try ListenAddress(text) },
            show: { $0.description }),
        .optional(
            "tls-certificate", \.tlsCertificate, "file",
            "The certificate to speak TLS with (https, wss), in PEM, with the chain to its "
                + "authority; read again at SIGHUP."),
        .optional(
            "tls-key", \.tlsKey, "file",
            "The certificate's private key, in PEM, without a passphrase."),
        .optional(
            "jwks", \.jwks, "file",
            "The public keys of the house's identity provider, a JSON Web Key Set: bidders may come "
                + "with its JWTs (EdDSA, ES256, RS256); read again at SIGHUP."),
        .optional("jwt-issuer", \.jwtIssuer, "text", "What a JWT's iss must be."),
        .optional("jwt-audience", \.jwtAudience, "text", "What a JWT's aud must name."),
        .value(
            "socket", \.socket, "path",
            "The Unix socket for administrators (default: beside the database, .sock); none: no "
                + "socket.",
            read: { $0 == "none" ? .off : .path($0) }, show: { $0.description }),
        .optional(
            "signing-key", \.signingKey, "file",
            "The private key that receipts and certificates are signed with: Ed25519, in PEM, mode "
                + "0600 (default: beside the database, .key). Made where there is none; read again "
                + "at SIGHUP."),
        .list(
            "origin", \.origins, "origin",
            "Where pages may come from that connect, beside the server's own, like "
                + "https://auctions.example; repeatable. * allows any.",
            read: { text throws(ValueFault) in try origin(text) }, show: { $0 }),
        .yesOrNo(
            "compression", \.compression,
            "Whether WebSockets are compressed (permessage-deflate) for clients that offer it: less "
                + "on the line, more for the processor."),
        .duration(
            "min-reopen", \.serviceLimits.reopenMin,
            "What a lot has left at least that an outage hit; 0: rule off."),
        .number(
            "free-space-min", \.serviceLimits.freeSpaceMin, in: 0...1 << 50,
            "How many bytes must be free on the database's disk: below, open lots are paused until "
                + "there is room again, and new ones are refused; 0: not watched."),
        .networks(
            "exempt-networks", \.addresses.exemptNetworks,
            "Whose connections are not limited by their address, like 10.0.0.0/8; repeatable. none: "
                + "nobody's."),
        .networks(
            "trusted-proxies", \.addresses.trustedProxies,
            "The proxies that are believed when they say whom they speak for, like 10.0.0.0/8; "
                + "repeatable."),
        .choice(
            "proxy-protocol", \.addresses.proxyProtocol, of: "a way to use the PROXY protocol",
            "word", "Whether every connection begins with a PROXY header of a trusted proxy."),
        .number("event-loops", \.eventLoops, in: 1...256, "Threads for the network."),
        .choice(
            "scheduling", \.scheduling, of: "a way to be scheduled", "word",
            "How the system schedules the threads that bids pass: like everybody's, or before all that "
                + "is not realtime, which it has to permit (LimitRTPRIO=1)."),
        .choice(
            "log-level", \.logLevel, of: "a log level", "level", "What the log says at least."),
        .choice(
            "log-format", \.logFormat, of: "a log format", "format", "How the log is written."),
        .choice(
            "metrics", \.metrics, of: "a choice for the metrics", "who",
            "Who may read /metrics: whoever is on this machine, everybody, or nobody."),
    ]

    /// A list of networks, or `none`.
    static func networks(
        _ name: String, _ path: ServePath<[Network]>, _ help: String
    ) -> ServeSetting {
        var setting = value(
            name, path, "network", help,
            read: { text throws(ValueFault) -> [Network] in
                guard text != "none" else { return [] }
                var networks: [Network] = []
                for word in ValueText.words(text) {
                    do throws(NetworkFault) { networks.append(try Network(word)) } catch {
                        throw ValueFault(error.description)
                    }
                }
                return networks
            },
            show: { $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ", ") })
        setting.isList = true
        return setting
    }

    /// `scheme://host[:port]`, or `*`.
    private static func origin(_ text: String) throws(ValueFault) -> String {
        guard text != "*" else { return text }
        let parts = text.split(separator: "://", omittingEmptySubsequences: false)
        guard parts.count == 2, ["http", "https"].contains(parts[0]), !parts[1].isEmpty,
            !parts[1].contains("/")
        else {
            throw ValueFault(
                "\"\(text)\" is not an origin: write it like https://auctions.example, without a "
                    + "path")
        }
        return text
    }
}
