import AuctionRules
import BidService
import Gateway
import Logging

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
    var socket = Socket.besideDatabase
    /// Where pages may come from that connect, beside the server's own.
    var origins: [String] = []
    var eventLoops = 2
    var logLevel = Logger.Level.info
    var limits = GatewayLimits()
    var serviceLimits = ServiceLimits()

    /// The server's own page must get in, too.
    var allowedOrigins: [String] {
        let own = listen.pageOrigins
        return own + origins.filter { !own.contains($0) }
    }

    var socketPath: String? {
        switch socket {
        case .besideDatabase: Place.socketPath(besideDatabase: database)
        case .path(let path): path
        case .off: nil
        }
    }
}
