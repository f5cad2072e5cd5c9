import Foundation

/// The `gavel` that was built beside this program, serving.
final class ServerProcess {
    let port: UInt16
    private let process = Process()

    /// Starts it and waits until it listens.
    ///
    /// - Parameter settings: beside those that it always has; those that it does not know are left
    ///   out.
    convenience init(database: String, settings: [String] = []) throws {
        try self.init(database: database, known: try Self.known(settings))
    }

    /// - Parameters:
    ///   - known: settings that it is known to have, so that it need not be asked first.
    ///   - log: gets what it logs, down to the level `info`; nil: warnings go to our own.
    init(database: String, known: [String], log: Pipe? = nil) throws {
        let output = Pipe()
        process.executableURL = try Self.gavel()
        process.arguments =
            [
                "serve", "--listen", "127.0.0.1:0", "--socket", "none", "--json", "--log-level",
                log == nil ? "warning" : "info", "--log-format", "json", "--database", database,
            ] + known
        process.standardOutput = output
        if let log { process.standardError = log }
        try process.run()
        var line = ""
        while !line.contains("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else {
                throw BenchmarkFailure("The server did not start: \(line)")
            }
            line += String(decoding: bytes, as: UTF8.self)
        }
        let key = #"://127.0.0.1:"#
        guard let start = line.range(of: key)?.upperBound,
            let port = UInt16(line[start...].prefix { $0.isNumber })
        else { throw BenchmarkFailure("The server does not say where it listens: \(line)") }
        self.port = port
    }

    private static func gavel() throws -> URL {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let gavel = URL(fileURLWithPath: own).deletingLastPathComponent()
            .appendingPathComponent("gavel")
        guard FileManager.default.isExecutableFile(atPath: gavel.path) else {
            throw BenchmarkFailure("There is no \(gavel.path): run swift build -c release")
        }
        return gavel
    }

    /// Those settings, each with its value, that the server has: a build of another day is measured
    /// without the others.
    static func known(_ settings: [String]) throws -> [String] {
        let output = Pipe()
        let process = Process()
        process.executableURL = try gavel()
        process.arguments = ["serve", "--check-config"]
        process.standardOutput = output
        try process.run()
        let table = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let names = Set(table.split(separator: "\n").compactMap { $0.split(separator: " ").first })
        return stride(from: 0, to: settings.count - 1, by: 2).flatMap { index -> [String] in
            let (option, value) = (settings[index], settings[index + 1])
            let name =
                option == "--limit"
                ? "limits." + value.prefix { $0 != "=" } : String(option.dropFirst(2))
            if names.contains(name[...]) { return [option, value] }
            print("This server does not know \(option) \(value)")
            return []
        }
    }

    /// User and system time of all its threads so far, in seconds.
    func cpuTime() throws -> Double { try Self.cpuTime(of: process.processIdentifier) }

    /// What it has in memory, in bytes.
    func residentBytes() throws -> Int { try Self.residentBytes(of: process.processIdentifier) }

    static func cpuTime(of process: Int32) throws -> Double {
        let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The second field is a name in brackets, which may hold anything.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { throw BenchmarkFailure("/proc/PID/stat has no such fields: \(stat)") }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    static func residentBytes(of process: Int32) throws -> Int {
        let statm = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
        let fields = statm.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else {
            throw BenchmarkFailure("/proc/PID/statm has no such fields: \(statm)")
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    var isRunning: Bool { process.isRunning }

    /// Asks it to end.
    func terminate() { process.terminate() }

    /// Ends it in order.
    func stop() throws {
        terminate()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkFailure("The server ended with status \(process.terminationStatus)")
        }
    }

    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
