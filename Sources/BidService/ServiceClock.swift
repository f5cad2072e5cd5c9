public import AuctionRules
public import Foundation
import Synchronization

/// Where the engine's stamps come from. Injected, so that tests decide what time it is.
public protocol ServiceClock: Sendable {
    /// The time now. May step backwards; the service's stamps don't.
    func now() -> Instant
    /// Until when a thread may sleep that has to wake at `instant`, at most ``sleepMax`` from now. A
    /// clock that moves by steps wakes it itself.
    func wakeUp(for instant: Instant) -> Date
    /// Registers what to call after every step of a clock that moves by steps.
    func onStep(_ wake: @escaping @Sendable () -> Void)
}

extension ServiceClock {
    /// A sleep is never longer than an hour, in seconds: Foundation traps on dates far away.
    public static var sleepMax: Double { 3600 }
}

/// The machine's clock.
public struct SystemClock: ServiceClock {
    public init() {}

    public func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public func wakeUp(for instant: Instant) -> Date {
        min(
            Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000),
            Date(timeIntervalSinceNow: Self.sleepMax))
    }

    public func onStep(_ wake: @escaping @Sendable () -> Void) {}
}

/// A clock that stands still until it is told what time it is.
public final class ManualClock: ServiceClock {
    private struct State {
        var now: Instant
        var wakers: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    public init(_ now: Instant) { state = Mutex(State(now: now)) }

    public func now() -> Instant { state.withLock { $0.now } }

    /// Sets the time, also backwards, and wakes whoever waits for it.
    public func set(_ now: Instant) {
        let wakers = state.withLock { state in
            state.now = now
            return state.wakers
        }
        for wake in wakers { wake() }
    }

    public func wakeUp(for instant: Instant) -> Date { Date(timeIntervalSinceNow: Self.sleepMax) }

    public func onStep(_ wake: @escaping @Sendable () -> Void) {
        state.withLock { $0.wakers.append(wake) }
    }
}
