import Synchronization

/// Whether this process wants more work.
final class Readiness: Sendable {
    private let draining = Atomic(false)
    private let closing = Atomic(false)

    /// It is about to stop: send no more work.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Connections are being sent away: one that comes about now goes at once.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    func startDraining() { draining.store(true, ordering: .relaxed) }

    func startClosing() {
        startDraining()
        closing.store(true, ordering: .relaxed)
    }
}
