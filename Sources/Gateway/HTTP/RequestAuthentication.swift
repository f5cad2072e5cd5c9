import NIOHTTP1
import WireProtocol

/// Who sent a request.
struct RequestAuthentication: Sendable {
    let authenticator: Authenticator

    /// The bearer of the request's token; nil when it has none. A token that is not good is refused
    /// even where none is needed: its bearer believes to be somebody.
    func identity(of request: HTTPRequest) throws(HTTPFailure) -> Identity? {
        guard request.headers.contains(name: "Authorization") else { return nil }
        guard let token = request.headers.bearerToken else { throw .unauthenticated(.missing) }
        switch authenticator.identify(token: token) {
        case .success(let identity): return identity
        case .failure(let failure): throw .unauthenticated(failure)
        }
    }

    /// As above, for what nobody may do without a token.
    func requiredIdentity(of request: HTTPRequest) throws(HTTPFailure) -> Identity {
        guard let identity = try identity(of: request) else { throw .unauthenticated(.missing) }
        return identity
    }

    func bidder(of request: HTTPRequest) throws(HTTPFailure) -> Identity {
        let identity = try requiredIdentity(of: request)
        guard identity.bidder != nil else {
            throw HTTPFailure(
                status: .forbidden, code: .forbidden,
                message: "An administrator's token is not for bidding.")
        }
        return identity
    }

    /// An administrator: by a token, or by having come over this machine's own socket.
    func administrator(of request: HTTPRequest) throws(HTTPFailure) -> Administration.Asker {
        if request.isLocal { return .thisMachine }
        guard let name = try requiredIdentity(of: request).administrator else {
            throw HTTPFailure(
                status: .forbidden, code: .forbidden,
                message: "A bidder's token is not for administration.")
        }
        return .administrator(name)
    }
}

extension HTTPHeaders {
    /// What follows `Authorization: Bearer`; nil when that is not there exactly once.
    var bearerToken: String? {
        let headers = self["Authorization"]
        guard headers.count == 1 else { return nil }
        let parts = headers[0].split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}

extension HTTPFailure {
    /// A credential that is not good ends its connection: to verify one costs up to a tenth of a
    /// millisecond of an event loop, and so the limits on new connections bound how many are tried.
    static func unauthenticated(_ failure: AuthenticationFailure) -> HTTPFailure {
        let challenge =
            failure == .missing
            ? "Bearer realm=\"gavel\"" : "Bearer realm=\"gavel\", error=\"invalid_token\""
        return HTTPFailure(
            status: .unauthorized, code: .unauthenticated, message: failure.message,
            headers: ["WWW-Authenticate": challenge], closesConnection: failure != .missing)
    }
}
