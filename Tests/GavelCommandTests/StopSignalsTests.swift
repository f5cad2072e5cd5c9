import Glibc
import Testing

@testable import GavelCommand

@Suite("Signals that stop the server")
struct StopSignalsTests {
    private let start = ContinuousClock.now

    @Test(
        "The second one stops it at once, unless it is an echo of the first one",
        arguments: [
            (SIGTERM, 0, .echo), (SIGTERM, 499, .echo), (SIGTERM, 500, .stopAtOnce),
            (SIGINT, 0, .stopAtOnce), (SIGINT, 10_000, .stopAtOnce),
        ] as [(Int32, Int, StopSignals.Meaning)])
    func second(signal: Int32, milliseconds: Int, meaning: StopSignals.Meaning) {
        var signals = StopSignals()
        #expect(signals.receive(SIGTERM, at: start) == .stopInOrder)
        #expect(signals.receive(signal, at: start + .milliseconds(milliseconds)) == meaning)
    }

    @Test("An echo does not make the time longer in which there are echoes")
    func manyEchoes() {
        var signals = StopSignals()
        #expect(signals.receive(SIGTERM, at: start) == .stopInOrder)
        for milliseconds in [100, 300, 499] {
            #expect(signals.receive(SIGTERM, at: start + .milliseconds(milliseconds)) == .echo)
        }
        #expect(signals.receive(SIGTERM, at: start + .milliseconds(501)) == .stopAtOnce)
    }
}
