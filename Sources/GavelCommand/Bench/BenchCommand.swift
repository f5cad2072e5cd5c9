import ArgumentParser
import Foundation
import GavelBench

/// A command line that is one scenario.
protocol BenchCommand: AsyncParsableCommand {
    static var scenario: BenchScenarioName { get }
    var global: GlobalOptions { get }
    var options: BenchOptions { get }
}

extension BenchCommand {
    func run() async throws {
        guard global.database == nil else {
            throw CommandFailure.usage(
                "--database: the load has a database of its own; --folder says where")
        }
        let settings = try options.settings(for: Self.scenario)
        let bench: Bench
        let report: BenchReport
        let bar = ProgressBar("gavel bench \(Self.scenario.rawValue)", isQuiet: global.json)
        // The server that was started and its folder go, too.
        let signals = Interruption(by: [SIGINT, SIGTERM]) { number in
            Leftovers.clear()
            Foundation.exit(128 + number)
        }
        defer { signals.cancel() }
        do throws(BenchError) {
            bench = try Bench(settings, of: try subject(), version: Gavel.version)
            report = try await bench.run { bar.note(Int64($0 * 1000), of: 1000) }
        } catch {
            bar.clear()
            throw CommandFailure(error)
        }
        bar.clear()
        let console = Console.standardOutput()
        if global.json { console.print(json: report.json) } else { report.print(on: console) }
    }

    /// The server that is named, or one of our own.
    private func subject() throws(BenchError) -> Bench.Subject {
        let place: Place
        do { place = try Place(global) } catch { throw .badSetting(error.message) }
        guard case .server(let endpoint) = place.location else {
            let folder = options.folder.map { URL(fileURLWithPath: $0) }
            return .own(
                executable: try GavelProcess.own(),
                folder: folder ?? FileManager.default.temporaryDirectory)
        }
        guard options.folder == nil else {
            throw .badSetting("--folder: a given server has its database already")
        }
        guard let token = place.token else {
            throw .badSetting(
                "--server needs an administrator's --token (or GAVEL_TOKEN): make one beside the "
                    + "server with \"gavel admin token NAME\"")
        }
        return .given(try BenchServer(given: endpoint, token: token, trust: place.trust))
    }
}

extension CommandFailure {
    /// Why there are no figures.
    init(_ error: BenchError) {
        let status: Status =
            switch error {
            case .badSetting, .tooFewFiles: .usage
            case .unreachable: .unreachable
            case .limited: .refused
            case .fault: .wrongServer
            case .system, .server, .interrupted: .internalError
            }
        self.init(status, error.description)
    }
}
