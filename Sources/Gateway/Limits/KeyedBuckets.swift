/// Buckets of the same rate, one for each key. A full bucket is not kept: the memory is that of the
/// keys that have spent something lately, at most twice over.
struct KeyedBuckets<Key: Hashable & Sendable>: Sendable {
    private let rate: RateLimit
    private var fullAgainAt: [Key: Int64] = [:]
    /// How many there may be before those that are full again are looked for.
    private var sweepAt = Self.sweepMin

    /// Below it, looking for full ones saves nothing.
    private static var sweepMin: Int { 64 }

    init(_ rate: RateLimit) { self.rate = rate }

    /// How many buckets are kept.
    var count: Int { fullAgainAt.count }

    /// Where a key's bucket is, so that it is looked for only once; nil: it is full. Good until
    /// something is spent of another key's.
    typealias Place = Dictionary<Key, Int64>.Index

    func place(of key: Key) -> Place? { fullAgainAt.index(forKey: key) }

    /// How long the key of that place has to wait, in nanoseconds; nil: not at all.
    func wait(at place: Place?, at now: Int64) -> Int64? {
        place.flatMap { rate.wait(untilFull: fullAgainAt.values[$0], at: now) }
    }

    /// How long the key has to wait, in nanoseconds; nil: not at all.
    func wait(for key: Key, at now: Int64) -> Int64? { wait(at: place(of: key), at: now) }

    /// Spends one of the key's, whether there is one or not: ask ``wait(for:at:)`` before.
    mutating func spend(for key: Key, at now: Int64) { spend(for: key, at: place(of: key), now) }

    /// - Parameter place: the key's.
    mutating func spend(for key: Key, at place: Place?, _ now: Int64) {
        if let place {
            let time = rate.fullAgain(after: fullAgainAt.values[place], at: now)
            fullAgainAt.values[place] = time
            return
        }
        if fullAgainAt.count >= sweepAt {
            fullAgainAt = fullAgainAt.filter { $0.value > now }
            sweepAt = max(Self.sweepMin, 2 * fullAgainAt.count)
        }
        fullAgainAt[key] = rate.fullAgain(after: .min, at: now)
    }
}
