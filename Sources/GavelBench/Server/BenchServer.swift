public import Foundation
public import GavelClient

/// The server that is measured: one that was started for it, or a given one.
public struct BenchServer: Sendable {
    let address: PollAddress
    let administrator: AdminClient
    /// Nil for a given server, of which nothing can be told but what it answers.
    let process: GavelProcess?

    /// A server that runs somewhere, and is neither started nor ended here.
    ///
    /// - Parameter token: an administrator's.
    public init(given endpoint: Endpoint, token: String, trust: ServerTrust) throws(BenchError) {
        switch endpoint {
        case .tcp(let host, let port):
            guard let port = UInt16(exactly: port) else {
                throw .badSetting("--server: \(port) is no port.")
            }
            address = try PollAddress(host: host, port: port)
        case .tls:
            throw .badSetting(
                "--server: the load speaks no TLS, which would cost more than what it measures: give "
                    + "the plain address behind the proxy, like http://127.0.0.1:8080.")
        case .unix:
            throw .badSetting("--server: the load comes over the network: give http://HOST:PORT.")
        }
        administrator = AdminClient(endpoint, token: token, timeout: .seconds(120), trust: trust)
        process = nil
    }

    private init(own process: GavelProcess, socket: String) throws(BenchError) {
        address = try PollAddress(host: process.host, port: process.port)
        administrator = AdminClient(.unix(path: socket), timeout: .seconds(120))
        self.process = process
    }

    /// Starts a server on an empty database, lets the body have it, and ends it.
    ///
    /// - Parameters:
    ///   - executable: the `gavel` to start.
    ///   - folder: where the database goes, in a folder of its own that is removed afterwards.
    public static func withOwn<Value: Sendable>(
        _ executable: URL, in folder: URL,
        _ body: (BenchServer) async throws(BenchError) -> Value
    ) async throws(BenchError) -> Value {
        let place = folder.appendingPathComponent("gavel-bench-\(UUID().uuidString.prefix(8))")
        do {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        } catch { throw .badSetting("--folder: \(place.path) can't be created: \(error)") }
        let folderKey = Leftovers.note { try? FileManager.default.removeItem(at: place) }
        defer {
            Leftovers.forget(folderKey)
            try? FileManager.default.removeItem(at: place)
        }
        // A path of a socket has room for 107 bytes, and a folder for temporary files may be deep.
        let socket = "/tmp/gavel-bench-\(UUID().uuidString.prefix(8)).sock"
        let process = try GavelProcess(
            executable,
            [
                "--database", place.appendingPathComponent("gavel.db").path, "--socket", socket,
                "--log-level", "error",
            ] + openDoors)
        let processKey = Leftovers.note { process.kill() }
        defer { Leftovers.forget(processKey) }
        let value: Value
        do {
            value = try await body(BenchServer(own: process, socket: socket))
        } catch {
            process.kill()
            throw error
        }
        try process.stop()
        return value
    }

    /// The checks of every limit stand; what they allow is raised, as one machine plays thousands.
    private static let openDoors: [String] = [
        "messages-per-second", "message-burst", "bids-per-second", "bid-burst",
        "bids-on-lot-per-second", "bid-on-lot-burst", "new-connections-per-second",
        "new-connections-burst", "connections-per-bidder-max",
    ].flatMap { ["--limit", "\($0)=1000000"] }

    /// CPU time of the server so far, in seconds; nil of a given one.
    func cpuSeconds() throws(BenchError) -> Double? { try process?.usage.cpuSeconds() }
}
