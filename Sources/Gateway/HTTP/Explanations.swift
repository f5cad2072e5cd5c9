import AuctionRules
import Synchronization

/// The explanations that were asked for last. Anybody may ask, and each costs a walk through the
/// lot's part of the log; what has happened never changes, so that one answer serves all.
final class Explanations: Sendable {
    /// Kept; some 2 KB each.
    private static let kept = 4096
    /// Walks at the same time: the threads that wait for the disk are few, and others need them.
    private static let walksMax = 2

    private struct Key: Hashable {
        let auction: AuctionID
        let seq: Int64
    }

    private struct State: Sendable {
        var answers: [Key: Explanation] = [:]
        var walks = 0
    }

    private let state = Mutex(State())

    /// - Parameter read: reads the change.
    /// - Returns: nil when there is no such change.
    /// - Throws: also when too many others ask for something new.
    func explanation(
        of seq: Int64, on auction: AuctionID, _ read: () throws(ArchiveError) -> LotChange?
    ) throws(ArchiveError) -> Explanation? {
        let key = Key(auction: auction, seq: seq)
        let (known, mayWalk) = state.withLock { state -> (Explanation?, Bool) in
            if let known = state.answers[key] { return (known, false) }
            guard state.walks < Self.walksMax else { return (nil, false) }
            state.walks += 1
            return (nil, true)
        }
        if let known { return known }
        guard mayWalk else { throw ArchiveError("Too many ask at once.") }
        defer { state.withLock { $0.walks -= 1 } }
        let explanation = try read()?.explanation()
        if let explanation {
            state.withLock { state in
                if state.answers.count >= Self.kept { state.answers.removeAll() }
                state.answers[key] = explanation
            }
        }
        return explanation
    }
}
