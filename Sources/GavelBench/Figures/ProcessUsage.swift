public import Foundation

/// What a process has used, as `/proc` says.
public struct ProcessUsage: Sendable {
    private let identifier: pid_t

    public init(of identifier: pid_t) { self.identifier = identifier }

    /// This process.
    public static var own: ProcessUsage { ProcessUsage(of: getpid()) }

    /// User and system time of all its threads so far, in seconds; to a hundredth.
    public func cpuSeconds() throws(BenchError) -> Double {
        let stat = try read("stat")
        // The second field is a name in brackets, which may hold anything.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { throw .server("/proc/\(identifier)/stat has no such fields: \(stat)") }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// What it has in memory, in bytes.
    public func residentBytes() throws(BenchError) -> Int {
        let statm = try read("statm")
        let fields = statm.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else {
            throw .server("/proc/\(identifier)/statm has no such fields: \(statm)")
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// How many files and connections it has open.
    public func openFiles() throws(BenchError) -> Int {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd")
                .count
        } catch { throw gone }
    }

    private func read(_ name: String) throws(BenchError) -> String {
        do {
            return try String(contentsOfFile: "/proc/\(identifier)/\(name)", encoding: .utf8)
        } catch { throw gone }
    }

    private var gone: BenchError {
        .server("The server is gone: there is no process \(identifier).")
    }
}
