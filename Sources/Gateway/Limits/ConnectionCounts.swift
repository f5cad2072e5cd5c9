import Synchronization

/// How many connections each of some parties has, at most so many. Any thread may ask.
final class ConnectionCounts<Party: Hashable & Sendable>: Sendable {
    private let max: Int
    private let counts = Mutex<[Party: Int]>([:])

    init(max: Int) { self.max = max }

    /// One more; false when it has as many as it may.
    func enter(_ party: Party) -> Bool {
        counts.withLock { counts in
            guard counts[party, default: 0] < max else { return false }
            counts[party, default: 0] += 1
            return true
        }
    }

    func leave(_ party: Party) {
        counts.withLock { counts in
            guard let count = counts[party] else { return }
            counts[party] = count > 1 ? count - 1 : nil
        }
    }

    /// How many parties have any.
    var count: Int { counts.withLock { $0.count } }
}
