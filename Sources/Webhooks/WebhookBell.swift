import NIOCore
import Synchronization

/// Tells the sender that the log has grown. Rung by the releasing thread after each commit: it costs that
/// thread one look at a flag, and some fifty times a second a word to an event loop.
public final class WebhookBell: Sendable {
    /// What is new is looked at this much later: many commits make one look.
    private static let pause = TimeAmount.milliseconds(20)

    private let isRung = Atomic(false)
    private let listener = Mutex<(loop: any EventLoop, answer: @Sendable () -> Void)?>(nil)

    public init() {}

    public func ring() {
        guard !isRung.load(ordering: .relaxed),
            !isRung.exchange(true, ordering: .acquiringAndReleasing)
        else { return }
        guard let (loop, answer) = listener.withLock({ $0 }) else {
            // Nobody listens yet, or any more; whoever begins looks by himself.
            return isRung.store(false, ordering: .releasing)
        }
        loop.scheduleTask(in: Self.pause) { [self] in
            // Before the look: what comes during it rings again.
            isRung.store(false, ordering: .releasing)
            answer()
        }
    }

    func listen(on loop: any EventLoop, _ answer: @escaping @Sendable () -> Void) {
        listener.withLock { $0 = (loop, answer) }
    }

    func stopListening() { listener.withLock { $0 = nil } }
}
