import NIOCore

/// What rates are measured by: nanoseconds that never step back. Injected, so that tests decide how
/// much time has passed.
struct MonotonicClock: Sendable {
    let now: @Sendable () -> Int64

    static let system = MonotonicClock {
        Int64(clamping: NIODeadline.now().uptimeNanoseconds)
    }
}
