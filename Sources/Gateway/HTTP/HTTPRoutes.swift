import BidService
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import WireProtocol

/// Everything that this server answers over HTTP (wire protocol, section 5).
struct HTTPRoutes: HTTPResponder {
    let table: RouteTable
    private let authentication: RequestAuthentication
    private let limits: GatewayLimits
    private let origins: WebSocketUpgradePolicy

    init(_ parts: HTTPParts) {
        limits = parts.limits
        origins = parts.upgradePolicy
        authentication = RequestAuthentication(authenticator: parts.authenticator)
        let auctions = AuctionRoutes(parts)
        let catalogue = CatalogueRoutes(parts)
        let live = LiveRoutes(parts)
        let bids = BidRoutes(parts)
        let certificates = CertificateRoutes(parts)
        let operations = OperationRoutes(parts)
        let tickets = TicketRoutes(parts)
        let administration = AdministrationRoutes(parts)
        let upgrade = UpgradeRoutes(parts)
        table = RouteTable(
            [
                Route(.GET, "/v1/auctions", auctions.list),
                Route(.GET, "/v1/auctions/:auction", answering: live.show),
                Route(.GET, "/v1/auctions/:auction/events", answering: live.events),
                Route(.GET, "/v1/auctions/:auction/bids", auctions.bids),
                Route(.GET, "/v1/auctions/:auction/explain", auctions.explain),
                Route(.GET, "/v1/auctions/:auction/terms", catalogue.terms),
                Route(.GET, "/v1/sales", catalogue.sales),
                Route(.POST, "/v1/auctions/:auction/bids", bids.place),
                Route(.GET, "/v1/auctions/:auction/certificate", certificates.certificate),
                Route(.POST, "/v1/tickets", tickets.issue),
                Route(.POST, AdminWatch.path, answering: administration.watch),
                Route(.POST, "/v1/admin/:command", administration.perform),
                Route(.GET, "/v1/ws", upgrade.refuse),
                Route(.GET, "/v1/time", operations.time),
                Route(.GET, "/v1/keys", operations.keys),
                Route(.GET, "/healthz", operations.healthz),
                Route(.GET, "/readyz", operations.readyz),
                Route(.GET, "/metrics", operations.metrics),
            ] + DocumentRoutes.routes + PageRoutes.routes)
    }

    /// A browser that would change something from a page that is not on the list is refused before
    /// anything else. It could not name a token without asking first (CORS), which nothing here
    /// answers; this holds whatever a browser does.
    func respond(to request: HTTPRequest) async -> HTTPAnswer {
        guard request.method == .GET || origins.allowsOrigin(of: request.headers) else {
            let failure = HTTPFailure(
                status: .forbidden, code: .forbidden,
                message: "This Origin is not on the server's list.")
            return .response(
                request.target.isAdministration
                    ? failure.administrationResponse : failure.response)
        }
        return await table.respond(to: request)
    }

    /// Only administrators may send as much as a catalogue takes; the head says who it is.
    func bodyBytesMax(of head: HTTPRequestHead, target: RequestTarget, isLocal: Bool) -> Int {
        guard target.isAdministration else { return limits.bodyBytesMax }
        let request = HTTPRequest(head, target: target, isLocal: isLocal)
        let asker = try? authentication.administrator(of: request)
        return asker == nil ? limits.bodyBytesMax : limits.adminBodyBytesMax
    }
}

/// What the routes work with.
struct HTTPParts: Sendable {
    let service: BidService
    let authenticator: Authenticator
    let gatekeeper: Gatekeeper
    let administration: Administration
    let archive: any Archive
    let clock: any ServiceClock
    let limits: GatewayLimits
    let statistics: GatewayStatistics
    let upgradePolicy: WebSocketUpgradePolicy
    /// Who may read the metrics.
    let metrics: MetricsAccess
    /// For what has to wait for the disk.
    let threadPool: NIOThreadPool
    let logger: Logger
    /// The station of an event loop of the server's; called on that loop.
    let station: @Sendable (any EventLoop) -> Station
    /// Whether the server is about to stop: it answers, but wants no new clients.
    let isDraining: @Sendable () -> Bool
}
