import Foundation
import GavelBench
import GavelLoad
import NIOCore
import Synchronization

/// What the server has in memory for each connection that does nothing: the difference of its
/// resident memory before and after so many have come.
struct IdleBenchmark {
    let wire: Wire
    let connections: Int
    let watches: Bool
    let folder: URL

    static func all(connections: Int, in folder: URL) throws -> [IdleBenchmark] {
        try Lines.prepare(for: connections)
        let kinds: [(Wire, Bool)] = [
            (.plain, false), (.plain, true), (.deflate, false), (try .tls(in: folder), false),
        ]
        return kinds.map { wire, watches in
            IdleBenchmark(wire: wire, connections: connections, watches: watches, folder: folder)
        }
    }

    private var name: String { watches ? "\(wire.name), each watching a lot" : wire.name }

    func print(runs: Int) async throws {
        var figures: [Double] = []
        for _ in 0..<runs { figures.append(try await run()) }
        Swift.print("idle, \(connections) connections, \(name): \(Spread(figures)) KiB each")
    }

    private func run() async throws -> Double {
        let hall = try Hall(seats: 1, in: folder)
        let server = try GavelProcess(
            database: hall.database, settings: Wire.openDoors + wire.settings)
        defer { server.kill() }
        var lineSettings = LoadClient.Settings(host: "127.0.0.1", port: Int(server.port))
        try wire.change(&lineSettings)
        let client = LoadClient(lineSettings, group: Lines.group)
        // What the first connections make once and for all is not each one's.
        let first = Idlers(watching: watches ? hall.lot(0) : nil)
        await first.join(100, client)
        await first.leave()
        try await Task.sleep(for: .seconds(2))
        let before = try server.usage.residentBytes()
        let idlers = Idlers(watching: watches ? hall.lot(0) : nil)
        await idlers.join(connections, client)
        try await Task.sleep(for: .seconds(2))
        let after = try server.usage.residentBytes()
        guard idlers.here == connections else {
            throw BenchmarkFailure(
                "\(connections - idlers.here) of the idle connections were closed: \(idlers.ends)")
        }
        await idlers.leave()
        try server.stop()
        return Double(after - before) / Double(connections) / 1024
    }
}

/// Connections that come, wait for their welcome, and then do nothing.
final class Idlers: Sendable {
    private struct State {
        var here = 0
        var gone: [LoadEnd: Int] = [:]
        var lines: [NIOLoopBound<LoadLine>] = []
    }

    private let lot: String?
    private let state = Mutex(State())

    init(watching lot: String?) { self.lot = lot }

    var here: Int { state.withLock { $0.here } }
    var ends: [LoadEnd: Int] { state.withLock { $0.gone } }

    /// So many come, some at a time, and are here or gone when it returns.
    func join(_ count: Int, _ client: LoadClient) async {
        for start in stride(from: 0, to: count, by: 100) {
            let end = min(start + 100, count)
            for _ in start..<end { client.connect { Idler(self) } }
            await wait { $0.here + $0.gone.values.reduce(0, +) >= end }
        }
    }

    /// All go, with a reset.
    func leave() async {
        let lines = state.withLock { $0.lines }
        for line in lines { line.eventLoop.execute { line.value.reset() } }
        await wait { $0.here == 0 }
    }

    private func wait(_ wanted: @escaping @Sendable (State) -> Bool) async {
        while !state.withLock({ wanted($0) }) { try? await Task.sleep(for: .milliseconds(2)) }
    }

    private final class Idler: LoadConduct {
        private let idlers: Idlers
        private var isHere = false

        init(_ idlers: Idlers) { self.idlers = idlers }

        func begin(on line: LoadLine) {}

        func receive(_ text: ByteBuffer, on line: LoadLine) {
            let message = LoadMessage(text)
            if message.isA("welcome") {
                // Who says nothing at all is not kept.
                line.send(
                    text: idlers.lot.map { #"{"type":"watch","auction":"\#($0)"}"# }
                        ?? #"{"type":"time","client_time":1}"#)
            } else if message.isA(idlers.lot == nil ? "time" : "snapshot") {
                isHere = true
                let bound = NIOLoopBound(line, eventLoop: line.loop)
                idlers.state.withLock { state in
                    state.here += 1
                    state.lines.append(bound)
                }
            }
        }

        func end(_ end: LoadEnd) {
            idlers.state.withLock { state in
                if isHere { state.here -= 1 }
                state.gone[end, default: 0] += 1
            }
        }
    }
}
