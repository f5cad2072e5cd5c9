import CFanOut

/// Watchers of one lot in C, on the thread that polls them: they cost less than what they look at.
/// Each checks that no update is missing, doubled or out of order.
final class WatcherCrowd {
    private let crowd: OpaquePointer
    let count: Int

    /// Connects so many, and returns when all of them watch.
    ///
    /// - Parameter updatesMax: how many updates may come in all.
    init(of count: Int, watching lot: String, at port: UInt16, updatesMax: Int) throws {
        let watch = #"{"type":"watch","auction":"\#(lot)","feed":"full"}"#
        guard let crowd = crowd_open(port, watch, Int32(clamping: updatesMax)) else {
            throw BenchmarkFailure("No memory for \(updatesMax) updates")
        }
        self.crowd = crowd
        self.count = count
        // A failed initialiser still runs deinit, as all properties are there.
        try check(crowd_join(crowd, Int32(clamping: count), 120_000))
    }

    deinit { crowd_close(crowd) }

    /// How many updates everybody has.
    var completed: Int { Int(crowd_completed(crowd)) }
    /// By all watchers together.
    var received: Int { Int(crowd_received(crowd)) }
    /// Payload bytes of the newest update.
    var updateBytes: Int { Int(crowd_update_bytes(crowd)) }

    /// When the last watcher got that update, in nanoseconds of CLOCK_MONOTONIC; 0 before.
    func completedAt(_ update: Int) -> Int64 { crowd_completed_at(crowd, Int32(clamping: update)) }

    /// Reads what has come, after waiting for it for up to so long.
    func poll(milliseconds: Int = 0) throws { try check(crowd_poll(crowd, Int32(milliseconds))) }

    private func check(_ result: Int32) throws {
        guard result == 0 else { throw BenchmarkFailure(String(cString: crowd_fault(crowd))) }
    }
}
