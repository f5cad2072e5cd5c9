import AuctionRules
import BidService
import Gateway
import Logging
import Webhooks

/// How a server is set up.
struct ServeConfiguration: Hashable, Sendable {
    enum Socket: Hashable, Sendable, CustomStringConvertible {
        case besideDatabase
        case path(String)
        case off

        var description: String {
            switch self {
            case .besideDatabase: ""
            case .path(let path): path
            case .off: "none"
            }
        }
    }

    var database = Place.defaultDatabase
    var listen = ListenAddress.standard
    /// Both or none.
    var tlsCertificate: String?
    var tlsKey: String?
    /// All three or none.
    var jwks: String?
    var jwtIssuer: String?
    var jwtAudience: String?
    var socket = Socket.besideDatabase
    /// Nil: beside the database.
    var signingKey: String?
    /// Where pages may come from that connect, beside the server's own.
    var origins: [String] = []
    var compression = false
    var eventLoops = 2
    var scheduling = Scheduling.normal
    var logLevel = Logger.Level.info
    var logFormat = LogFormat.text
    /// Who may read the metrics.
    var metrics = MetricsAccess.local
    var limits = GatewayLimits()
    var addresses = AddressPolicy()
    var serviceLimits = ServiceLimits()
    var webhooks: [WebhookEndpoint] = []
    var webhookInterests: [WebhookInterest] = []
    /// Together with ``webhooks``, or neither.
    var webhookSecrets: String?
    var webhookRetries = RetrySchedule.standard.delays
    /// Beside the internet, where the names of receivers may lead.
    var webhookNetworks: [Network] = []
    /// Nil: the authorities that the system trusts.
    var webhookAuthorities: String?
    var webhookLimits = WebhookLimits()

    /// The server's own page must get in, too.
    var allowedOrigins: [String] {
        let own = listen.pageOrigins(isSecure: tls != nil)
        return own + origins.filter { !own.contains($0) }
    }

    /// What the listener speaks TLS with; nil: it speaks plain.
    var tls: TLSFiles? {
        guard let tlsCertificate, let tlsKey else { return nil }
        return TLSFiles(certificate: tlsCertificate, key: tlsKey)
    }

    /// Whose JWTs are taken; nil: none are.
    var jwt: JWTSettings? {
        guard let jwks, let jwtIssuer, let jwtAudience else { return nil }
        return JWTSettings(keys: jwks, issuer: jwtIssuer, audience: jwtAudience)
    }

    var signingKeyPath: String { signingKey ?? database + ".key" }

    var socketPath: String? {
        switch socket {
        case .besideDatabase: Place.socketPath(besideDatabase: database)
        case .path(let path): path
        case .off: nil
        }
    }
}
