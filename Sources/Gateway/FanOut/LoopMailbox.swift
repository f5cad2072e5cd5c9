import NIOCore
import Synchronization

/// The way from the releasing thread to one event loop: deliveries in order, and one wake-up of the loop
/// however many there are.
final class LoopMailbox: Sendable {
    private struct State {
        var deliveries: [Delivery] = []
        /// The room of those before, to be filled again.
        var room: [Delivery] = []
        /// When the oldest of them was put in: right after the commit that holds it.
        var since: ContinuousClock.Instant?
        /// Whether the loop has been told to come and look.
        var isAnnounced = false
    }

    let loop: any EventLoop
    /// What of all that is published is to come here.
    let interest: Interest
    private let state = Mutex(State())
    private let hub: NIOLoopBound<LoopHub>
    private let pause: TimeAmount?

    /// Long enough for a loop to find nothing to do but to look at its sockets.
    static let pauseOfSockets = TimeAmount.microseconds(100)

    /// Room for so many is kept. To have and to give back large pieces of memory for every batch costs
    /// all that is allocated a search for neighbours.
    private static let roomMax = 8192

    /// Call on the loop, which will own the hub.
    ///
    /// - Parameter pause: before what came during a delivery is delivered, and before the next slice of a crowd. A
    ///   loop of sockets runs its tasks until there are none left, and only then looks at its sockets: where commits
    ///   come faster than it can write, it would hear of no bid any more. Nil: none, for loops without sockets,
    ///   whose time stands still.
    init(loop: any EventLoop, hub: LoopHub, pause: TimeAmount? = LoopMailbox.pauseOfSockets) {
        self.loop = loop
        self.pause = pause
        interest = hub.interest
        self.hub = NIOLoopBound(hub, eventLoop: loop)
    }

    /// Puts a delivery in, to be taken out at the next ``post()``.
    func append(_ delivery: Delivery) {
        state.withLock { state in
            if state.deliveries.isEmpty { state.since = .now }
            state.deliveries.append(delivery)
        }
    }

    /// Lets the loop have what was put in.
    func post() {
        let isNews = state.withLock { state in
            guard !state.deliveries.isEmpty, !state.isAnnounced else { return false }
            state.isAnnounced = true
            return true
        }
        if isNews { loop.execute { self.drain() } }
    }

    private func drain() {
        let (deliveries, since) = state.withLock { state in
            defer {
                state.deliveries = state.room
                state.room = []
            }
            return (state.deliveries, state.since)
        }
        hub.value.deliver(deliveries, since: since)
        var room = deliveries
        room.removeAll(keepingCapacity: room.count <= Self.roomMax)
        let isTelling = hub.value.isTelling
        let hasMore = state.withLock { state in
            state.room = room
            state.isAnnounced = isTelling || !state.deliveries.isEmpty
            return state.isAnnounced
        }
        guard hasMore else { return }
        if let pause {
            loop.scheduleTask(in: pause) { self.drain() }
        } else {
            loop.execute { self.drain() }
        }
    }
}
