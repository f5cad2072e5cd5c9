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

    /// How long the key has to wait, in nanoseconds; nil: not at all.
    func wait(for key: Key, at now: Int64) -> Int64? {
        fullAgainAt[key].flatMap { rate.wait(untilFull: $0, at: now) }
    }

    /// Spends one of the key's, whether there is one or not: ask ``wait(for:at:)`` before.
    mutating func spend(for key: Key, at now: Int64) {
        if fullAgainAt.count >= sweepAt {
            fullAgainAt = fullAgainAt.filter { $0.value > now }
            sweepAt = max(Self.sweepMin, 2 * fullAgainAt.count)
        }
        fullAgainAt[key] = rate.fullAgain(after: fullAgainAt[key] ?? .min, at: now)
    }
}
