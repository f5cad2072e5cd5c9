import AuctionRules
import NIOHTTP1
import StrictJSON
import WireProtocol

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
        let ticket: String
        let expiresAt: Instant
        switch authenticator.issueTicket(for: identity) {
        case .success(let issued): (ticket, expiresAt) = issued
        case .failure(.tooManyOfToken):
            throw HTTPFailure(
                status: .tooManyRequests, code: .rateLimited,
                message: "Use the tickets that you have, or wait until they have expired.",
                headers: ["Retry-After": "30"])
        case .failure(.tooMany):
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
