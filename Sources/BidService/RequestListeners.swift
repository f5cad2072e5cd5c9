import Synchronization

/// How many want to hear of every request and its verdict. For most of a server's life nobody does, and
/// then the writer looks here once a round and makes nothing.
///
/// Who begins to listen hears of every request that is decided from the writer's next round on; what
/// was decided before is to be read from the log.
public final class RequestListeners: Sendable {
    private let count = Atomic(0)

    init() {}

    /// Whether anybody listens.
    public var isAny: Bool { count.load(ordering: .relaxed) > 0 }

    /// One more listens.
    public func join() { count.wrappingAdd(1, ordering: .relaxed) }

    /// One that had joined listens no more.
    public func leave() { count.wrappingSubtract(1, ordering: .relaxed) }
}
