public import Foundation
import StrictJSON

/// A `gavel serve` as a process of its own.
public final class GavelProcess: @unchecked Sendable {
    // Sendable: the process is started in the initialiser; what is called of it afterwards (is it
    // running, end it, wait for it) Foundation allows on any thread.
    private let process = Process()
    /// Where it listens.
    public let host: String
    public let port: UInt16

    /// The executable that this process runs.
    public static func own() throws(BenchError) -> URL {
        do {
            return URL(
                fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/exe"))
        } catch { throw .server("Can't tell which program this is: \(error)") }
    }

    /// Starts it and waits until it listens.
    ///
    /// - Parameters:
    ///   - executable: the `gavel`.
    ///   - arguments: of `gavel serve`, beside where to listen and how to say so.
    ///   - log: gets its standard error; nil: it goes to our own.
    public init(_ executable: URL, _ arguments: [String], log: Pipe? = nil) throws(BenchError) {
        guard FileManager.default.isExecutableFile(atPath: executable.path) else {
            throw .server("There is no \(executable.path): run swift build -c release")
        }
        let output = Pipe()
        process.executableURL = executable
        process.arguments = ["serve", "--listen", "127.0.0.1:0", "--json"] + arguments
        // What an operator has set for the server that he runs is not for this one.
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("GAVEL_")
        }
        process.standardOutput = output
        if let log { process.standardError = log }
        do { try process.run() } catch {
            throw .server("\(executable.path) can't be started: \(error)")
        }
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else {
                process.waitUntilExit()
                throw .server(
                    "The server did not start, and ended with status "
                        + "\(process.terminationStatus).")
            }
            line += bytes
        }
        guard let message = (try? JSONValue(parsing: line))?.asObject,
            let url = try? message.string("url"), let address = URLComponents(string: url),
            let host = address.host, let port = address.port.flatMap(UInt16.init(exactly:))
        else {
            process.terminate()
            throw .server(
                "The server does not say where it listens: \(String(decoding: line, as: UTF8.self))"
            )
        }
        (self.host, self.port) = (host, port)
    }

    public var usage: ProcessUsage { ProcessUsage(of: process.processIdentifier) }
    public var isRunning: Bool { process.isRunning }

    /// Asks it to end.
    public func terminate() { process.terminate() }

    /// Ends it in order, and waits for it on this thread.
    public func stop() throws(BenchError) {
        terminate()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw .server("The server ended with status \(process.terminationStatus).")
        }
    }

    /// Ends it at once.
    public func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
