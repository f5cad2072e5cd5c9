import Foundation
import GavelBench
import GavelLoad

/// How long a server with so many watchers takes from SIGTERM to its end. Each watcher must have
/// been told `bye` and closed with 1001.
struct DrainBenchmark {
    let watchers: Int
    let folder: URL

    init(watchers: Int, in folder: URL) throws {
        try Lines.prepare(for: watchers)
        self.watchers = watchers
        self.folder = folder
    }

    func print(runs: Int) async throws {
        var seconds: [Double] = []
        for _ in 0..<runs { seconds.append(try await run().wallSeconds) }
        Swift.print("drain, \(watchers) watchers: \(Spread(seconds)) s from SIGTERM to the end")
    }

    private func run() async throws -> Measurement {
        let hall = try Hall(seats: 1, in: folder)
        let server = try GavelProcess(database: hall.database, settings: Wire.openDoors)
        defer { server.kill() }
        let crowd = Crowd(Lines.client(to: server.port), watching: hall.lot(0))
        await crowd.join(watchers)
        guard crowd.farewells.isEmpty else {
            throw BenchmarkFailure("\(crowd.farewells.count) watchers did not get in")
        }
        let measurement = try Measurement.measure(units: watchers) { try server.stop() }
        await crowd.wait(forFarewells: watchers)
        for farewell in crowd.farewells {
            guard farewell.byeCode == 1001, farewell.end.closeCode == 1001, farewell.fault == nil
            else { throw BenchmarkFailure("A watcher was not sent away in order: \(farewell)") }
        }
        return measurement
    }
}
