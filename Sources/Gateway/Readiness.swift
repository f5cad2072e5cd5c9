import Synchronization

/// Whether this process wants more work.
final class Readiness: Sendable {
    private let draining = Atomic(false)

    /// It is about to stop: send no more work.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func startDraining() { draining.store(true, ordering: .relaxed) }
}
