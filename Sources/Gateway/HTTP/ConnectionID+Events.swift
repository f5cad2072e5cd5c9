import Synchronization

extension ConnectionID {
    private static let lastOfEvents = Atomic<Int64>(0)

    /// For a connection that has become a stream of events. They are counted downwards, and
    /// WebSockets upwards: the two never meet.
    static func nextOfEvents() -> ConnectionID {
        ConnectionID(number: lastOfEvents.subtract(1, ordering: .relaxed).newValue)
    }
}
