import Foundation

/// The database as a person sees it: through the `sqlite3` program.
enum Database {
    static func query(_ sql: String, in path: String) async throws -> String {
        let result = try await run(
            "sqlite3", ["-readonly", "-batch", path, sql],
            environment: ProcessInfo.processInfo.environment)
        guard result.status == 0 else { throw Failure("sqlite3: \(result.errors)") }
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
