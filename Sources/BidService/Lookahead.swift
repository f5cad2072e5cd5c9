import AuctionRules
import CMemory

/// The submissions of a round in their order, for the writer to have fetched what it needs for those that come
/// soon: see ``AuctionRules/RequestForesight``.
///
/// Each is fetched in four steps, each of which needs what the one before has fetched: the submission, its
/// request, the lot, and what that refers to.
struct Lookahead {
    /// As addresses: to take an object is to count a reference in it, and so to wait for it. The round's groups
    /// hold them.
    private var upcoming: [UnsafeRawPointer] = []
    private var turn = 0

    /// How many lines of a cache the writer looks at of a submission.
    private static let submissionLines = 2

    /// So many turns before its own a submission is fetched; its request and what follows are the rules'.
    private static let submissionTurns = 10

    /// - Parameter groups: held by the caller until the last turn is over.
    init(_ groups: [CommandQueue.Group]) {
        let count = groups.reduce(0) { $0 + $1.submissions.count }
        // Nothing comes soon after a few.
        guard count > RequestForesight.contentsTurns else { return }
        upcoming.reserveCapacity(count)
        for group in groups {
            group.submissions.withUnsafeBufferPointer { submissions in
                UnsafeRawBufferPointer(submissions).withMemoryRebound(to: UnsafeRawPointer.self) {
                    upcoming.append(contentsOf: $0)
                }
            }
        }
        for place in 0..<min(Self.submissionTurns, count) { fetchSubmission(at: place) }
        for place in 0..<min(RequestForesight.requestTurns, count) { foresight(at: place)?.fetch() }
    }

    /// What the house is to fetch for in this turn: of each submission comes one, in order.
    mutating func next() -> (far: RequestForesight?, near: RequestForesight?) {
        defer { turn += 1 }
        fetchSubmission(at: turn + Self.submissionTurns)
        foresight(at: turn + RequestForesight.requestTurns)?.fetch()
        return (
            foresight(at: turn + RequestForesight.lotTurns),
            foresight(at: turn + RequestForesight.contentsTurns)
        )
    }

    private func fetchSubmission(at place: Int) {
        guard place < upcoming.count else { return }
        memory_prefetch_lines(upcoming[place], Self.submissionLines)
    }

    private func foresight(at place: Int) -> RequestForesight? {
        guard place < upcoming.count else { return nil }
        return Unmanaged<Submission>.fromOpaque(upcoming[place])
            ._withUnsafeGuaranteedRef { $0.foresight }
    }
}
