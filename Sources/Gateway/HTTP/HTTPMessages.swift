import NIOCore
import NIOHTTP1
import WireProtocol

/// One whole request, within its bounds.
struct HTTPRequest: Sendable {
    /// Never `HEAD`: that is a `GET` here, whose answer loses its body on the way out.
    let method: HTTPMethod
    let target: RequestTarget
    let headers: HTTPHeaders
    let body: ByteBuffer
    /// It came over the Unix domain socket: only an administrator of this machine can open that.
    let isLocal: Bool
    /// It came from this machine, as far as can be told: over that socket, or from a loopback
    /// address, and no proxy says that it brings it for somebody else.
    var isFromHere: Bool
    /// Nothing came before it on its connection, so that the connection could still have become a
    /// WebSocket.
    let isFirst: Bool
    /// The head as it came.
    let head: HTTPRequestHead

    init(
        _ head: HTTPRequestHead, target: RequestTarget, body: ByteBuffer = ByteBuffer(),
        isLocal: Bool = false, isFirst: Bool = true
    ) {
        self.head = head
        method = head.method == .HEAD ? .GET : head.method
        headers = head.headers
        self.target = target
        self.body = body
        self.isLocal = isLocal
        isFromHere = isLocal
        self.isFirst = isFirst
    }

    /// Whether the sender said that there is a body, even an empty one.
    var announcesBody: Bool {
        headers.contains(name: "Content-Length") || headers.contains(name: "Transfer-Encoding")
    }

    /// The parameter's value, nil when it is absent or empty.
    func parameter(_ name: String) throws(HTTPFailure) -> String? {
        let values = target.query.filter { $0.name == name }
        guard values.count <= 1 else { throw .badRequest("give \(name) once") }
        return values.first.flatMap { $0.value.isEmpty ? nil : $0.value }
    }
}

/// One whole answer. What every answer carries is added on its way out; a 304 has no body.
struct HTTPResponse: Sendable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body: ByteBuffer
    /// The connection can't be used after it.
    var closesConnection = false

    init(
        _ status: HTTPResponseStatus = .ok, type: String, headers: HTTPHeaders = [:],
        body: ByteBuffer
    ) {
        self.status = status
        self.headers = headers
        self.headers.replaceOrAdd(name: "Content-Type", value: type)
        self.body = body
    }

    static func json(
        _ bytes: [UInt8], status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        HTTPResponse(
            status, type: "application/json", headers: headers, body: ByteBuffer(bytes: bytes))
    }

    static func message(
        _ message: ServerMessage, status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        .json(ServerFrame(message).encoded(), status: status, headers: headers)
    }
}

/// Why a request gets no answer but an error.
struct HTTPFailure: Error, Sendable {
    let status: HTTPResponseStatus
    let code: ErrorCode
    /// What is wrong and what to do.
    let message: String
    var headers: HTTPHeaders = [:]
    /// What follows on the connection can't be told apart from what is wrong, or is not wanted.
    var closesConnection = false

    /// The answer, in the one shape that errors have.
    var response: HTTPResponse {
        var response = HTTPResponse.message(
            .error(.init(code, message: message)), status: status, headers: headers)
        response.closesConnection = closesConnection
        return response
    }

    /// The answer to an administrator's command, which has errors of its own form.
    var administrationResponse: HTTPResponse {
        let code: AdminFault.Code =
            switch status.code {
            case 401: .unauthenticated
            case 403: .forbidden
            case 404, 405: .unknownCommand
            case 413: .tooLarge
            case 500...: .internalError
            default: .badRequest
            }
        var response = HTTPResponse.json(
            AdminFault(code, message).encoded(), status: status, headers: headers)
        response.closesConnection = closesConnection
        return response
    }
}

extension HTTPFailure {
    static func badRequest(_ what: String) -> HTTPFailure {
        HTTPFailure(
            status: .badRequest, code: .badMessage, message: "The request can't be read: \(what).")
    }

    /// The bytes can't be told apart any more: the connection ends with it.
    static func malformed(
        _ message: String, status: HTTPResponseStatus = .badRequest
    ) -> HTTPFailure {
        HTTPFailure(status: status, code: .badMessage, message: message, closesConnection: true)
    }

    static let notFound = HTTPFailure(
        status: .notFound, code: .notFound, message: "There is nothing at this address.")

    static func tooLarge(bytesMax: Int) -> HTTPFailure {
        HTTPFailure(
            status: .payloadTooLarge, code: .tooLarge,
            message: "The body may be at most \(bytesMax) bytes.", closesConnection: true)
    }

    static func unavailable(_ message: String) -> HTTPFailure {
        HTTPFailure(
            status: .serviceUnavailable, code: .unavailable, message: message,
            headers: ["Retry-After": "1"])
    }

    static let internalError = HTTPFailure(
        status: .internalServerError, code: .internalError,
        message: "Something went wrong here; it has been logged.")
}

extension ErrorCode {
    static let notFound = ErrorCode(rawValue: "not_found")
    static let methodNotAllowed = ErrorCode(rawValue: "method_not_allowed")
    /// The lot has no certificate yet, or gets none.
    static let notClosed = ErrorCode(rawValue: "not_closed")
    static let tooLarge = ErrorCode(rawValue: "too_large")
    static let upgradeRequired = ErrorCode(rawValue: "upgrade_required")
    static let internalError = ErrorCode(rawValue: "internal")

    /// What is said over HTTP alone.
    static let ofHTTP: [ErrorCode] = [
        .notFound, .methodNotAllowed, .notClosed, .tooLarge, .upgradeRequired, .internalError,
    ]
}
