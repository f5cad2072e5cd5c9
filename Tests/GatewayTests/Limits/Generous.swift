import Synchronization

@testable import Gateway

extension GatewayLimits {
    /// For tests of other things: nobody is refused for asking too often, or for being slow on a
    /// machine where nothing is prompt.
    static var generous: GatewayLimits {
        var limits = GatewayLimits()
        limits.messagesPerSecond = 1_000_000
        limits.messageBurst = 1_000_000
        limits.bidsPerSecond = 1_000_000
        limits.bidBurst = 1_000_000
        limits.bidsOnLotPerSecond = 1_000_000
        limits.bidOnLotBurst = 1_000_000
        limits.newConnectionsPerSecond = 1_000_000
        limits.newConnectionsBurst = 1_000_000
        limits.connectionsPerBidderMax = 1_000_000
        limits.firstMessageSecondsMax = 3600
        limits.tlsSecondsMax = 3600
        limits.requestHeadSecondsMax = 3600
        return limits
    }
}

/// Time that passes when the test says so.
final class ManualUptime: Sendable {
    private let nanoseconds = Atomic<Int64>(1_000_000_000_000)

    var clock: MonotonicClock {
        MonotonicClock { self.nanoseconds.load(ordering: .relaxed) }
    }

    func advance(milliseconds: Int64) {
        nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed)
    }
}
