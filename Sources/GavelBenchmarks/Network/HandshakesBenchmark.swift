import Foundation
import GavelBench
import GavelLoad
import NIOCore
import Synchronization

/// WebSocket handshakes: connect, upgrade, read the welcome, and go; so many at a time. Each second
/// and CPU time of the server's for each.
struct HandshakesBenchmark: Benchmark {
    static let atOnce = 64

    let wire: Wire
    let count: Int
    let folder: URL

    init(_ wire: Wire, count: Int, in folder: URL) {
        self.wire = wire
        self.count = count
        self.folder = folder
    }

    var name: String { "handshakes: \(wire.name), \(Self.atOnce) at a time" }

    func run() async throws -> Measurement {
        let hall = try Hall(seats: 1, in: folder)
        let server = try GavelProcess(
            database: hall.database, settings: Wire.openDoors + wire.settings)
        defer { server.kill() }
        var settings = LoadClient.Settings(host: "127.0.0.1", port: Int(server.port))
        try wire.change(&settings)
        let client = LoadClient(settings, group: Lines.group)
        let measurement = try await Measurement.measure(
            units: count, cpuTime: { try server.usage.cpuSeconds() }
        ) {
            try await Handshakes(count, with: client).run(
                atOnce: Self.atOnce)
        }
        try server.stop()
        return measurement
    }
}

/// One handshake after the other, on so many connections at a time.
private final class Handshakes: Sendable {
    private struct State {
        var left: Int
        var open = 0
        var fault: LoadEnd?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let client: LoadClient
    private let state: Mutex<State>

    init(_ count: Int, with client: LoadClient) {
        self.client = client
        state = Mutex(State(left: count))
    }

    func run(atOnce: Int) async throws {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiter = continuation }
            for _ in 0..<atOnce { next() }
        }
        if let fault = state.withLock({ $0.fault }) {
            throw BenchmarkFailure("A handshake failed: \(fault)")
        }
    }

    private func next() {
        let (goesOn, waiter) = state.withLock { state in
            guard state.left > 0, state.fault == nil else {
                guard state.open == 0 else {
                    return (false, nil as CheckedContinuation<Void, Never>?)
                }
                defer { state.waiter = nil }
                return (false, state.waiter)
            }
            state.left -= 1
            state.open += 1
            return (true, nil)
        }
        waiter?.resume()
        if goesOn { client.connect { Visitor(self) } }
    }

    private func ended(_ end: LoadEnd, wasWelcome: Bool) {
        state.withLock { state in
            state.open -= 1
            if !wasWelcome { state.fault = end }
        }
        next()
    }

    private final class Visitor: LoadConduct {
        private let handshakes: Handshakes
        private var wasWelcome = false

        init(_ handshakes: Handshakes) { self.handshakes = handshakes }

        func begin(on line: LoadLine) {}

        func receive(_ text: ByteBuffer, on line: LoadLine) {
            wasWelcome = LoadMessage(text).isA("welcome")
            line.reset()
        }

        func end(_ end: LoadEnd) { handshakes.ended(end, wasWelcome: wasWelcome) }
    }
}
