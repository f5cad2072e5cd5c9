import Foundation
import GavelClient
import TestAuthority

/// A folder with a certificate, its key and its authority's certificate.
struct TLSDesk {
    let folder: URL
    let authority: TestAuthority

    init() throws {
        folder = try TestServer.temporaryFolder()
        authority = try TestAuthority()
        try authority.issue().write(into: folder)
        try write(authority, "ca.pem")
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func write(_ authority: TestAuthority, _ name: String) throws {
        try Data(authority.pem.utf8).write(to: URL(fileURLWithPath: path(name)))
    }

    var arguments: [String] {
        ["--tls-certificate", path("cert.pem"), "--tls-key", path("key.pem")]
    }

    /// A server with that certificate, on a database in the same folder.
    func start(arguments more: [String] = []) async throws -> TestServer {
        try await TestServer.start(
            in: folder, arguments: arguments + more,
            trust: try ServerTrust(authoritiesIn: path("ca.pem")))
    }

    func connect(_ server: TestServer, trusting ca: String) async throws -> GavelConnection {
        var options = GavelConnection.Options()
        options.trust = try ServerTrust(authoritiesIn: path(ca))
        return try await GavelConnection.connect(to: server.endpoint, options: options)
    }
}
