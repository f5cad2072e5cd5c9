import NIOCore
import NIOHTTP1
import WireProtocol

/// Administrators' commands over HTTP: `POST /v1/admin/NAME`.
struct AdministrationRoutes: Sendable {
    private let administration: Administration
    private let authentication: RequestAuthentication

    init(_ parts: HTTPParts) {
        administration = parts.administration
        authentication = RequestAuthentication(authenticator: parts.authenticator)
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
}
