import BidService
import Foundation
import GavelClient
import Ledger
import NIOCore
import TestAuthority
import Testing

@testable import Gateway

/// A whole gateway that speaks TLS on a real socket, over a log in memory, with an authority of its
/// own.
final class SecureHouse: Sendable {
    let folder: URL
    let files: TLSFiles
    let authority: TestAuthority
    let logged = LogRecorder()
    let server: GatewayServer
    let service: BidService
    let port: Int

    init(limits: GatewayLimits = .generous) async throws {
        folder = try Self.newFolder()
        authority = try TestAuthority()
        let paths = try authority.issue().write(into: folder)
        files = TLSFiles(certificate: paths.certificate, key: paths.key)
        let log = MemoryLog()
        let fanOut = FanOut()
        service = try BidService(publisher: fanOut) { () throws(LedgerError) in log }
        server = try await GatewayServer.start(
            configuration: GatewayConfiguration(port: 0, tls: files, limits: limits),
            service: service, fanOut: fanOut,
            administration: Administration(service: service, archive: LogArchive(log: log)),
            logger: logged.logger)
        port = try #require(server.localAddress?.port)
    }

    static func newFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    func close() async {
        await server.drain()
        service.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: - Clients

    func trust(_ authority: TestAuthority? = nil) throws -> ServerTrust {
        let path = folder.appendingPathComponent("ca-\(UUID().uuidString).pem").path
        try Data((authority ?? self.authority).pem.utf8).write(to: URL(fileURLWithPath: path))
        return try ServerTrust(authoritiesIn: path)
    }

    func http(
        host: String = "127.0.0.1", trusting authority: TestAuthority? = nil
    ) throws -> GavelHTTP {
        GavelHTTP(.tls(host: host, port: port), trust: try trust(authority))
    }

    func connect(trusting authority: TestAuthority? = nil) async throws -> GavelConnection {
        var options = GavelConnection.Options()
        options.trust = try trust(authority)
        return try await GavelConnection.connect(
            to: .tls(host: "127.0.0.1", port: port), options: options)
    }

    /// Waits until a line of `/metrics` has come to that number: a client may hear of a failure
    /// before it has been counted.
    func waitForMetric(_ line: String, _ number: Int) async throws {
        let http = try http()
        while true {
            let answer = try await http.request("GET", "/metrics")
            let text = String(decoding: answer.body, as: UTF8.self)
            if text.split(separator: "\n").contains("\(line) \(number)") { return }
        }
    }
}
