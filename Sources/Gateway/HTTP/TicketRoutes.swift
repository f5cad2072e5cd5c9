import AuctionRules
import NIOHTTP1
import StrictJSON

/// Tickets, for clients that can't set the headers of a WebSocket's opening.
struct TicketRoutes: Sendable {
    private let authenticator: Authenticator
    private let authentication: RequestAuthentication

    init(_ parts: HTTPParts) {
        authenticator = parts.authenticator
        authentication = RequestAuthentication(authenticator: parts.authenticator)
    }

    /// `POST /v1/tickets`
    func issue(
        _ request: HTTPRequest, _: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        let identity = try authentication.requiredIdentity(of: request)
        guard let (ticket, expiresAt) = authenticator.issueTicket(for: identity) else {
            throw .unavailable("Too many tickets are about; try again in a moment.")
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("ticket", ticket)
            writer.field("expires_at", expiresAt.milliseconds)
        }
        return .json(writer.bytes)
    }
}
