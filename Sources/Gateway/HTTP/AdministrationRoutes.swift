import AuctionRules
import BidService
import NIOCore
import NIOHTTP1
import WireProtocol

/// Administrators' commands over HTTP: `POST /v1/admin/NAME`.
struct AdministrationRoutes: Sendable {
    private let administration: Administration
    private let authentication: RequestAuthentication
    private let board: PublicBoard
    private let auctionsMax: Int
    private let station: @Sendable (any EventLoop) -> Station

    init(_ parts: HTTPParts) {
        administration = parts.administration
        authentication = RequestAuthentication(authenticator: parts.authenticator)
        board = parts.service.board
        auctionsMax = parts.limits.watchesMax
        station = parts.station
    }

    func perform(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        let asker = try authentication.administrator(of: request)
        do throws(AdminFault) {
            let command = try AdminCommand.decode(
                name: parameters["command"], body: request.body.readableBytesView)
            return .json(try await administration.perform(command, for: asker).encoded())
        } catch {
            return .json(
                error.encoded(), status: HTTPResponseStatus(statusCode: error.httpStatus))
        }
    }

    /// `POST /v1/admin/watch`: what happens, as a stream of events.
    func watch(_ request: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPAnswer {
        let asker = try authentication.administrator(of: request)
        do throws(AdminFault) {
            let watch = try AdminWatch.decode(
                request.body.readableBytesView, auctionsMax: auctionsMax)
            try checkExistence(of: watch.scope)
            administration.note(watch, by: asker)
            return .stream(
                ConsoleStream(
                    watch: watch, token: request.isLocal ? nil : request.headers.bearerToken,
                    station: station))
        } catch {
            return .response(
                .json(error.encoded(), status: HTTPResponseStatus(statusCode: error.httpStatus)))
        }
    }

    private func checkExistence(of scope: AdminWatch.Scope) throws(AdminFault) {
        switch scope {
        case .sale(let id):
            guard board.auctions(in: id) != nil else { throw .unknownSale(id) }
        case .auctions(let ids):
            for id in ids where board.snapshot(of: id, for: nil) == nil {
                throw AdminFault(
                    Objection(.unknownAuction, "There is no auction \(id): check its id."))
            }
        }
    }
}
