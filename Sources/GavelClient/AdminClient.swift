public import NIOPosix
public import WireProtocol

/// Administers a server: over its Unix domain socket, or from afar with a token.
public struct AdminClient: Sendable {
    private let http: GavelHTTP
    private let token: String?

    /// - Parameters:
    ///   - endpoint: where the server listens.
    ///   - token: an administrator's; none is needed over the socket.
    ///   - timeout: for each command, its connecting included.
    ///   - trust: who may vouch for a server with TLS.
    ///   - group: the threads that serve the connections.
    public init(
        _ endpoint: Endpoint, token: String? = nil, timeout: Duration = .seconds(30),
        trust: ServerTrust = .system, group: MultiThreadedEventLoopGroup = .singleton
    ) {
        http = GavelHTTP(endpoint, timeout: timeout, trust: trust, group: group)
        self.token = token
    }

    /// Has a command carried out. Throws ``GavelClientError/fault(_:)`` when it was refused.
    public func perform(_ command: AdminCommand) async throws(GavelClientError) -> AdminAnswer {
        var headers = [GavelHTTP.Header("Content-Type", "application/json")]
        if let token { headers.append(.init("Authorization", "Bearer \(token)")) }
        let answer = try await http.request(
            "POST", command.path, headers: headers, body: command.encodedBody())
        let decoded: Result<AdminAnswer, AdminFault>
        do {
            decoded = try AdminAnswer.decode(answer.body, to: command.name)
        } catch {
            // Something that is no Gavel answered, or refused before it came to that.
            guard answer.status == 200 else { throw .refused(status: answer.status, message: "") }
            throw .protocolViolation(error.message)
        }
        switch decoded {
        case .success(let answer): return answer
        case .failure(let fault): throw .fault(fault)
        }
    }
}
