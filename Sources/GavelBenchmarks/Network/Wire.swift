import Foundation
import GavelLoad

/// How clients and the server speak in a benchmark: what the server is told, and the client does.
struct Wire: Sendable {
    let name: String
    let settings: [String]
    let change: @Sendable (inout LoadClient.Settings) throws -> Void

    static let plain = Wire(name: "plain", settings: []) { _ in }

    static let deflate = Wire(name: "deflate", settings: ["--compression", "yes"]) {
        $0.offersDeflate = true
    }

    /// With a certificate made for it by the `openssl` program.
    static func tls(in folder: URL) throws -> Wire {
        let certificate = folder.appendingPathComponent("certificate.pem").path
        let key = folder.appendingPathComponent("key.pem").path
        if !FileManager.default.fileExists(atPath: certificate) {
            let openssl = Process()
            openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            openssl.arguments = [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-keyout", key, "-out", certificate,
            ]
            openssl.standardError = FileHandle.nullDevice
            try openssl.run()
            openssl.waitUntilExit()
            guard openssl.terminationStatus == 0 else {
                throw BenchmarkFailure("No certificate for TLS: install openssl")
            }
        }
        let context = try LoadClient.blindTLS()
        return Wire(
            name: "TLS", settings: ["--tls-certificate", certificate, "--tls-key", key]
        ) {
            $0.tls = context
        }
    }

    /// No limit is in the way of thousands of connections from this machine in a moment.
    static let openDoors = [
        "--limit", "new-connections-per-second=1000000", "--limit",
        "new-connections-burst=1000000",
    ]
}
