import AuctionRules
import Synchronization

/// The latest public changes of one lot. The writer notes them as it decides; the board reads them, up to
/// what it shows.
///
/// One book for both. Pages that were handed from one to the other with every commit would be copied
/// when the next change is noted: where each lot has one bid in a commit, a page for each bid.
final class ChangeBook: Sendable {
    private let changes: Mutex<RecentChanges>

    init(_ changes: RecentChanges = RecentChanges()) { self.changes = Mutex(changes) }

    /// Keeps a change: see ``AuctionRules/RecentChanges/note(_:max:)``.
    func note(_ change: PublicChange, max: Int) { changes.withLock { $0.note(change, max: max) } }

    /// The seq of the oldest change that is kept; 0 when there is none.
    var firstSeq: Int64 { changes.withLock { $0.firstSeq } }

    /// The changes as they are kept, those that are not on disk yet among them.
    var records: RecordPages { changes.withLock { $0.records } }

    /// The changes after that seq up to that state, the oldest first; nil when they are no longer all
    /// here.
    func after(_ seq: Int64, upTo state: PublicState) -> [PublicChange]? {
        let all = changes.withLock { $0 }.after(seq, of: state)
        // The writer is ahead of what is shown.
        return all.map { $0.filter { $0.state.seq <= state.seq } }
    }
}
