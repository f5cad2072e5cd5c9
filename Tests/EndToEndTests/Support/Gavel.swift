import Foundation

/// The built `gavel`, run as a process of its own: what a person would type.
enum Gavel {
    struct Result {
        let status: Int32
        let output: String
        let errors: String

        /// One JSON object a line, as `--json` prints them.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// Beside the test's own executable: SwiftPM builds both into one folder.
    static let executable: String = {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return own.deletingLastPathComponent().appendingPathComponent("gavel").path
    }()

    /// What the developer has set for his own servers must not reach the tests.
    static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GAVEL_") }
    }

    /// Runs one command to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> Result {
        let result = try await EndToEndTests.run(
            executable, arguments,
            environment: Self.environment.merging(environment) { _, new in new })
        return Result(status: result.status, output: result.output, errors: result.errors)
    }
}
