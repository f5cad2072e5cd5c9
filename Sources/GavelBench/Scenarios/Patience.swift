/// Waits for those who come for as long as some come: a hundred thousand may take longer on a slow machine than anybody
/// waits for nothing.
struct Patience {
    /// How long nobody may have come while some are missing, in nanoseconds.
    private static let most: UInt64 = 120_000_000_000

    private var left: Int
    private var deadline = PollClock.now + most

    /// - Parameter left: how many are to come.
    init(for left: Int) { self.left = left }

    /// Takes note of how many are still to come. Throws when nobody has come for too long.
    mutating func note(_ left: Int) throws(BenchError) {
        let now = PollClock.now
        if left < self.left { (self.left, deadline) = (left, now + Self.most) }
        guard now < deadline else {
            throw .fault(.missing("\(left) connections, and nobody in two minutes"))
        }
    }
}
