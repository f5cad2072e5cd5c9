import Foundation
import GavelClient
import StrictJSON
import WireProtocol

/// A real server: `gavel serve` as a process of its own, on a database in a folder of its own.
final class TestServer: Sendable {
    let folder: URL
    let endpoint: Endpoint
    private let trust: ServerTrust
    private let process: ChildProcess

    var database: String { folder.appendingPathComponent("gavel.db").path }

    private init(folder: URL, endpoint: Endpoint, trust: ServerTrust, process: ChildProcess) {
        self.folder = folder
        self.endpoint = endpoint
        self.trust = trust
        self.process = process
    }

    /// Starts a server and waits until it says where it listens.
    ///
    /// - Parameters:
    ///   - folder: of an earlier server, to go on with its database.
    ///   - trust: for its clients, where it speaks TLS.
    static func start(
        in folder: URL? = nil, arguments: [String] = [], trust: ServerTrust = .system
    ) async throws -> TestServer {
        let folder = try folder ?? temporaryFolder()
        let output = try PrivatePipe()
        let process = try ChildProcess(
            Gavel.executable,
            [
                "serve", "--json", "--database", folder.appendingPathComponent("gavel.db").path,
            ] + (arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]) + arguments,
            environment: Gavel.environment.merging(generous) { _, new in new },
            output: output.writing,
            errors: FileHandle(forWritingTo: logFile(in: folder)))
        guard let line = await output.reading.firstLine() else {
            let log = try String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)
            throw Failure("The server did not start: \(log)")
        }
        guard let start = try JSONValue(parsing: line).asObject else {
            throw Failure("The server's first line is no JSON: \(line)")
        }
        let url = try start.string("url")
        return TestServer(
            folder: folder, endpoint: try Endpoint(url), trust: trust, process: process)
    }

    /// Starts a server and kills it so soon that it may not have come to its end of the start.
    ///
    /// - Parameter milliseconds: from the process's start to the kill.
    /// - Returns: whether it had said already where it listens.
    static func startAndKill(
        in folder: URL, arguments: [String], after milliseconds: Int
    ) async throws -> Bool {
        let output = try PrivatePipe()
        let process = try ChildProcess(
            Gavel.executable,
            [
                "serve", "--json", "--database", folder.appendingPathComponent("gavel.db").path,
                "--listen", "127.0.0.1:0",
            ] + arguments, environment: Gavel.environment, output: output.writing,
            errors: FileHandle(forWritingTo: logFile(in: folder)))
        async let line = output.reading.firstLine()
        // The time is what this is about: what the server is doing then is left to chance.
        _ = try await run(
            "sleep", ["\(Double(milliseconds) / 1000)"], environment: Gavel.environment)
        process.send(SIGKILL)
        _ = await process.status()
        return await line != nil
    }

    /// Tests of other things than limits may bid, ask and connect as fast as they can, and be as slow
    /// as a busy machine makes them. In the environment, so that a test's own options go before it.
    private static let generous = [
        "MESSAGES_PER_SECOND": 1_000_000, "MESSAGE_BURST": 1_000_000,
        "BIDS_PER_SECOND": 1_000_000, "BID_BURST": 1_000_000,
        "BIDS_ON_LOT_PER_SECOND": 1_000_000, "BID_ON_LOT_BURST": 1_000_000,
        "NEW_CONNECTIONS_PER_SECOND": 1_000_000, "NEW_CONNECTIONS_BURST": 1_000_000,
        "CONNECTIONS_PER_BIDDER_MAX": 1_000_000, "FIRST_MESSAGE_SECONDS_MAX": 3600,
        "TLS_SECONDS_MAX": 600, "REQUEST_HEAD_SECONDS_MAX": 3600, "REQUEST_SECONDS_MAX": 3600,
    ].reduce(into: [:]) { $0["GAVEL_LIMITS_" + $1.key] = "\($1.value)" }

    static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func logFile(in folder: URL) throws -> URL {
        let file = folder.appendingPathComponent("log")
        try Data().write(to: file)
        return file
    }

    /// Runs an administrator's command on this server, by the socket beside the database.
    @discardableResult
    func gavel(_ arguments: String...) async throws -> Gavel.Result {
        try await Gavel.run(arguments + ["--database", database])
    }

    /// As above; anything but success fails the test.
    @discardableResult
    func must(_ arguments: String...) async throws -> Gavel.Result {
        let result = try await Gavel.run(arguments + ["--database", database])
        guard result.status == 0 else {
            throw Failure("gavel \(arguments.joined(separator: " ")): \(result)")
        }
        return result
    }

    /// A new bidder's bearer token.
    func bidder(_ id: String) async throws -> String {
        try await must("bidder", "add", id)
        return try await token(id)
    }

    func token(_ id: String) async throws -> String {
        let result = try await must("bidder", "token", id, "--json")
        guard let line = result.lines.first, let answer = try JSONValue(parsing: line).asObject
        else { throw Failure("No token in \(result)") }
        return try answer.string("token")
    }

    /// A new connection, in a bidder's name if there is a token.
    func connect(
        token: String? = nil, encoding: WireEncoding = .json
    ) async throws -> GavelConnection {
        var options = GavelConnection.Options(token: token)
        options.encoding = encoding
        if encoding == .json { options.trace = WireCheck.look }
        options.trust = trust
        // No test may depend on how fast a busy machine is.
        options.timeout = .seconds(240)
        options.closeTimeout = .seconds(240)
        return try await GavelConnection.connect(to: endpoint, options: options)
    }

    /// What the server says of itself.
    func metrics() async throws -> String {
        let http = GavelHTTP(endpoint, timeout: .seconds(240), trust: trust)
        return String(decoding: try await http.request("GET", "/metrics").body, as: UTF8.self)
    }

    /// Asks the server to stop, and waits until it has.
    func stop(by signal: Int32 = SIGTERM) async -> Int32 {
        process.send(signal)
        return await process.status()
    }

    var processIdentifier: Int32 { process.identifier }

    /// Sends a signal, and waits for nothing.
    func send(_ signal: Int32) { process.send(signal) }

    /// Tells it to read its files again.
    func hangUp() { process.send(SIGHUP) }

    /// Kills it at once, as a power cut would.
    func kill() async {
        process.send(SIGKILL)
        _ = await process.status()
    }

    func removeFolder() { try? FileManager.default.removeItem(at: folder) }

    deinit { process.send(SIGKILL) }
}

/// Something that a test needs did not work.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension FileHandle {
    /// The first line that is written, or nil when there is none; what follows is read away.
    func firstLine() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var line = Data()
                while true {
                    let byte = self.readData(ofLength: 1)
                    if byte.isEmpty || byte.first == UInt8(ascii: "\n") { break }
                    line.append(byte)
                }
                let text = line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
                continuation.resume(returning: text)
                // A full pipe would hold the server up.
                while !self.readData(ofLength: 4096).isEmpty {}
            }
        }
    }
}
