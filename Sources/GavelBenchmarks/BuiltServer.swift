import Foundation
import GavelBench

/// The `gavel` that was built beside this program, serving.
extension GavelProcess {
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
    convenience init(database: String, known: [String], log: Pipe? = nil) throws {
        try self.init(
            try Self.built(),
            [
                "--socket", "none", "--log-level", log == nil ? "warning" : "info",
                "--log-format", "json", "--database", database,
            ] + known,
            log: log)
    }

    private static func built() throws -> URL {
        try own().deletingLastPathComponent().appendingPathComponent("gavel")
    }

    /// Those settings, each with its value, that the server has: a build of another day is measured
    /// without the others.
    static func known(_ settings: [String]) throws -> [String] {
        let output = Pipe()
        let process = Process()
        process.executableURL = try built()
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
}
