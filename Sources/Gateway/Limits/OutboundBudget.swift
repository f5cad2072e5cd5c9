import Synchronization

/// How many bytes wait in this process for connections that don't take them, and whose are to go
/// when that is too much.
///
/// Each event loop counts its own connections' bytes here and sheds its own. So that the furthest
/// behind of all goes first, each loop also says how far behind its worst one is: at once when that
/// falls further behind, and within a second when it has caught up or gone.
final class OutboundBudget: Sendable {
    private let bytesMax: Int
    private let gauge: Gauge
    private let waiting = Atomic(0)
    /// By loop, how many bytes its worst connection is behind.
    private let worst = Mutex<[Int]>([])

    /// - Parameter gauge: shows how much it is.
    init(bytesMax: Int, gauge: Gauge) {
        self.bytesMax = bytesMax
        self.gauge = gauge
    }

    /// Gives an event loop its number.
    func join() -> Int {
        worst.withLock { worst in
            worst.append(0)
            return worst.count - 1
        }
    }

    /// So many bytes more, or fewer, wait for a connection.
    func change(by bytes: Int) {
        waiting.wrappingAdd(bytes, ordering: .relaxed)
        gauge.add(bytes)
    }

    var bytes: Int { waiting.load(ordering: .relaxed) }
    var isExceeded: Bool { bytes > bytesMax }

    /// - Parameter bytes: how far behind the loop's worst connection is.
    func report(_ bytes: Int, of loop: Int) { worst.withLock { $0[loop] = bytes } }

    /// - Parameter bytes: how far behind one of the loop's connections is, perhaps its worst.
    func raise(to bytes: Int, of loop: Int) {
        worst.withLock { $0[loop] = max($0[loop], bytes) }
    }

    /// Whether no other loop has said that it has a connection further behind.
    func isWorst(_ bytes: Int, of loop: Int) -> Bool {
        worst.withLock { worst in
            worst[loop] = bytes
            return worst.allSatisfy { $0 <= bytes }
        }
    }
}
