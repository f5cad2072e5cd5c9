import CFanOut
import Foundation
import GavelBench

/// A server that sends updates to everybody when it is told to.
protocol UpdateSource: AnyObject {
    var name: String { get }
    var port: UInt16 { get }
    /// What is watched there.
    var lot: String { get }
    /// User and system time of all its threads so far, in seconds.
    func cpuTime() throws -> Double
    func residentBytes() throws -> Int
    /// Lets the next updates go out, all at once.
    func update(_ count: Int) throws
    /// Reads what the server has for whoever made the updates; never waits.
    func listen() throws
    func kill()
}

/// Gavel: an update is a bid over a socket, accepted, on disk and outbid at once.
final class GavelUpdates: UpdateSource {
    let name = "gavel"
    let lot: String
    private let server: GavelProcess
    private let bidder: BidConnection

    /// - Parameter updatesMax: how many there may be in all.
    init(updatesMax: Int, in folder: URL) throws {
        let hall = try Hall(seats: 1, in: folder)
        lot = hall.lot(0)
        server = try GavelProcess(
            database: hall.database, settings: Wire.openDoors + BidsBenchmark.settings)
        do {
            bidder = try BidConnection(
                BidScript(token: hall.token(0), lot: lot, count: updatesMax), port: server.port)
        } catch {
            server.kill()
            throw error
        }
    }

    var port: UInt16 { server.port }
    func cpuTime() throws -> Double { try server.usage.cpuSeconds() }
    func residentBytes() throws -> Int { try server.usage.residentBytes() }
    func update(_ count: Int) throws { try bidder.send(count) }
    func kill() { server.kill() }

    func listen() throws {
        var ready = pollfd(fd: bidder.descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&ready, 1, 0) > 0 { _ = try bidder.receive() }
    }
}

/// A program that prints its port, and for each line of its standard input, a number, sends that many
/// updates to whoever watches, as ``bare_loop_serve(_:)`` does.
final class ProgramUpdates: UpdateSource {
    let name: String
    let port: UInt16
    let lot = "lot-0"
    private let process = Process()
    private let input = Pipe()

    /// The bare loop, which is in this program.
    static func bareLoop(updateBytes: Int) throws -> ProgramUpdates {
        try ProgramUpdates(
            name: "bare loop",
            URL(
                fileURLWithPath: FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/exe")),
            arguments: [Self.bareLoopArgument, String(updateBytes)])
    }

    init(name: String, _ program: URL, arguments: [String]) throws {
        self.name = name
        let output = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = ""
        while !line.contains("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw BenchmarkFailure("\(name) did not start") }
            line += String(decoding: bytes, as: UTF8.self)
        }
        guard let port = UInt16(line.prefix { $0.isNumber }) else {
            throw BenchmarkFailure("\(name) does not say its port: \(line)")
        }
        self.port = port
    }

    func cpuTime() throws -> Double { try ProcessUsage(of: process.processIdentifier).cpuSeconds() }

    func residentBytes() throws -> Int {
        try ProcessUsage(of: process.processIdentifier).residentBytes()
    }

    func update(_ count: Int) throws {
        try input.fileHandleForWriting.write(contentsOf: Data("\(count)\n".utf8))
    }

    func listen() {}

    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static let bareLoopArgument = "bare-loop"

    /// Becomes the bare loop, if this process was started as that.
    static func serveIfAsked() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, arguments[1] == bareLoopArgument,
            let bytes = Int32(arguments[2])
        else { return }
        exit(bare_loop_serve(bytes))
    }
}
