public import Foundation
import GavelLoad

/// Measures a server under load.
public struct Bench: Sendable {
    /// The server that is measured.
    public enum Subject: Sendable {
        /// Started for each run, on an empty database in this folder.
        case own(executable: URL, folder: URL)
        case given(BenchServer)
    }

    private let settings: BenchSettings
    private let subject: Subject
    private let version: String

    /// Files of this process beside its connections, and of the server likewise.
    private static let otherFiles = 200

    /// - Parameter version: of the program, for the report.
    public init(_ settings: BenchSettings, of subject: Subject, version: String) throws(BenchError)
    {
        var settings = settings
        if case .given = subject { settings.isDistant = true }
        try settings.check()
        let needed = settings.connections + Self.otherFiles
        let permitted = OpenFiles.raise(to: needed)
        guard permitted >= needed else {
            throw .tooFewFiles(permitted: permitted, needed: needed)
        }
        self.settings = settings
        self.subject = subject
        self.version = version
    }

    /// Does all runs, one after the other. The first fault ends it, and then there are no figures.
    ///
    /// - Parameter progress: told how far it is, 0 ... 1; on any thread.
    public func run(
        _ progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws(BenchError) -> BenchReport {
        let startedAt = PollClock.unixMicroseconds / 1000
        var runs: [[Figure]] = []
        for number in 0..<settings.repeats {
            let repeats = Double(settings.repeats)
            runs.append(
                try await run { part in
                    progress((Double(number) + min(max(part, 0), 1)) / repeats)
                })
        }
        return BenchReport(
            settings: settings, machine: .here(), startedAt: startedAt, version: version, runs: runs
        )
    }

    private func run(
        _ progress: @escaping @Sendable (Double) -> Void
    ) async throws(BenchError) -> [Figure] {
        switch subject {
        case .given(let server): return try await run(on: server, progress)
        case .own(let executable, let folder):
            return try await BenchServer.withOwn(executable, in: folder) {
                server throws(BenchError) in
                try await run(on: server, progress)
            }
        }
    }

    private func run(
        on server: BenchServer, _ progress: @escaping @Sendable (Double) -> Void
    ) async throws(BenchError) -> [Figure] {
        settings.scenario == .connect
            ? try await ConnectScenario(settings: settings).run(on: server, progress)
            : try await FloorScenario(settings: settings).run(on: server, progress)
    }
}
