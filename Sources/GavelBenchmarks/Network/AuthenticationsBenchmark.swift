import Foundation
import GavelBench
import GavelLoad
import NIOCore
import Synchronization
import TestAuthority

/// `authenticate` over and over on one WebSocket, so many messages at a time: CPU time of the
/// server's for each. What a JSON Web Token costs more than a token of the house's is its signature,
/// and taking it apart.
struct AuthenticationsBenchmark: Benchmark {
    static let atOnce = 64

    /// Who made the credential.
    enum Issuer: String, CaseIterable {
        case house = "a token of the house"
        case edDSA = "EdDSA"
        case es256 = "ES256"
        case rs256 = "RS256, 2,048 bits"

        func make() throws -> TestIssuer? {
            switch self {
            case .house: nil
            case .edDSA: .ed25519()
            case .es256: .p256()
            case .rs256: try .rsa()
            }
        }
    }

    let issuer: Issuer
    let count: Int
    let folder: URL

    init(_ issuer: Issuer, count: Int, in folder: URL) {
        self.issuer = issuer
        self.count = count
        self.folder = folder
    }

    var name: String { "authenticate: \(issuer.rawValue)" }

    func run() async throws -> Measurement {
        let hall = try Hall(seats: 1, in: folder)
        var settings =
            Wire.openDoors + [
                "--limit", "messages-per-second=1000000", "--limit", "message-burst=1000000",
            ]
        var credential = hall.token(0)
        if let issuer = try issuer.make() {
            let keys = folder.appendingPathComponent("\(UUID().uuidString).json")
            try Data(TestIssuer.keySet(issuer).utf8).write(to: keys)
            settings += [
                "--jwks", keys.path, "--jwt-issuer", "https://id.house", "--jwt-audience", "gavel",
            ]
            let end = Int(Date().timeIntervalSince1970) + 3600
            credential = try issuer.sign(
                claims: #"{"iss":"https://id.house","aud":"gavel","sub":"bidder-0","exp":\#(end)}"#)
        }
        let server = try GavelProcess(database: hall.database, settings: settings)
        defer { server.kill() }
        let client = Lines.client(to: server.port)
        let message = #"{"type":"authenticate","token":"\#(credential)"}"#
        let measurement = try await Measurement.measure(
            units: count, cpuTime: { try server.usage.cpuSeconds() }
        ) {
            let fault = await withCheckedContinuation { continuation in
                client.connect { [count] in Repeater(message, count, continuation) }
            }
            if let fault { throw BenchmarkFailure("It did not authenticate: \(fault)") }
        }
        try server.stop()
        return measurement
    }

    /// Says the same thing again for each answer.
    private final class Repeater: LoadConduct {
        private let message: String
        private var unsent: Int
        private var unanswered: Int
        private var last = "no answer"
        private let continuation: CheckedContinuation<String?, Never>

        init(
            _ message: String, _ count: Int, _ continuation: CheckedContinuation<String?, Never>
        ) {
            self.message = message
            unsent = count
            unanswered = count
            self.continuation = continuation
        }

        func begin(on line: LoadLine) {
            for _ in 0..<min(AuthenticationsBenchmark.atOnce, unsent) { say(on: line) }
        }

        func receive(_ text: ByteBuffer, on line: LoadLine) {
            let answer = LoadMessage(text)
            guard answer.isA("authenticated") else {
                last = answer.description
                if !answer.isA("welcome") { line.close() }
                return
            }
            unanswered -= 1
            if unsent > 0 { say(on: line) }
            if unanswered == 0 { line.close() }
        }

        func end(_ end: LoadEnd) {
            continuation.resume(returning: unanswered == 0 ? nil : "\(last), \(end)")
        }

        private func say(on line: LoadLine) {
            unsent -= 1
            line.send(text: message)
        }
    }
}
